"""Periods close in order and for good; the past is seen as booked and as meant."""

import asyncio
from datetime import date, timedelta

import pytest

from ledger import accounts, balances, entries, invariants, periods
from ledger.database import Database, UnitOfWork
from ledger.errors import NotFound
from ledger.ids import AccountId
from tests.ledger.builders import an_id, available, move, open_accounts

BOOK = accounts.CLIENT_MONEY
DECEMBER, JANUARY = date(2025, 12, 1), date(2026, 1, 1)
YEAR_END = date(2025, 12, 31)


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    opened = await db.transact(open_accounts)
    for starts_on, ends_on in ((DECEMBER, YEAR_END), (JANUARY, date(2026, 1, 31))):
        await db.transact(
            periods.open_period, book=BOOK, starts_on=starts_on, ends_on=ends_on
        )
    return opened


async def post_on(
    db: Database, on: date, legs: tuple[entries.Leg, ...], kind: str = "test"
) -> entries.Posted:
    new = entries.NewEntry(an_id(db), kind, legs, on)
    return (await db.transact(entries.post, [new]))[0]


async def test_a_period_takes_all_then_adjustments_then_nothing(db, books) -> None:
    bank, a, _ = books
    legs = entries.transfer(debit=bank, credit=a, units=5)
    plain = await post_on(db, YEAR_END, legs)

    await db.transact(periods.begin_adjusting, book=BOOK, starts_on=DECEMBER)

    with pytest.raises(entries.PeriodAdjusting) as refused:
        await post_on(db, YEAR_END, legs)
    assert refused.value.facts["adjusting_until"] == "2025-12-31"
    await post_on(db, YEAR_END, legs, "adjustment")
    undo = {"reversal": an_id(db), "effective_on": YEAR_END, "memo": ""}
    await db.transact(entries.reverse, plain.id, **undo)
    await post_on(db, JANUARY, legs)

    await db.transact(periods.close_period, book=BOOK, starts_on=DECEMBER)

    for kind in ("test", "adjustment"):
        with pytest.raises(entries.PeriodClosed):
            await post_on(db, YEAR_END, legs, kind)
    await post_on(db, JANUARY, legs)
    assert await db.read(invariants.find_breaches) == []


async def test_a_closed_entry_is_corrected_by_a_dated_one_in_an_open_period(
    db, books
) -> None:
    bank, a, _ = books
    wrong = await post_on(db, YEAR_END, entries.transfer(debit=bank, credit=a, units=5))
    await db.transact(periods.close_period, book=BOOK, starts_on=DECEMBER)
    undo = {"reversal": an_id(db), "memo": "typed twice"}

    with pytest.raises(entries.PeriodClosed):
        await db.transact(entries.reverse, wrong.id, effective_on=YEAR_END, **undo)
    await db.transact(entries.reverse, wrong.id, effective_on=JANUARY, **undo)

    assert await db.read(balances.as_of, a, YEAR_END) == 5
    assert await db.read(balances.as_of, a, JANUARY) == 0
    assert await db.read(entries.find_reversal, wrong.id) == undo["reversal"]


async def test_a_balance_by_effective_date_counts_what_was_booked_later(
    db, books, clock
) -> None:
    bank, a, _ = books
    await move(db, bank, a, 3)
    seen = clock.now()
    clock.advance(timedelta(days=1))
    await post_on(db, YEAR_END, entries.transfer(debit=bank, credit=a, units=4))

    assert await db.read(balances.as_of, a, date(2025, 12, 30)) == 0
    assert await db.read(balances.as_of, a, YEAR_END) == 4
    assert await db.read(balances.as_of, a, clock.now().date()) == 7
    assert await db.read(balances.at, a, seen) == 3
    assert await db.read(balances.as_of, bank, YEAR_END) == 4
    for ask in (balances.as_of, balances.at):
        with pytest.raises(NotFound):
            await db.read(ask, AccountId("acct_" + "0" * 26), YEAR_END)


async def test_periods_close_in_their_order_and_never_open_again(db, books) -> None:
    with pytest.raises(periods.PeriodOutOfOrder):
        await db.transact(periods.close_period, book=BOOK, starts_on=JANUARY)
    for _ in range(2):
        await db.transact(periods.close_period, book=BOOK, starts_on=DECEMBER)
    with pytest.raises(periods.PeriodOutOfOrder):
        await db.transact(periods.begin_adjusting, book=BOOK, starts_on=DECEMBER)
    with pytest.raises(NotFound):
        await db.transact(periods.close_period, book="nowhere", starts_on=DECEMBER)
    states = [row.state for row in await db.read(periods.list_periods, BOOK)]
    assert states == ["closed", "open"]


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(date(2026, 1, 31), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 2, 1))],
)
async def test_periods_do_not_overlap(db, books, starts_on, ends_on) -> None:
    with pytest.raises(periods.PeriodsOverlap):
        await db.transact(
            periods.open_period, book=BOOK, starts_on=starts_on, ends_on=ends_on
        )


