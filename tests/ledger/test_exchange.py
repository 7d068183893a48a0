"""Money changes currency at a named rate; what differs from it has its own account."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ledger import accounts, balances, browsing, entries, exchange, invariants
from ledger.accounts import CLIENT_MONEY, Side, Spec
from ledger.database import Database
from ledger.ids import AccountId
from ledger.money import Currency, CurrencyMismatch, Money
from tests.ledger.builders import an_id, move

USD, KHR = Currency.USD, Currency.KHR


@pytest.fixture
async def wallets(db: Database) -> list[AccountId]:
    """A wallet of 1,000,000 riel and an empty one of dollars, with their banks."""
    specs = [
        Spec(CLIENT_MONEY, path, path, asset.value, side, floor)
        for asset in (KHR, USD)
        for path, side, floor in (
            ("bank", Side.DEBIT, None),
            ("wallet", Side.CREDIT, 0),
        )
    ]
    riel_bank, riel, _, dollars = await db.transact(accounts.open_all, specs)
    await move(db, riel_bank, riel, 100_000_000)
    return [riel, dollars]


def the_rate(db: Database, price: str = "4100") -> exchange.Rate:
    return exchange.Rate(USD, KHR, Decimal(price), "National Bank", db.clock.now())


def an_exchange(db: Database, wallets: list[AccountId]) -> exchange.NewExchange:
    return exchange.NewExchange(
        id=an_id(db),
        debit=wallets[0],
        sold=Money(41_000_000, KHR),
        credit=wallets[1],
        bought=Money(9_950, USD),
        rate=the_rate(db),
        effective_on=db.clock.now().date(),
    )


async def balance(db: Database, path: str, asset: Currency) -> int:
    account = await db.read(accounts.find, CLIENT_MONEY, path, asset.value)
    return (await db.read(balances.get, account)).posted


async def test_each_currency_balances_and_the_margin_is_a_gain(db, wallets) -> None:
    new = an_exchange(db, wallets)

    for _ in range(2):
        await db.transact(exchange.convert, CLIENT_MONEY, new)

    assert await balance(db, "wallet", KHR) == 59_000_000
    assert await balance(db, "wallet", USD) == 9_950
    assert await balance(db, "exchange/position", KHR) == 41_000_000
    assert await balance(db, "exchange/position", USD) == -10_000
    assert await balance(db, "exchange/result", USD) == 50
    kept = (await db.read(browsing.get_entry, new.id)).entry
    assert kept.details == {
        "rate": "4100",
        "rate_base": "USD",
        "rate_quote": "KHR",
        "rate_source": "National Bank",
        "rate_at": "2026-01-05T02:00:00.000000Z",
    }
    assert await db.read(invariants.find_breaches) == []


async def test_a_price_better_than_the_rate_is_a_loss(db, wallets) -> None:
    new = replace(an_exchange(db, wallets), bought=Money(10_010, USD))

    await db.transact(exchange.convert, CLIENT_MONEY, new)

    assert await balance(db, "exchange/result", USD) == -10


async def test_a_position_is_revalued_and_then_worth_nothing(
    db, wallets, clock
) -> None:
    await db.transact(exchange.convert, CLIENT_MONEY, an_exchange(db, wallets))
    clock.advance(timedelta(days=30))
    on = clock.now().date()
    rate = exchange.Rate(KHR, USD, Decimal("0.00025"), "National Bank", clock.now())
    again = {"entry": an_id(db), "rate": rate, "effective_on": on}

    for _ in range(2):
        await db.transact(exchange.revalue, CLIENT_MONEY, **again)

    # 410,000 riel are worth 102.50 dollars now; 100.00 were paid for them.
    assert await balance(db, "exchange/result", USD) == 50 + 250
    assert await balance(db, "exchange/position", USD) == -10_250
    again["entry"] = an_id(db)
    assert await db.transact(exchange.revalue, CLIENT_MONEY, **again) is None
    assert await db.read(invariants.find_breaches) == []


@pytest.mark.parametrize(
    "change",
    [
        {"price": Decimal(0)},
        {"price": Decimal(-1)},
        {"price": Decimal("NaN")},
        {"source": " "},
        {"quote": USD},
    ],
)
async def test_a_rate_nobody_could_check_is_refused(db, wallets, change) -> None:
    new = an_exchange(db, wallets)
    with pytest.raises(exchange.RateUnusable):
        await db.transact(
            exchange.convert,
            CLIENT_MONEY,
            replace(new, rate=replace(new.rate, **change)),
        )


async def test_a_rate_of_tomorrow_is_refused(db, wallets) -> None:
    new = an_exchange(db, wallets)
    later = replace(new.rate, at=db.clock.now() + timedelta(seconds=1))
    with pytest.raises(exchange.RateUnusable):
        await db.transact(exchange.convert, CLIENT_MONEY, replace(new, rate=later))


async def test_an_account_of_the_other_currency_is_refused(db, wallets) -> None:
    riel, dollars = wallets
    wrong = replace(an_exchange(db, wallets), debit=dollars, credit=riel)
    with pytest.raises(entries.EntryUnbalanced):
        await db.transact(exchange.convert, CLIENT_MONEY, wrong)


async def test_more_than_the_wallet_holds_is_not_exchanged(db, wallets) -> None:
    new = replace(an_exchange(db, wallets), sold=Money(100_000_100, KHR))
    with pytest.raises(entries.InsufficientFunds):
        await db.transact(exchange.convert, CLIENT_MONEY, new)


def test_a_rate_converts_both_ways_exactly_to_what_can_be_settled(db) -> None:
    rate = the_rate(db, "4099.50")

    assert rate.convert(Money(100, USD)) == Money(410_000, KHR)
    assert rate.convert(Money(409_950, KHR)) == Money(100, USD)
    assert rate.convert(rate.convert(Money(100_000, USD))) == Money(100_000, USD)


def test_a_rate_knows_only_its_currencies(db) -> None:
    rate = replace(the_rate(db), quote=USD)
    with pytest.raises(CurrencyMismatch):
        rate.convert(Money(1, KHR))
