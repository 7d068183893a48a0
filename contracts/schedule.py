"""Schedules: what is due when; the rows always sum to the principal."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contracts import remainders
from contracts.errors import TermsInvalid
from contracts.periods import growth, layout, round_to_step
from contracts.rows import Row
from contracts.terms import Method, Terms, Tranche
from contracts.walk import Opening, Walk, arrivals_of
from ledger.errors import ensure
from ledger.money import Currency, Money

__all__ = [
    "Opening",
    "Row",
    "Schedule",
    "accrued_minor",
    "arrivals_of",
    "build",
    "continue_from",
    "reprice",
]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rows of an agreement and, where it has one, the level before rounding."""

    currency: Currency
    rows: tuple[Row, ...]
    level: Fraction | None

    @property
    def principal(self) -> Money:
        """Principal of all rows: what was lent, and capitalised interest."""
        return Money(sum(row.principal_minor for row in self.rows), self.currency)

    @property
    def interest(self) -> Money:
        """Interest of all rows."""
        return Money(sum(row.interest_minor for row in self.rows), self.currency)

    @property
    def fees(self) -> Money:
        """Fees of all rows, without the one kept back at the start."""
        return Money(sum(row.fee_minor for row in self.rows), self.currency)

    @property
    def payment(self) -> Money:
        """Everything the borrower will pay in instalments."""
        return self.principal + self.interest + self.fees


def build(terms: Terms) -> Schedule:
    """Build the schedule of new terms."""
    return continue_from(terms, Opening())


def continue_from(terms: Terms, opening: Opening) -> Schedule:
    """Build the rows from one period on, for a balance that may have changed."""
    walk = Walk(terms, layout(terms)[opening.number - 1 :], opening)
    if any(part.on >= walk.periods[-1].ends_on for part in walk.arrivals):
        raise TermsInvalid(field="tranches", reason="must go out before the last date")
    rows = walk.rows()
    if walk.exact_level is not None:
        rows = remainders.place(walk, rows)
    repaid = sum(row.principal_minor - row.capitalised_minor for row in rows)
    lent = opening.balance_minor + sum(part.amount.minor for part in walk.arrivals)
    ensure(repaid == lent, "the rows of a schedule sum to the principal")
    return Schedule(terms.currency, tuple(rows), walk.exact_level)


def accrued_minor(terms: Terms, row: Row, on: date) -> int:
    """Return the interest a period has earned up to a day."""
    if on >= row.ends_on:
        return row.earned_minor
    return 0 if on <= row.starts_on else _earned_minor(terms, row, on)


def reprice(terms: Terms, row: Row, offset: int) -> Row:
    """Give a row the dates and the interest that changed terms say."""
    period = layout(terms)[row.number - offset - 1]._replace(number=row.number)
    moved = row._replace(period=period)
    return moved._replace(earned_minor=_earned_minor(terms, moved, period.ends_on))


def _earned_minor(terms: Terms, row: Row, until: date) -> int:
    flat = terms.method is Method.FLAT
    base = terms.principal.minor if flat else row.opening_minor
    exact = base * growth(terms, row.period, row.starts_on, until)
    if not flat:
        exact += sum(
            part.amount.minor * growth(terms, row.period, part.on, until)
            for part in _arriving(terms, row)
        )
    rule = terms.rounds
    return round_to_step(exact, rule.interest, rule.interest_step)


def _arriving(terms: Terms, row: Row) -> list[Tranche]:
    return [
        part for part in arrivals_of(terms) if row.starts_on <= part.on < row.ends_on
    ]
