"""A loan's history: its terms and the facts of its life, kept row by row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from contracts import loan as loans
from contracts.loan import LoanState
from contracts.terms import Component, GraceRule, Terms
from finance.lending import repository
from finance.lending.model import Loan, LoanEvent
from ledger.database import UnitOfWork
from ledger.errors import ensure
from ledger.money import Currency, Money

KINDS: Final[dict[str, type[loans.Event]]] = {
    "disbursed": loans.Disbursed,
    "rate_changed": loans.RateChanged,
    "due_date_shifted": loans.DueDateShifted,
    "payment_holiday": loans.PaymentHoliday,
    "reamortised": loans.Reamortised,
    "restructured": loans.Restructured,
    "late_fee_charged": loans.LateFeeCharged,
    "charge_added": loans.ChargeAdded,
    "charge_cancelled": loans.ChargeCancelled,
    "waived": loans.Waived,
    "receipt_received": loans.ReceiptReceived,
    "charged_back": loans.ChargedBack,
    "written_off": loans.WrittenOff,
    "recovery_received": loans.RecoveryReceived,
    "refunded": loans.Refunded,
}
_NAMES: Final = {kind: name for name, kind in KINDS.items()}
_PLACES: Final = frozenset({"on", "ordinal"})
_READERS: Final[dict[str, Callable[[Any], object]]] = {
    "component": Component,
    "rule": GraceRule,
    "terms": Terms.from_json,
    "to": date.fromisoformat,
    "rate_bps": lambda sent: sent if type(sent) is int else Decimal(sent),
}


@dataclass
class History:
    """Terms and events of one loan; what is appended is stored with the transaction."""

    uow: UnitOfWork
    loan: Loan
    terms: Terms
    events: list[loans.Event]

    @classmethod
    async def of(cls, uow: UnitOfWork, loan: Loan) -> "History":
        """Read a loan's history; to append to it, the loan must be locked."""
        return cls.read(uow, loan, await repository.list_events(uow, loan.id))

    @classmethod
    def read(cls, uow: UnitOfWork, loan: Loan, rows: Sequence[LoanEvent]) -> "History":
        """Read a history out of its stored facts."""
        events = [read_event(row, loan.currency) for row in rows]
        return cls(uow, loan, loan.agreed_terms, events)

    @property
    def next(self) -> int:
        """The number of the next event."""
        return len(self.events) + 1

    @property
    def last_on(self) -> date:
        """The day of the latest event; the disbursement's when there is none yet."""
        return max((event.on for event in self.events), default=self.terms.disbursed_on)

    def append(self, event: loans.Event) -> None:
        """Add a fact to the loan's life."""
        ensure(event.ordinal == self.next, "events of a loan are numbered densely")
        self.events.append(event)
        self.uow.add(
            LoanEvent(
                loan=self.loan.id,
                number=event.ordinal,
                kind=kind_of(event),
                happened_on=event.on,
                details=details_of(event),
                recorded_at=self.uow.now(),
            )
        )

    def state(self, on: date) -> LoanState:
        """Replay the loan up to the end of a day."""
        return loans.replay(self.terms, self.events, on)

    def with_one(self, event: loans.Event) -> LoanState:
        """Replay the loan up to today as if something had happened too.

        Raises:
            EventInvalid, TermsInvalid: It cannot have happened to this loan.
        """
        return loans.replay(self.terms, [*self.events, event], self.uow.today())


def kind_of(event: loans.Event) -> str:
    """Return the word under which a fact is kept."""
    return _NAMES[type(event)]


def details_of(event: loans.Event) -> dict[str, Any]:
    """Write what a fact says, beside its day and place, as it is kept."""
    return {
        item.name: _written(getattr(event, item.name))
        for item in fields(event)
        if item.name not in _PLACES
    }


def _written(value: object) -> object:
    match value:
        case Money():
            return value.minor
        case Terms():
            return value.to_json()
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case Decimal():
            return str(value)
        case _:
            return value


def read_event(row: LoanEvent, currency: Currency) -> loans.Event:
    """Read a stored fact back as the value that contracts replay."""
    return event_from(
        row.kind, row.details, on=row.happened_on, ordinal=row.number, currency=currency
    )


def event_from(
    kind: str, details: dict[str, Any], *, on: date, ordinal: int, currency: Currency
) -> loans.Event:
    """Make a fact of what ``details_of`` wrote."""
    values = {
        name: _READERS[name](value) if name in _READERS else value
        for name, value in details.items()
    }
    if "amount" in values:
        values["amount"] = Money(details["amount"], currency)
    return KINDS[kind](on=on, ordinal=ordinal, **values)
