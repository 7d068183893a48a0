"""A loan's history: its terms and the facts of its life, kept row by row."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from contracts import loan as loans
from contracts.loan import LoanState
from contracts.terms import Terms
from finance.lending import repository
from finance.lending.model import Loan, LoanEvent
from ledger.database import UnitOfWork
from ledger.errors import ensure
from ledger.money import Currency, Money

_KINDS: Final[dict[str, type[loans.Event]]] = {
    "disbursed": loans.Disbursed,
    "late_fee_charged": loans.LateFeeCharged,
    "receipt_received": loans.ReceiptReceived,
    "written_off": loans.WrittenOff,
    "recovery_received": loans.RecoveryReceived,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_PLACES: Final = frozenset({"on", "ordinal"})


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
                kind=_NAMES[type(event)],
                happened_on=event.on,
                details=_details(event),
                recorded_at=self.uow.now(),
            )
        )

    def state(self, on: date) -> LoanState:
        """Replay the loan up to the end of a day."""
        return loans.replay(self.terms, self.events, on)


def _details(event: loans.Event) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for item in fields(event):
        value = getattr(event, item.name)
        if item.name not in _PLACES:
            written[item.name] = value.minor if isinstance(value, Money) else value
    return written


def read_event(row: LoanEvent, currency: Currency) -> loans.Event:
    """Read a stored fact back as the value that contracts replay."""
    details = dict(row.details)
    if "amount" in details:
        details["amount"] = Money(details["amount"], currency)
    return _KINDS[row.kind](on=row.happened_on, ordinal=row.number, **details)
