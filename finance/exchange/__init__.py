"""Exchange: an owner turns one currency into another at a dated, published rate."""

from finance.exchange.errors import (
    ExchangeNotCovered,
    ExchangeTooSmall,
    RateMissing,
    RateStale,
    RateSuperseded,
)
from finance.exchange.events import MoneyExchanged, RateRecorded
from finance.exchange.model import ExchangeRate
from finance.exchange.repository import get_newest_rate, get_rate, list_rates
from finance.exchange.rules import Quote, quote
from finance.exchange.service import (
    Exchanged,
    NewRate,
    exchange,
    quote_exchange,
    record_rate,
)

__all__ = [
    "ExchangeNotCovered",
    "ExchangeRate",
    "ExchangeTooSmall",
    "Exchanged",
    "MoneyExchanged",
    "NewRate",
    "Quote",
    "RateMissing",
    "RateRecorded",
    "RateStale",
    "RateSuperseded",
    "exchange",
    "get_newest_rate",
    "get_rate",
    "list_rates",
    "quote",
    "quote_exchange",
    "record_rate",
]
