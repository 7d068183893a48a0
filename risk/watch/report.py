"""Put together what a month's look at a scorecard should see, and what is wrong."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from risk.watch.drift import (
    Baseline,
    Baselines,
    baseline,
    read_baselines,
    stability,
    verdict,
)
from risk.watch.duel import duel
from risk.watch.fairness import fairness
from risk.watch.quality import quality
from risk.watch.scored import GROUPED_BY, ScoredLoan

SLOPE_WITHIN = (0.8, 1.25)
OVERRIDES_FROM = 0.10
# With fewer decisions than this, tenths would be told apart by chance.
FIRST_DECISIONS = 200
_BPS = 10_000


def watch_card(
    artefact: Mapping[str, Any], loans: Sequence[ScoredLoan]
) -> dict[str, Any]:
    """Compare decisions with what the card was made for.

    ``alarms`` names what asks for a look; nothing here changes a card.
    """
    decided = [one for one in loans if one.accepted is not None]
    told: dict[str, Any] = {
        "model": artefact["version"],
        "decisions": len(loans),
        "drift": _drift(read_baselines(artefact), loans),
        "outcomes": _by_vintage(loans),
        "challenger": duel(loans),
        "overrides": _overrides(decided),
        "fairness": {
            by: [one.to_json() for one in fairness(decided, by)] for by in GROUPED_BY
        },
    }
    return told | {"alarms": _alarms(told)}


def _drift(then: Baselines | None, loans: Sequence[ScoredLoan]) -> dict[str, Any]:
    """Compare points with the sample's; a card without one with its own first decisions."""
    against = "sample"
    if then is None:
        loans = sorted(loans, key=lambda one: one.decided_on)
        loans, first = loans[FIRST_DECISIONS:], loans[:FIRST_DECISIONS]
        then, against = _baselines_of(first), "first decisions"
    if not loans or then is None:
        return {}
    features = {
        name: _index(one, [loan.points[name] for loan in loans])
        for name, one in then.features.items()
        if all(name in loan.points for loan in loans)
    }
    return {
        "score": _index(then.score, [loan.score for loan in loans]),
        "features": features,
        "against": against,
    }


def _baselines_of(loans: Sequence[ScoredLoan]) -> Baselines | None:
    if not loans:
        return None
    names = set.intersection(*(set(one.points) for one in loans))
    return Baselines(
        baseline([one.score for one in loans]),
        {name: baseline([one.points[name] for one in loans]) for name in sorted(names)},
    )


def _index(then: Baseline, now: Sequence[int]) -> dict[str, Any]:
    index = stability(then.counts, then.count(now))
    return {"index": index, "verdict": verdict(index)}


def _by_vintage(loans: Sequence[ScoredLoan]) -> dict[str, Any]:
    """Measure each quarter's loans whose outcome is known, and all of them."""
    vintages: defaultdict[str, list[ScoredLoan]] = defaultdict(list)
    for loan in loans:
        if loan.bad is not None:
            vintages["all"].append(loan)
            vintages[loan.vintage].append(loan)
    return {
        name: asdict(
            quality(
                [one.pd_bps / _BPS for one in part], [bool(one.bad) for one in part]
            )
        )
        for name, part in sorted(vintages.items())
    }


def _overrides(loans: Sequence[ScoredLoan]) -> dict[str, Any]:
    if not loans:
        return {}
    upward = [one for one in loans if one.accepted and not one.model_accepts]
    downward = [one for one in loans if one.model_accepts and not one.accepted]
    known = [one for one in upward if one.bad is not None]
    return {
        "rate": (len(upward) + len(downward)) / len(loans),
        "accepted_against_the_card": len(upward),
        "refused_against_the_card": len(downward),
        "refusals_set_aside": sum(one.set_aside for one in loans),
        "bad_among_accepted": (
            sum(bool(one.bad) for one in known) / len(known) if known else None
        ),
    }


def _alarms(told: Mapping[str, Any]) -> list[str]:
    drift = told["drift"]
    found = [
        f"drift:{name}"
        for name, one in ({"score": drift["score"]} | drift["features"]).items()
        if one["verdict"] == "alarm"
    ] if drift else []  # fmt: skip
    slope = told["outcomes"].get("all", {}).get("slope")
    if slope is not None and not SLOPE_WITHIN[0] <= slope <= SLOPE_WITHIN[1]:
        found.append("calibration")
    if told["overrides"].get("rate", 0) > OVERRIDES_FROM:
        found.append("overrides")
    return found + [
        f"fairness:{by}:{one['group']}"
        for by, groups in told["fairness"].items()
        for one in groups
        if one["alarm"]
    ]
