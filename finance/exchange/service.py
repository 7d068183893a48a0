"""What people can do: operators record rates, owners exchange their own money."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import text

from finance import wallets
from finance.exchange import repository, rules
from finance.exchange.errors import ExchangeNotCovered, RateSuperseded
from finance.exchange.events import MoneyExchanged, RateRecorded
from finance.exchange.model import ExchangeRate
from finance.exchange.rules import Quote
from ledger import accounts, balances
from ledger.accounts import CLIENT_MONEY, Side, Spec
from ledger.database import UnitOfWork
from ledger.exchange import POSITION, NewExchange, Rate, convert
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.money import Currency, Money

FUNDS: Final = "exchange/funds"

# One exchange at a time: what the house can still give is judged, then given.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('finance.exchange'))")


@dataclass(frozen=True)
class NewRate:
    """A rate as somebody published it; ``price`` is of one main unit of ``base``."""

    base: Currency
    quote: Currency
    price: Decimal
    margin_bps: int
    source: str
    quoted_at: datetime


@dataclass(frozen=True)
class Exchanged:
    """An exchange as it was booked."""

    entry: str
    rate: str
    sold: Money
    bought: Money


async def record_rate(
    uow: UnitOfWork, *, new: NewRate, operator_id: PartyId
) -> ExchangeRate:
    """Record a rate with its source and time; from now on the newest is used.

    The account of the house's own funds is opened with it, in both currencies: what
    stands there bounds what the house can be short of.

    Raises:
        RateUnusable: It has no price or source, or a time to come.
    """
    Rate(new.base, new.quote, new.price, new.source, new.quoted_at).require_usable(
        uow.now()
    )
    row = ExchangeRate(
        id=new_id("rate", uow.now()),
        **vars(new),
        recorded_at=uow.now(),
        recorded_by=operator_id,
    )
    uow.add(row)
    for currency in (new.base, new.quote):
        await _funds(uow, currency)
    uow.record(
        RateRecorded(
            row.id,
            new.base.value,
            new.quote.value,
            f"{new.price:f}",
            margin_bps=new.margin_bps,
            source=new.source,
            quoted_at=new.quoted_at,
        )
    )
    return row


async def quote_exchange(uow: UnitOfWork, *, rate_id: str, sold: Money) -> Quote:
    """Say what an amount would bring at a rate.

    Raises:
        RateSuperseded, RateStale: The rate is not the newest, or too old.
    """
    row = await _current(uow, rate_id, sold.currency)
    return rules.quote(row.rate, sold, margin_bps=row.margin_bps)


async def exchange(
    uow: UnitOfWork, *, party_id: PartyId, sold: Money, rate_id: str
) -> Exchanged:
    """Turn an owner's money into the other currency of the rate they saw.

    Raises:
        RateSuperseded, RateStale: The rate is not the newest, or too old.
        WalletMissing, WalletClosed: The owner has not both wallets.
        ExchangeNotCovered: The house has not enough of the other currency.
        InsufficientFunds: The wallet has less.
    """
    sold.require_positive()
    sold.require_settleable()
    await uow.session.execute(_ALONE)
    row = await _current(uow, rate_id, sold.currency)
    priced = rules.quote(row.rate, sold, margin_bps=row.margin_bps)
    debit = await _wallet(uow, party_id, sold.currency)
    credit = await _wallet(uow, party_id, priced.bought.currency)
    await _require_covered(uow, priced.worth)
    new = NewExchange(
        id=EntryId(new_id("entry", uow.now())),
        debit=debit,
        sold=sold,
        credit=credit,
        bought=priced.bought,
        rate=row.rate,
        effective_on=uow.today(),
    )
    await convert(uow, CLIENT_MONEY, new)
    told = MoneyExchanged(new.id, party_id, row.id, sold=sold, bought=priced.bought)
    uow.record(told, entries=[new.id])
    return Exchanged(new.id, row.id, sold, priced.bought)


async def _current(uow: UnitOfWork, rate_id: str, currency: Currency) -> ExchangeRate:
    row = await repository.get_newest_rate(uow, currency)
    if row.id != rate_id:
        raise RateSuperseded
    rules.require_fresh(row, uow.now())
    return row


async def _wallet(uow: UnitOfWork, party_id: PartyId, currency: Currency) -> AccountId:
    wallet = await wallets.find_wallet(uow, party_id, currency)
    return wallets.require_open(wallet, currency)


async def _require_covered(uow: UnitOfWork, wanted: Money) -> None:
    """Refuse to give what the house has not: its position and its own funds."""
    position = await accounts.find(uow, CLIENT_MONEY, POSITION, wanted.currency)
    most = (await balances.get(uow, await _funds(uow, wanted.currency))).available
    if position is not None:
        most += (await balances.get(uow, position)).posted
    if wanted.minor > most:
        raise ExchangeNotCovered(
            most_minor=max(most, 0), currency=wanted.currency.value
        )


async def _funds(uow: UnitOfWork, currency: Currency) -> AccountId:
    spec = Spec(
        CLIENT_MONEY, FUNDS, "exchange_funds", currency.value, Side.CREDIT, floor=0
    )
    return (await accounts.open_all(uow, [spec]))[0]
