"""Act three: twelve months of repayments, on time and not, to the last cent."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from api.world.borrowing import Borrowing
from api.world.cast import FIRMS, Fate
from api.world.stage import Stage
from contracts.months import add_months
from finance import approvals, lending
from finance.lending import Loan, LoanStatus
from ledger.money import Money

MONTHS: Final = 12
LATE_DAYS: Final = 10
LATE_MONTHS: Final = (3, 7)
PARTIAL_MONTH: Final = 4
PAYOFF_MONTH: Final = 6
LAST_BEFORE_DEFAULT: Final = 3
WRITE_OFF_MONTH: Final = 8
RECOVERY_MONTH: Final = 11
RECOVERED_PERCENT: Final = 30

Payment = Callable[[Stage, Loan, int], Awaitable[None]]


async def play(stage: Stage, found: Borrowing) -> None:
    """Let a year pass: each month the due day, and some days after it."""
    fates = {firm.name: firm.fate for firm in FIRMS}
    loans: dict[Fate, list[str]] = {fates[name]: [] for name in found.loans}
    for name, loan_id in found.loans.items():
        loans[fates[name]].append(loan_id)
    start = found.paid_out_on or stage.today
    for month in range(1, MONTHS + 1):
        stage.tell(f"Month {month} of {MONTHS}")
        due = add_months(start, month)
        await stage.go_to(due)
        await _pay_all(stage, loans, month, _ON_DUE_DAY)
        await stage.go_to(due + timedelta(days=LATE_DAYS))
        await _pay_all(stage, loans, month, _AFTERWARDS)
        await stage.reconcile()


async def _pay_all(
    stage: Stage,
    loans: dict[Fate, list[str]],
    month: int,
    payments: dict[Fate, Payment],
) -> None:
    for fate, pay in payments.items():
        for loan_id in loans.get(fate, []):
            loan = await stage.db.read(lending.get_loan, loan_id=loan_id)
            if loan.status != LoanStatus.PAID_OFF:
                await pay(stage, loan, month)
    await stage.work()


def _instalment(loan: Loan, month: int) -> Money:
    return lending.schedule_of(loan).rows[month - 1].payment


async def _pay_in_full(stage: Stage, loan: Loan, month: int) -> None:
    if month <= len(lending.schedule_of(loan).rows):
        stage.rail.receive(loan.id, _instalment(loan, month))


async def _pay_unless_late(stage: Stage, loan: Loan, month: int) -> None:
    if month not in LATE_MONTHS:
        await _pay_in_full(stage, loan, month)


async def _pay_what_is_late(stage: Stage, loan: Loan, month: int) -> None:
    if month in LATE_MONTHS:
        state = await stage.db.read(lending.loan_state, loan_id=loan.id)
        due = state.overdue.total + state.outstanding.penalty - state.overdue.penalty
        stage.rail.receive(loan.id, due)


async def _pay_half_once(stage: Stage, loan: Loan, month: int) -> None:
    whole = _instalment(loan, month)
    if month == PARTIAL_MONTH:
        stage.rail.receive(loan.id, whole.split([1, 1])[0])
    elif month == PARTIAL_MONTH + 1:
        state = await stage.db.read(lending.loan_state, loan_id=loan.id)
        stage.rail.receive(loan.id, state.outstanding.total)
    else:
        stage.rail.receive(loan.id, whole)


async def _pay_but_the_last(stage: Stage, loan: Loan, month: int) -> None:
    if month < MONTHS:
        await _pay_in_full(stage, loan, month)


async def _pay_off_early(stage: Stage, loan: Loan, month: int) -> None:
    if month < PAYOFF_MONTH:
        await _pay_in_full(stage, loan, month)
        return
    quote = await stage.db.read(lending.quote_payoff, loan_id=loan.id)
    stage.rail.receive(loan.id, quote.total)


async def _stop_paying(stage: Stage, loan: Loan, month: int) -> None:
    if month <= LAST_BEFORE_DEFAULT:
        await _pay_in_full(stage, loan, month)


async def _give_up_and_recover(stage: Stage, loan: Loan, month: int) -> None:
    """Write the loan off with two people; months later a part comes back."""
    one, two = stage.operators
    if month == WRITE_OFF_MONTH:
        approval = await stage.acting(one).transact(
            lending.propose_write_off,
            loan_id=loan.id,
            operator_id=one.id,
            note="Shop closed; the owner cannot be reached since April.",
        )
        alone = stage.acting(one).transact(
            lending.approve_write_off, approval_id=approval.id, operator_id=one.id
        )
        await stage.expect(approvals.SamePerson, alone)
        await stage.acting(two).transact(
            lending.approve_write_off, approval_id=approval.id, operator_id=two.id
        )
    if month == RECOVERY_MONTH:
        state = await stage.db.read(lending.loan_state, loan_id=loan.id)
        part = state.written_off.total.minor * RECOVERED_PERCENT // 100
        stage.rail.receive(loan.id, Money(part, loan.currency))


_ON_DUE_DAY: Final[dict[Fate, Payment]] = {
    Fate.ON_TIME: _pay_in_full,
    Fate.LATE: _pay_unless_late,
    Fate.PARTIAL: _pay_half_once,
    Fate.BEHIND: _pay_but_the_last,
    Fate.EARLY: _pay_off_early,
    Fate.DEFAULT: _stop_paying,
}
_AFTERWARDS: Final[dict[Fate, Payment]] = {
    Fate.LATE: _pay_what_is_late,
    Fate.DEFAULT: _give_up_and_recover,
}
