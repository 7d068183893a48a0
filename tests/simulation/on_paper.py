"""Live the loans of a portfolio on paper, and check them after every month."""

import asyncio
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from contracts.loan import LoanState
from finance.lending import Claim
from ledger.money import Currency
from tests.simulation.doing import do
from tests.simulation.lives import life_of
from tests.simulation.loans import planned
from tests.simulation.paper import Paper

AT_ONCE = 50


@dataclass
class Result:
    """What became of loans: deeds, checks, what broke, sums by currency and month."""

    loans: int = 0
    checks: int = 0
    broken: list[str] = field(default_factory=list)
    deeds: Counter[str] = field(default_factory=Counter)
    sums: dict[tuple[str, int], Counter[str]] = field(default_factory=dict)

    def add(self, other: "Result") -> None:
        """Count another part of the portfolio too."""
        self.loans += other.loans
        self.checks += other.checks
        self.broken += other.broken
        self.deeds.update(other.deeds)
        for key, sums in other.sums.items():
            self.sums.setdefault(key, Counter()).update(sums)


def live(seed: int, numbers: range, months: int, result: Result) -> None:
    """Let some loans live."""
    for number in numbers:
        asyncio.run(_live(seed, number, months, result))


async def _live(seed: int, number: int, months: int, result: Result) -> None:
    made = planned(seed, number, tuple(Currency))
    paper = Paper.lent(made.terms, made.parts)
    month = 1
    starts_on = made.terms.disbursed_on
    for deed in life_of(seed, number, starts_on, months):
        reached = (deed.on.year - starts_on.year) * 12 + deed.on.month - starts_on.month
        while month < reached:
            _look(paper, number, month, result)
            month += 1
        paper.today = max(paper.today, deed.on)
        await do(paper, deed, result.deeds)
    _look(paper, number, month, result)
    result.loans += 1


def _look(paper: Paper, number: int, month: int, result: Result) -> None:
    """Check one loan at the end of a month, and count its sums."""
    state = paper.settle()
    for what, holds in checks(paper, state).items():
        if not holds:
            result.broken.append(f"loan {number}, {paper.today}: not so: {what}")
        result.checks += 1
    sums = result.sums.setdefault((paper.terms.currency.value, month), Counter())
    sums.update(paper.accounts)


def checks(paper: Paper, state: LoanState) -> dict[str, bool]:
    """Return what must hold of a loan at any time, and whether it does."""
    owed = [sum(column) for column in zip(*(n.owed for n in paper.notes), strict=True)]
    lost = [sum(column) for column in zip(*paper.lost, strict=True)]
    out, gone = state.outstanding, state.written_off
    paid = sum(one.total.minor for one in state.allocations)
    principal = sum(one.principal.minor for one in state.allocations)
    step = paper.terms.currency.settlement_step
    steps = 2 * step * (len(state.allocations) + 1)
    weight = paper.terms.principal.minor
    least = [part for note in paper.notes for part in note.owed]
    least += [*lost, out.fee.minor, state.accrued_interest.minor]
    return {
        "notes are owed what the borrower owes": owed
        == [out.principal.minor, out.interest.minor, out.penalty.minor],
        "notes lost what was written off": lost
        == [gone.principal.minor, gone.interest.minor, gone.penalty.minor]
        or not paper.written_off,
        "nothing is owed less than nothing": min(least) >= 0,
        "all that came in went somewhere": paper.accounts["transit"] == paid
        and sum(paper.accounts.values()) == 0
        and paper.accounts["collections"] == paper.accounts["taken back"] == 0,
        "principal is conserved": out.principal.minor + gone.principal.minor + principal
        == paper.booked[Claim.PRINCIPAL],
        "nothing stays overpaid": not paper.overpaid,
        "no note is off its part": all(
            abs(
                note.owed_principal * weight
                - out.principal.minor * note.principal_minor
            )
            <= steps * weight
            for note in paper.notes
        ),
        "what is paid off owes nothing": out.total.minor == 0
        or state.status.value != "paid_off",
    }


def run(seed: int, loans: int, months: int, workers: int) -> Result:
    """Live a whole portfolio, in processes that know nothing of each other."""
    whole = Result()
    parts = [
        range(start, min(start + AT_ONCE, loans)) for start in range(0, loans, AT_ONCE)
    ]
    with ProcessPoolExecutor(workers) as pool:
        for part in pool.map(_part, ((seed, numbers, months) for numbers in parts)):
            whole.add(part)
    for (currency, month), sums in whole.sums.items():
        if sum(sums.values()):
            whole.broken.append(
                f"{currency}, month {month}: all entries sum to nothing"
            )
        whole.checks += 1
    return whole


def _part(asked: tuple[int, range, int]) -> Result:
    result = Result()
    live(*asked, result)
    return result
