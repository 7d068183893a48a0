"""What a lender has: notes with their state, money that came and is to come, one return.

The return is the internal rate of every flow: principal out, net receipts in, and what
is still owed today valued less the loss expected on it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from contracts import apr
from contracts.apr import DatedFlow
from contracts.errors import NoRate
from contracts.loan import LoanState, Status
from finance import rulepacks
from finance.lending import books, given, repository
from finance.lending.distributed import Share
from finance.lending.history import History
from finance.lending.model import Application, Claim, Loan, Note
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.money import BPS_PER_ONE, Currency, Money, Rounding, split_units

_LATE_LOSS_BPS: Final = 5_000


@dataclass(frozen=True)
class Flow:
    """Money on a day: negative is lent, positive came in or is to come."""

    on: date
    amount: Money


@dataclass(frozen=True)
class Position:
    """One note: where its loan stands, what is owed and what came in after all taxes."""

    note: Note
    loan: Loan
    application: Application
    state: LoanState
    owed_principal: Money
    received_interest: Money
    servicing: Money
    tax: Money
    expected_loss: Money
    past: tuple[Flow, ...]
    planned: tuple[Flow, ...]


@dataclass(frozen=True)
class Portfolio:
    """A lender's notes of one currency and what they earn a year, net of everything.

    ``net_return_bps`` is None while no rate can be said, as before the first receipt.
    """

    currency: Currency
    positions: tuple[Position, ...]
    net_return_bps: int | None

    @property
    def owed_principal(self) -> Money:
        """Return the principal still owed on all notes."""
        return Money.sum((p.owed_principal for p in self.positions), self.currency)

    def by_month(self) -> list[tuple[str, Money, Money]]:
        """Return, month by month, what came in and what is planned to."""
        past: defaultdict[str, int] = defaultdict(int)
        planned: defaultdict[str, int] = defaultdict(int)
        for position in self.positions:
            for flow in position.past:
                past[f"{flow.on:%Y-%m}"] += max(flow.amount.minor, 0)
            for flow in position.planned:
                planned[f"{flow.on:%Y-%m}"] += flow.amount.minor
        return [
            (
                month,
                Money(past.get(month, 0), self.currency),
                Money(planned.get(month, 0), self.currency),
            )
            for month in sorted(past.keys() | planned.keys())
        ]


async def portfolio(uow: UnitOfWork, *, lender_id: PartyId) -> list[Portfolio]:
    """Return a lender's portfolio, one part for each currency it has notes in."""
    held = await repository.list_held(uow, lender_id)
    notes = [note for note, _, _ in held]
    shares = await given.list_shares_of(uow, [note.id for note in notes])
    received: defaultdict[str, list[tuple[Share, date]]] = defaultdict(list)
    for share, on in shares:
        received[share.note].append((share, on))
    events = await repository.list_events_of(uow, {note.loan for note in notes})
    owed = await books.owed_to(uow, notes, Claim.PRINCIPAL)
    positions = [
        _position(
            note,
            application,
            history=History.read(uow, loan, events[loan.id]),
            owed_principal=Money(units, note.currency),
            received=received[note.id],
        )
        for (note, loan, application), units in zip(held, owed, strict=True)
    ]
    return [
        _part([p for p in positions if p.note.currency is currency], currency, uow)
        for currency in Currency
        if any(p.note.currency is currency for p in positions)
    ]


def _part(positions: list[Position], currency: Currency, uow: UnitOfWork) -> Portfolio:
    return Portfolio(currency, tuple(positions), _net_return(positions, uow.today()))


def _position(
    note: Note,
    application: Application,
    *,
    history: History,
    owed_principal: Money,
    received: Sequence[tuple[Share, date]],
) -> Position:
    loan, today = history.loan, history.uow.today()
    state = history.state(today)
    return Position(
        note=note,
        loan=loan,
        application=application,
        state=state,
        owed_principal=owed_principal,
        received_interest=_sum(note, [s.interest_minor for s, _ in received]),
        servicing=_sum(note, [s.servicing_minor for s, _ in received]),
        tax=_sum(note, [s.tax_minor for s, _ in received]),
        expected_loss=_expected_loss(application, state, owed_principal),
        past=_past(note, loan, received),
        planned=_planned(note, loan, state, today),
    )


def _sum(note: Note, parts: Sequence[int]) -> Money:
    return Money(sum(parts), note.currency)


def _past(
    note: Note, loan: Loan, received: Sequence[tuple[Share, date]]
) -> tuple[Flow, ...]:
    if loan.disbursed_on is None:
        return ()
    flows = [Flow(loan.disbursed_on, -note.principal)]
    flows += [Flow(on, Money(s.net_minor, note.currency)) for s, on in received]
    return tuple(flows)


def _planned(note: Note, loan: Loan, state: LoanState, today: date) -> tuple[Flow, ...]:
    """Return the note's part of what is still to be paid, net of fee and tax."""
    weights = [note.principal_minor, loan.principal_minor - note.principal_minor]
    fee_bps = rulepacks.home().bps("servicing_fee", on=today)
    flows = []
    for item in state.instalments:
        interest = item.owed.interest - item.paid.interest
        kept = interest.times_bps(
            fee_bps + note.withholding_bps, rounding=Rounding.HALF_EVEN
        )
        left = item.owed.principal - item.paid.principal + interest - kept
        if left.minor > 0:
            units = split_units(left.minor, weights)[0]
            due_on = max(item.due_on, today)
            flows.append(Flow(due_on, Money(units, note.currency)))
    return tuple(flows)


def _expected_loss(application: Application, state: LoanState, owed: Money) -> Money:
    """Return what is expected to be lost of what is owed: by score, or once late by half."""
    decided = application.decision
    lgd_bps = int(decided["price"]["lgd_bps"])
    loss_bps = int(decided["pd_bps"]) * lgd_bps // BPS_PER_ONE
    default_after = rulepacks.home().days("default_after", on=state.on)
    if state.days_past_due >= default_after:
        loss_bps = _LATE_LOSS_BPS
    if state.status is Status.WRITTEN_OFF:
        loss_bps = BPS_PER_ONE
    return owed.times_bps(loss_bps, rounding=Rounding.HALF_EVEN)


def _net_return(positions: Sequence[Position], today: date) -> int | None:
    flows: defaultdict[date, Decimal] = defaultdict(Decimal)
    for position in positions:
        for flow in position.past:
            flows[flow.on] += flow.amount.major()
        worth = position.owed_principal - position.expected_loss
        flows[today] += worth.major()
    try:
        rates = apr.xirr([DatedFlow(on, amount) for on, amount in flows.items()])
    except NoRate:
        return None
    return int((rates.nearest * BPS_PER_ONE).to_integral_value())
