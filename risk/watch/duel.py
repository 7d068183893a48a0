"""Hold the challenger against the champion: how far apart, and who foretold better."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from risk.watch.drift import stability, verdict
from risk.watch.quality import quality
from risk.watch.scored import ScoredLoan

# The most that grades A to E of a fitted card foretell; F lies above.
BANDS_BPS = (320, 550, 900, 1_400, 2_200)
_BPS = 10_000


def duel(loans: Sequence[ScoredLoan]) -> dict[str, Any]:
    """Compare the two on the loans that both have scored.

    ``agreement`` is the share of loans in one band of probability by both, ``spread``
    the PSI of the challenger's bands against the champion's.
    """
    both = [
        (one.pd_bps, one.challenger_pd_bps, one.bad)
        for one in loans
        if one.challenger_pd_bps is not None
    ]
    if not both:
        return {}
    bands = [(_band(mine), _band(its)) for mine, its, _ in both]
    index = stability(
        _counts([mine for mine, _ in bands]), _counts([its for _, its in bands])
    )
    told: dict[str, Any] = {
        "scored_by_both": len(both),
        "mean_pd_champion": sum(mine for mine, _, _ in both) / len(both) / _BPS,
        "mean_pd_challenger": sum(its for _, its, _ in both) / len(both) / _BPS,
        "mean_distance": sum(abs(a - b) for a, b, _ in both) / len(both) / _BPS,
        "agreement": sum(mine == its for mine, its in bands) / len(bands),
        "spread": {"index": index, "verdict": verdict(index)},
    }
    known = [(mine, its, bad) for mine, its, bad in both if bad is not None]
    if not known:
        return told
    outcomes = [bad for _, _, bad in known]
    return told | {
        "champion": asdict(quality([mine / _BPS for mine, _, _ in known], outcomes)),
        "challenger": asdict(quality([its / _BPS for _, its, _ in known], outcomes)),
    }


def _band(pd_bps: int) -> int:
    return bisect_left(BANDS_BPS, pd_bps)


def _counts(bands: Sequence[int]) -> list[int]:
    return [bands.count(band) for band in range(len(BANDS_BPS) + 1)]
