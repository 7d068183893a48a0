"""Let a market's own outcomes move a card's probabilities, little by little.

The card's probability is a prior opinion. Level and slope of its log-odds are fitted to
what happened, held by normal priors around (0, 1); without loans nothing moves, with many
the loans decide. The points stay: they are not refitted before about 100 defaults.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from risk import watch
from risk.scoring.artefact import artefact_hash

# One standard deviation: odds may be off by a factor of e, the slope by a quarter.
LEVEL_DEVIATION, SLOPE_DEVIATION = 1.0, 0.25
_BPS = 10_000
_TARGETS = {False: 0.0, True: 1.0}


@dataclass(frozen=True)
class Outcome:
    """What a card said of a loan, and what came of it twelve months on."""

    pd_bps: int
    bad: bool


def shrink(
    artefact: Mapping[str, Any],
    outcomes: Sequence[Outcome],
    *,
    version: str,
    until: date,
) -> dict[str, Any]:
    """Return a new version of a card whose probabilities heard the outcomes.

    The order of firms never changes, nor who is in front of whom.
    """
    places = [_log_odds(one.pd_bps) for one in outcomes]
    level, slope = watch.logistic_line(
        places,
        [_TARGETS[one.bad] for one in outcomes],
        prior=(0.0, 1.0),
        trust=(1 / LEVEL_DEVIATION**2, 1 / SLOPE_DEVIATION**2),
    )
    slope = max(slope, 0.0)
    return dict(artefact) | {
        "version": version,
        "pd_bps_by_score": [
            [place, _moved(bps, level, slope)]
            for place, bps in artefact["pd_bps_by_score"]
        ],
        "shrunk": {
            "from_sha256": artefact_hash(dict(artefact)),
            "outcomes": len(outcomes),
            "bad": sum(one.bad for one in outcomes),
            "until": until.isoformat(),
            "level": f"{level:.6f}",
            "slope": f"{slope:.6f}",
        },
    }


def _log_odds(pd_bps: int) -> float:
    inside = min(max(pd_bps, 1), _BPS - 1)
    return watch.log_odds(inside / _BPS)


def _moved(pd_bps: int, level: float, slope: float) -> int:
    moved = round(watch.logistic(level + slope * _log_odds(pd_bps)) * _BPS)
    return min(max(moved, 1), _BPS - 1)
