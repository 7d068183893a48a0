"""Owners exchange at the published rate, as far as the house's own funds reach."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance import exchange, rails, wallets
from finance.exchange import (
    ExchangeNotCovered,
    ExchangeTooSmall,
    NewRate,
    RateMissing,
    RateStale,
    RateSuperseded,
)
from finance.laws import FINANCE_LAWS
from finance.wallets import Platform, chart
from ledger import accounts, balances, browsing, invariants
from ledger.accounts import CLIENT_MONEY
from ledger.clock import StoppedClock
from ledger.database import Database
from ledger.entries import InsufficientFunds
from ledger.errors import NotFound
from ledger.exchange import Rate, RateUnusable
from ledger.ids import PartyId
from ledger.money import Currency, Money
from tests.conftest import FIRST_MOMENT
from tests.finance.conftest import World
from tests.ledger.builders import move

USD, KHR = Currency.USD, Currency.KHR
SOURCE = "National Bank of Cambodia"


def usd(minor: int) -> Money:
    return Money(minor, USD)


def riel(whole: int) -> Money:
    return Money(whole * 100, KHR)


@pytest.fixture
def world(db: Database, clock: StoppedClock) -> World:
    return World(db, clock, rails.FakeRail(clock))


@pytest.fixture
async def owner(world: World) -> PartyId:
    """Somebody with a million riel and an empty wallet of dollars."""
    party = await world.party(100_000_000, KHR)
    await world.db.transact(wallets.open_wallet, party_id=party, currency=USD)
    return party


async def record(db: Database, by: PartyId, *, margin_bps: int = 50, price="4100"):
    new = NewRate(USD, KHR, Decimal(price), margin_bps, SOURCE, db.clock.now())
    return await db.transact(exchange.record_rate, new=new, operator_id=by)


async def put_up(db: Database, minor: int, currency: Currency = USD) -> None:
    """Put the house's own money into the clients' bank account."""
    bank = await db.transact(chart.platform, Platform.BANK, currency)
    funds = await db.read(accounts.find, CLIENT_MONEY, "exchange/funds", currency)
    assert funds is not None
    await move(db, bank, funds, minor)


async def sell(db: Database, owner: PartyId, sold: Money, rate) -> exchange.Exchanged:
    return await db.transact(
        exchange.exchange, party_id=owner, sold=sold, rate_id=rate.id
    )


async def test_an_owner_gets_the_rate_less_the_margin(world, owner) -> None:
    db = world.db
    rate = await record(db, owner)
    await put_up(db, 50_000)

    done = await sell(db, owner, riel(410_000), rate)

    assert done.bought == usd(9_950)
    assert (await world.purse(owner, USD)).available == usd(9_950)
    assert (await world.purse(owner, KHR)).available == riel(590_000)
    result = await db.read(accounts.find, CLIENT_MONEY, "exchange/result", USD)
    assert (await db.read(balances.get, result)).posted == 50
    kept = (await db.read(browsing.get_entry, done.entry)).entry
    assert kept.details["rate_source"] == SOURCE
    assert kept.details["rate"] == "4100"
    books = [invariants.LEDGER_LAWS, FINANCE_LAWS]
    assert await db.read(invariants.find_breaches, books) == []


async def test_there_and_back_ends_with_less(world, owner) -> None:
    rate = await record(world.db, owner)
    await put_up(world.db, 50_000)

    there = await sell(world.db, owner, riel(410_000), rate)
    back = await sell(world.db, owner, there.bought, rate)

    assert back.bought == riel(405_910)


async def test_the_house_gives_no_more_than_its_own_funds(world, owner) -> None:
    rate = await record(world.db, owner)
    await put_up(world.db, 5_000)

    with pytest.raises(ExchangeNotCovered) as refused:
        await sell(world.db, owner, riel(410_000), rate)
    await sell(world.db, owner, riel(205_000), rate)
    with pytest.raises(ExchangeNotCovered) as again:
        await sell(world.db, owner, riel(4_100), rate)

    assert refused.value.facts == {"most_minor": 5_000, "currency": "USD"}
    assert again.value.facts["most_minor"] == 0


async def test_what_came_in_by_exchange_can_be_given_again(world, owner) -> None:
    rate = await record(world.db, owner)
    await put_up(world.db, 10_000)
    there = await sell(world.db, owner, riel(410_000), rate)

    await sell(world.db, owner, there.bought, rate)
    await sell(world.db, owner, riel(400_000), rate)

    assert await world.db.read(invariants.find_breaches, [FINANCE_LAWS]) == []


async def test_exchanges_at_once_do_not_pass_the_funds_together(world, owner) -> None:
    rate = await record(world.db, owner)
    await put_up(world.db, 5_000)

    outcomes = await asyncio.gather(
        *(sell(world.db, owner, riel(123_000), rate) for _ in range(4)),
        return_exceptions=True,
    )

    refused = [one for one in outcomes if isinstance(one, ExchangeNotCovered)]
    assert len(refused) == 3
    assert await world.db.read(invariants.find_breaches, [FINANCE_LAWS]) == []


async def test_a_rate_that_is_not_the_newest_or_too_old_is_refused(
    world, owner, clock
) -> None:
    db = world.db
    with pytest.raises(RateMissing):
        await db.read(exchange.get_newest_rate, USD)
    old = await record(db, owner)
    clock.advance(timedelta(days=1))
    new = await record(db, owner, price="4090")

    with pytest.raises(RateSuperseded):
        await sell(db, owner, riel(4_100), old)
    clock.advance(timedelta(days=7, seconds=1))
    with pytest.raises(RateStale) as refused:
        await sell(db, owner, riel(4_100), new)

    assert refused.value.facts == {"quoted_on": "2026-01-06"}


async def test_who_has_not_both_wallets_or_too_little_cannot_exchange(
    world, owner
) -> None:
    rate = await record(world.db, owner)
    await put_up(world.db, 1_000_000)
    other = await world.party(1_000_000, KHR)

    with pytest.raises(wallets.WalletMissing):
        await sell(world.db, other, riel(4_100), rate)
    with pytest.raises(InsufficientFunds):
        await sell(world.db, owner, riel(1_000_001), rate)


async def test_a_rate_nobody_could_check_is_not_recorded(world, owner) -> None:
    later = world.clock.now() + timedelta(seconds=1)
    for new in (
        NewRate(USD, KHR, Decimal(4100), 0, " ", world.clock.now()),
        NewRate(USD, KHR, Decimal(4100), 0, SOURCE, later),
        NewRate(USD, USD, Decimal(1), 0, SOURCE, world.clock.now()),
    ):
        with pytest.raises(RateUnusable):
            await world.db.transact(exchange.record_rate, new=new, operator_id=owner)
    with pytest.raises(NotFound):
        await world.db.read(exchange.get_rate, rate_id="rate_" + "0" * 26)


@given(
    minor=st.integers(1, 10**9),
    price=st.decimals("3000", "5000", places=2),
    margin_bps=st.integers(0, 1_000),
    sells_dollars=st.booleans(),
)
def test_no_amount_brings_more_than_it_is_worth(
    minor: int, price: Decimal, margin_bps: int, sells_dollars: bool
) -> None:
    rate = Rate(USD, KHR, price, SOURCE, FIRST_MOMENT)
    sold = usd(minor) if sells_dollars else riel(minor)
    try:
        there = exchange.quote(rate, sold, margin_bps=margin_bps)
        back = exchange.quote(rate, there.bought, margin_bps=margin_bps)
    except ExchangeTooSmall:
        return

    assert back.bought <= sold
    assert there.margin.minor >= 0
