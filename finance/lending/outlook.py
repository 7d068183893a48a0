"""Show what an act would do before anybody agrees to it: to the borrower, to lenders."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts import apr
from contracts.apr import DatedFlow
from contracts.errors import NoRate
from contracts.loan import InstalmentState, LoanState
from finance import rulepacks
from finance.lending import losses, repository, taxes
from finance.lending.acts import Act, require_fitting, require_paid
from finance.lending.history import History
from finance.lending.model import Holding, Loan
from finance.lending.resharing import Rates
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.money import BPS_PER_ONE, Money, Rounding, split_units


@dataclass(frozen=True)
class Outlook:
    """What is still to come of a loan if it is paid as it stands.

    ``lender_rate_bps`` is the yearly return, before fee and tax, on the principal owed
    today; None when no rate can be said.
    """

    owed_now: Money
    principal: Money
    interest: Money
    fees: Money
    overpaid: Money
    next_due_on: date | None
    next_due: Money
    last_due_on: date | None
    lender_rate_bps: int | None
    is_forborne: bool

    @property
    def total(self) -> Money:
        """All that the borrower would still pay."""
        return self.principal + self.interest + self.fees


@dataclass(frozen=True)
class NoteOutlook:
    """What one lender would still receive, after fee and tax, before and after an act."""

    note_id: str
    lender: PartyId
    before: Money
    after: Money


@dataclass(frozen=True)
class Preview:
    """An act's effect, tried on the loan's history; nothing of it is kept."""

    before: Outlook
    after: Outlook
    notes: tuple[NoteOutlook, ...]

    @property
    def notes_before(self) -> Money:
        """All that lenders would still receive without the act."""
        return self._all(one.before for one in self.notes)

    @property
    def notes_after(self) -> Money:
        """All that lenders would still receive with it."""
        return self._all(one.after for one in self.notes)

    def _all(self, amounts: Iterable[Money]) -> Money:
        return Money.sum(amounts, self.before.total.currency)


async def preview_act(uow: UnitOfWork, *, loan_id: str, act: Act) -> Preview:
    """Return what a loan and each of its notes look like before and after an act.

    Raises:
        EventInvalid, TermsInvalid, LoanNotOpen: The act cannot be, as when proposed.
    """
    history = await History.of(uow, await repository.get_loan(uow, loan_id))
    after = require_fitting(history, act)
    await require_paid(uow, history.loan, act)
    return await _preview(history, after)


async def preview_write_off(uow: UnitOfWork, *, loan_id: str) -> Preview:
    """Return what a loan and each of its notes look like before and after a write-off.

    Raises:
        LoanNotOpen, WriteOffTooEarly: It cannot be, as when proposed.
    """
    history = await History.of(uow, await repository.get_loan(uow, loan_id))
    return await _preview(history, losses.state_written_off(history))


async def _preview(history: History, after: LoanState) -> Preview:
    uow, loan = history.uow, history.loan
    before = history.state(uow.today())
    notes = await repository.list_holdings(uow, loan.id)
    rates = await taxes.rates_for(uow, loan.id)
    nets = [_net_to_come(loan, notes, state, rates) for state in (before, after)]
    return Preview(
        outlook_of(before),
        outlook_of(after),
        tuple(
            NoteOutlook(note.id, note.lender, old, new)
            for note, old, new in zip(notes, *nets, strict=True)
        ),
    )


def outlook_of(state: LoanState) -> Outlook:
    """Return what is still to come of a loan in this state."""
    to_come = [one for one in state.instalments if one.unpaid]
    return Outlook(
        owed_now=state.outstanding.total,
        principal=_unpaid(to_come, "principal", state),
        interest=_unpaid(to_come, "interest", state),
        fees=_fees(to_come, state)
        + _charged(state, "fee")
        + _charged(state, "penalty"),
        overpaid=state.overpaid,
        next_due_on=state.next_due_on,
        next_due=state.next_due,
        last_due_on=max((one.due_on for one in to_come), default=None),
        lender_rate_bps=_rate_bps(state, to_come),
        is_forborne=state.is_forborne,
    )


def _fees(instalments: Sequence[InstalmentState], state: LoanState) -> Money:
    fees = _unpaid(instalments, "fee", state)
    return fees + _unpaid(instalments, "penalty", state)


def _charged(state: LoanState, part: str) -> Money:
    """Return what is owed of charges that are in no instalment; they are due at once."""
    due = [one for one in state.instalments if one.due_on <= state.on]
    owed: Money = getattr(state.outstanding, part)
    return owed - _unpaid(due, part, state)


def _unpaid(
    instalments: Sequence[InstalmentState], part: str, state: LoanState
) -> Money:
    return Money.sum(
        (getattr(one.owed, part) - getattr(one.paid, part) for one in instalments),
        state.next_due.currency,
    )


def _rate_bps(state: LoanState, to_come: Sequence[InstalmentState]) -> int | None:
    flows: defaultdict[date, Decimal] = defaultdict(Decimal)
    flows[state.on] -= state.outstanding.principal.major()
    for one in to_come:
        due = one.unpaid - (one.owed.fee - one.paid.fee)
        flows[max(one.due_on, state.on)] += due.major()
    try:
        rates = apr.xirr([DatedFlow(on, amount) for on, amount in flows.items()])
    except NoRate:
        return None
    return int((rates.nearest * BPS_PER_ONE).to_integral_value())


def _net_to_come(
    loan: Loan, notes: Sequence[Holding], state: LoanState, rates: Rates
) -> list[Money]:
    """Return each note's part of what is to come, less fee and tax at today's rates."""
    to_come = [one for one in state.instalments if one.unpaid]
    principal = _unpaid(to_come, "principal", state)
    interest = _unpaid(to_come, "interest", state)
    fees = _unpaid(to_come, "penalty", state) + _charged(state, "penalty")
    fee_bps = rulepacks.home().bps("servicing_fee", on=state.on)
    weights = [note.principal_minor for note in notes]
    found = []
    parts = (split_units(part.minor, weights) for part in (principal, interest, fees))
    for note, of_principal, of_interest, of_fees in zip(notes, *parts, strict=True):
        kept = Money(of_interest, loan.currency).times_bps(
            fee_bps + rates(note, state.on), rounding=Rounding.HALF_EVEN
        )
        service = Money(of_fees, loan.currency).times_bps(
            fee_bps, rounding=Rounding.HALF_EVEN
        )
        gross = Money(of_principal + of_interest + of_fees, loan.currency)
        found.append(gross - kept - service)
    return found
