"""What a day-end looks at of a loan: the same figures as in its state, in one pass."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contracts.book import Book
from contracts.latefees import has_missed
from contracts.state import Status
from contracts.terms import Component


@dataclass(frozen=True, slots=True)
class Standing:
    """A loan on a day, in minor units.

    ``claimed_interest`` and ``claimed_fees`` are all that ever fell due, whether it is
    owed, paid or lost; ``claimed_principal`` is the same of what went out.
    ``accrued`` is interest earned and not yet due. ``unpaid`` is what is left of
    instalments by due date. ``may_cost_a_fee`` says that an instalment was missed and no
    late fee charged for it.
    """

    on: date
    status: Status
    days_past_due: int
    overdue: int
    accrued: int
    claimed_principal: int
    claimed_interest: int
    claimed_fees: int
    unpaid: Mapping[date, int]
    is_forborne: bool
    may_cost_a_fee: bool


def stand(book: Book, on: date) -> Standing:
    """Return the standing of a book that was advanced to a day."""
    due: Counter[Component] = Counter()
    unpaid: defaultdict[date, int] = defaultdict(int)
    principal, overdue, oldest = -book.not_yet_owed(on), 0, on
    for line in book.lines:
        left = line.owed - line.paid
        if not left:
            continue
        if line.number and line.component is not Component.PENALTY:
            unpaid[line.due_on] += left
        if line.due_on <= on:
            due[line.component] += left
        if line.due_on < on:
            overdue += left
            oldest = min(oldest, line.due_on)
        if line.component is Component.PRINCIPAL:
            principal += left
    interest, fees = due[Component.INTEREST], due[Component.PENALTY]
    settled = book.got + book.lost
    owes = bool(principal or interest or fees or due[Component.FEE])
    return Standing(
        on=on,
        status=_status(book, owes=owes, late=oldest < on),
        days_past_due=(on - oldest).days,
        overdue=overdue,
        accrued=max(0, book.owed_interest(on) - interest),
        claimed_principal=principal + settled[Component.PRINCIPAL],
        claimed_interest=interest + settled[Component.INTEREST],
        claimed_fees=fees + settled[Component.PENALTY],
        unpaid=dict(unpaid),
        is_forborne=book.is_forborne,
        may_cost_a_fee=has_missed(book, on),
    )


def _status(book: Book, *, owes: bool, late: bool) -> Status:
    if book.written_off_on is not None:
        return Status.WRITTEN_OFF
    if not owes:
        return Status.PAID_OFF
    return Status.ARREARS if late else Status.ACTIVE
