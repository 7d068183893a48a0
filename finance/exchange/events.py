"""What exchange tells."""

from dataclasses import dataclass
from datetime import datetime

from ledger.money import Money
from ledger.outbox import Event


@dataclass(frozen=True)
class RateRecorded(Event):
    """An operator recorded what a currency costs, by whose word, and when."""

    type = "exchange_rate.recorded"
    about = "rate_id"

    rate_id: str
    base: str
    quote: str
    price: str
    margin_bps: int
    source: str
    quoted_at: datetime


@dataclass(frozen=True)
class MoneyExchanged(Event):
    """An owner's money changed its currency."""

    type = "money.exchanged"
    about = "entry_id"

    entry_id: str
    party_id: str
    rate_id: str
    sold: Money
    bought: Money