async def test_a_year_mistyped_does_not_bar_every_period_before_it(db, books) -> None:
    add = {"book": BOOK, "starts_on": date(2026, 2, 1)}
    last = db.clock.now().date() + timedelta(days=periods.MAX_PERIOD_DAYS_AHEAD)

    for mistyped in (last + timedelta(days=1), date.max):
        with pytest.raises(entries.TooFarAhead):
            await db.transact(periods.open_period, **add, ends_on=mistyped)

    assert (await db.transact(periods.open_period, **add, ends_on=last)).state == "open"


async def test_closing_a_period_waits_for_bookings_and_stops_those_behind(
    db, books
) -> None:
    bank, a, b = books
    posted, let_go = asyncio.Event(), asyncio.Event()
    legs = entries.transfer(debit=bank, credit=a, units=5)

    async def slowly(uow: UnitOfWork) -> None:
        await entries.post(uow, [entries.NewEntry(an_id(db), "test", legs, YEAR_END)])
        posted.set()
        await let_go.wait()

    under_way = asyncio.create_task(db.transact(slowly))
    await posted.wait()
    closing = asyncio.create_task(
        db.transact(periods.close_period, book=BOOK, starts_on=DECEMBER)
    )
    await asyncio.sleep(0.1)
    behind = asyncio.create_task(
        post_on(db, YEAR_END, entries.transfer(debit=bank, credit=b, units=5))
    )
    await asyncio.sleep(0.1)
    assert not closing.done()
    let_go.set()
    await under_way
    await closing

    with pytest.raises(entries.PeriodClosed):
        await behind
    assert await available(db, a) == 5
    assert await db.read(invariants.find_breaches) == []


async def test_an_account_frozen_or_closed_while_a_booking_waits_takes_nothing(
    db, books
) -> None:
    bank, a, _ = books
    await move(db, bank, a, 5)
    for stop in (accounts.freeze, accounts.close):
        changed, let_go = asyncio.Event(), asyncio.Event()

        async def slowly(uow: UnitOfWork, stop=stop, changed=changed, let=let_go):
            extent = [accounts.Freeze.ALL] if stop is accounts.freeze else []
            account = a if extent else books[2]
            await stop(uow, account, *extent)
            await uow.session.flush()
            changed.set()
            await let.wait()

        under_way = asyncio.create_task(db.transact(slowly))
        await changed.wait()
        target = a if stop is accounts.freeze else books[2]
        behind = asyncio.create_task(move(db, bank, target, 1))
        await asyncio.sleep(0.1)
        let_go.set()
        await under_way
        with pytest.raises((entries.AccountFrozen, entries.AccountClosed)):
            await behind
    assert await db.read(invariants.find_breaches) == []


async def test_the_year_ends_with_its_result_carried_forward(db, books, clock) -> None:
    bank, *_ = books
    side = accounts.Side
    fees, cost, equity, riel = await db.transact(
        accounts.open_all,
        [
            accounts.Spec(BOOK, "fees", "income", "USD", side.CREDIT),
            accounts.Spec(BOOK, "cost", "expense", "USD", side.DEBIT),
            accounts.Spec(BOOK, "equity", "equity", "USD", side.CREDIT),
            accounts.Spec(BOOK, "fees", "income", "KHR", side.CREDIT),
        ],
    )
    for debit, credit, units, on in (
        (bank, fees, 100, YEAR_END),
        (cost, bank, 30, YEAR_END),
        (bank, fees, 7, JANUARY),
    ):
        legs = entries.transfer(debit=debit, credit=credit, units=units)
        await post_on(db, on, legs)
    await db.transact(periods.begin_adjusting, book=BOOK, starts_on=DECEMBER)
    carry = {
        "entry": an_id(db),
        "book": BOOK,
        "ends_on": YEAR_END,
        "kinds": {"income", "expense"},
        "into": [equity],
    }

    first = await db.transact(periods.close_year, **carry)
    again = await db.transact(periods.close_year, **carry)
    await db.transact(periods.close_period, book=BOOK, starts_on=DECEMBER)

    assert first.legs == again.legs
    assert await db.read(balances.as_of, equity, YEAR_END) == 70
    for account in (fees, cost, riel):
        assert await db.read(balances.as_of, account, YEAR_END) == 0
    assert await db.read(balances.as_of, fees, JANUARY) == 7
    nothing = carry | {"entry": an_id(db)}
    assert await db.transact(periods.close_year, **nothing) is None
    assert await db.read(invariants.find_breaches) == []


async def test_accounts_below_a_path_are_summed_by_asset(db, books) -> None:
    bank, a, b = books
    await move(db, bank, a, 30)
    await move(db, bank, b, 12)
    await db.transact(
        accounts.open_all,
        [accounts.Spec(BOOK, "wallet_of", "x", "USD", accounts.Side.CREDIT)],
    )

    (wallets,) = await db.read(balances.roll_up, BOOK, "wallet")
    (one,) = await db.read(balances.roll_up, BOOK, "wallet/a")

    assert (wallets.accounts, wallets.credits, wallets.debits) == (2, 42, 0)
    assert (one.accounts, one.credits) == (1, 30)
    assert await db.read(balances.roll_up, BOOK, "nowhere") == []
