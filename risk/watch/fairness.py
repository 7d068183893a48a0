"""Compare how groups of people fare: they are watched by it and never scored by it.

A ratio under four fifths of the best group's asks for a look (the US EEOC's rule of
1978, a custom of the trade, not a law of this market).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from risk.watch.scored import ScoredLoan

FOUR_FIFTHS = 0.8
LEAST_IN_A_GROUP = 30


@dataclass(frozen=True)
class GroupRates:
    """One group's rates; ratios are to the group that is approved most.

    ``refused_good`` is the share of loans that were repaid though the card would have
    refused them, ``accepted_bad`` of those that were not though it accepted them.
    """

    group: str
    decisions: int
    approval: float
    approval_ratio: float
    refused_good: float | None
    accepted_bad: float | None
    refused_good_ratio: float | None
    accepted_bad_ratio: float | None
    enough: bool
    alarm: bool

    def to_json(self) -> dict[str, Any]:
        """Write the rates as plain values."""
        return asdict(self)


def fairness(loans: Sequence[ScoredLoan], by: str) -> list[GroupRates]:
    """Compare the groups of one trait, the most approved first."""
    groups: defaultdict[str, list[ScoredLoan]] = defaultdict(list)
    for loan in loans:
        if by in loan.groups:
            groups[loan.groups[by]].append(loan)
    ordered = sorted(groups, key=lambda name: (-_approval(groups[name]), name))
    return [_rates(name, groups[name], groups[ordered[0]]) for name in ordered]


def _rates(
    name: str, loans: Sequence[ScoredLoan], best: Sequence[ScoredLoan]
) -> GroupRates:
    approval, most = _approval(loans), _approval(best)
    ratio = approval / most if most else 1.0
    enough = len(loans) >= LEAST_IN_A_GROUP
    return GroupRates(
        name,
        len(loans),
        approval,
        ratio,
        _refused_good(loans),
        _accepted_bad(loans),
        _ratio(_refused_good(loans), _refused_good(best)),
        _ratio(_accepted_bad(loans), _accepted_bad(best)),
        enough,
        enough and ratio < FOUR_FIFTHS,
    )


def _approval(loans: Sequence[ScoredLoan]) -> float:
    return sum(bool(loan.accepted) for loan in loans) / len(loans)


def _refused_good(loans: Sequence[ScoredLoan]) -> float | None:
    good = [loan for loan in loans if loan.bad is False]
    return sum(not loan.model_accepts for loan in good) / len(good) if good else None


def _accepted_bad(loans: Sequence[ScoredLoan]) -> float | None:
    bad = [loan for loan in loans if loan.bad]
    return sum(loan.model_accepts for loan in bad) / len(bad) if bad else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None
