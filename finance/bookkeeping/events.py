"""What bookkeeping tells."""

from dataclasses import dataclass
from datetime import date

from ledger.outbox import Event


@dataclass(frozen=True)
class AccountFreezeChanged(Event):
    """An operator stopped an account's movements, or let them go on."""

    type = "account.freeze_changed"
    about = "account_id"
    personal = frozenset({"reason"})

    account_id: str
    frozen: str
    reason: str


@dataclass(frozen=True)
class PeriodMoved(Event):
    """A period was opened, is being adjusted, or was closed for good."""

    type = "period.moved"
    about = "book"

    book: str
    starts_on: date
    ends_on: date
    state: str


@dataclass(frozen=True)
class YearClosed(Event):
    """A year's result was carried forward."""

    type = "year.closed"
    about = "entry_id"

    entry_id: str
    ends_on: date
