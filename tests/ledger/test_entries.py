"""Entries are posted whole, balanced, once, and within the accounts' limits."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from sqlalchemy import text

from ledger import accounts, balances, entries, invariants
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from ledger.drafting import key_of
from ledger.ids import AccountId, EntryId
from ledger.judging import TooFarAhead
from tests.ledger.builders import an_entry, an_id, available, move, open_accounts
from tests.ledger.test_lane import ask


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    return await db.transact(open_accounts)


async def test_posting_moves_units_and_tells_the_balances(db, books) -> None:
    bank, a, _ = books

    posted = await move(db, bank, a, 500)

    again = await move(db, bank, a, 7)

    assert [leg.balance_after for leg in posted.legs] == [500, -500]
    assert [leg.balance_after for leg in again.legs] == [507, -507]
    assert (await db.read(balances.get, a)).posted == 507
    assert await db.read(invariants.find_breaches) == []


async def test_the_same_id_and_content_gives_the_stored_outcome(db, books) -> None:
    bank, a, _ = books
    entry = an_entry(db, entries.transfer(debit=bank, credit=a, units=5))

    first = (await db.transact(entries.post, [entry]))[0]
    again = (await db.transact(entries.post, [entry]))[0]

    assert again == first._replace(replayed=True)
    assert await available(db, a) == 5


async def test_the_same_id_twice_in_one_batch_moves_once(db, books) -> None:
    bank, a, _ = books
    entry = an_entry(db, entries.transfer(debit=bank, credit=a, units=5))

    await db.transact(entries.post, [entry, entry])

    assert await available(db, a) == 5


async def test_the_same_id_with_other_content_is_refused(db, books) -> None:
    bank, a, b = books
    legs = entries.transfer(debit=bank, credit=a, units=5)
    entry = an_entry(db, legs)
    await db.transact(entries.post, [entry])
    for other in (
        entries.transfer(debit=bank, credit=a, units=6),
        entries.transfer(debit=a, credit=b, units=5),
    ):
        with pytest.raises(entries.EntryIdReused):
            await db.transact(entries.post, [replace(entry, legs=other)])


async def test_the_same_id_over_other_accounts_at_once_has_one_effect(
    db, books
) -> None:
    bank, a, b = books
    id_ = an_id(db)
    news = [
        an_entry(db, entries.transfer(debit=bank, credit=to, units=5), id_=id_)
        for to in (a, b)
    ]

    outcomes = await asyncio.gather(
        *(db.transact(entries.post, [new]) for new in news), return_exceptions=True
    )

    assert sum(isinstance(o, entries.EntryIdReused) for o in outcomes) == 1
    assert await available(db, a) + await available(db, b) == 5


async def test_an_unbalanced_entry_is_refused_and_names_the_difference(
    db, books
) -> None:
    bank, a, _ = books
    with pytest.raises(entries.EntryUnbalanced) as refused:
        await db.transact(
            entries.post,
            [an_entry(db, [entries.Leg(bank, 5), entries.Leg(a, -4)])],
        )
    assert refused.value.facts["units"] == 1


@pytest.mark.parametrize("units", [0, 2**62, -(2**63)])
async def test_a_leg_of_nothing_or_too_much_is_refused(db, books, units) -> None:
    bank, a, _ = books
    legs = [entries.Leg(bank, units), entries.Leg(a, -units)]
    with pytest.raises(entries.EntryMalformed):
        await db.transact(entries.post, [an_entry(db, legs)])


async def test_an_entry_needs_two_legs_and_at_most_ten_thousand(db, books) -> None:
    bank, a, _ = books
    crowd = [entries.Leg(bank, 1)] * 10_000 + [entries.Leg(a, -10_000)]
    for legs in ([], [entries.Leg(bank, 5)], crowd):
        with pytest.raises(entries.EntryMalformed):
            await db.transact(entries.post, [an_entry(db, legs)])


async def test_a_memo_is_bounded(db, books) -> None:
    bank, a, _ = books
    legs = [entries.Leg(bank, 5), entries.Leg(a, -5)]
    for memo, metadata in (("x" * 10_001, {}), ("", {"x": "y" * 10_000})):
        wanted = replace(an_entry(db, legs), memo=memo, metadata=metadata)
        with pytest.raises(entries.EntryMalformed):
            await db.transact(entries.post, [wanted])


async def test_nothing_of_a_batch_stays_when_its_last_entry_is_refused(
    db, books
) -> None:
    bank, a, b = books
    good = an_entry(db, entries.transfer(debit=bank, credit=a, units=5))
    bad = an_entry(db, entries.transfer(debit=b, credit=a, units=1))

    with pytest.raises(entries.InsufficientFunds):
        await db.transact(entries.post, [good, bad])

    assert await available(db, a) == 0


async def test_an_overdraft_is_refused_with_what_is_available(db, books) -> None:
    bank, a, b = books
    await move(db, bank, a, 10)
    with pytest.raises(entries.InsufficientFunds) as refused:
        await move(db, a, b, 11)
    assert refused.value.facts["available"] == 10
    assert refused.value.facts["needed"] == 11


async def test_an_account_that_was_never_opened_is_refused(db, books) -> None:
    bank, *_ = books
    nobody = AccountId("acct_" + "0" * 26)
    with pytest.raises(entries.UnknownAccount):
        await move(db, bank, nobody, 1)


async def test_legs_may_not_cross_books_or_assets(db, books) -> None:
    bank, *_ = books
    specs = [
        accounts.Spec(book, "x", "x", asset, accounts.Side.CREDIT)
        for book, asset in (
            (accounts.LOAN_BOOK, "USD"),
            (accounts.CLIENT_MONEY, "KHR"),
        )
    ]
    for other in await db.transact(accounts.open_all, specs):
        with pytest.raises(entries.EntryUnbalanced):
            await move(db, bank, other, 100)


async def test_a_closed_account_takes_nothing_and_closes_only_empty(db, books) -> None:
    bank, a, b = books
    await move(db, bank, a, 1)
    with pytest.raises(accounts.AccountNotEmpty):
        await db.transact(accounts.close, a)

    await db.transact(accounts.close, b)

    with pytest.raises(entries.AccountClosed):
        await move(db, bank, b, 1)


async def test_a_frozen_account_lets_in_but_not_out(db, books) -> None:
    bank, a, b = books
    await db.transact(accounts.freeze, a, accounts.Freeze.OUTFLOW)
    await move(db, bank, a, 5)
    with pytest.raises(entries.AccountFrozen):
        await move(db, a, b, 1)

    await db.transact(accounts.freeze, a, accounts.Freeze.ALL)

    with pytest.raises(entries.AccountFrozen):
        await move(db, bank, a, 1)


async def test_a_closed_period_and_a_far_future_are_refused(db, books) -> None:
    bank, a, _ = books

    async def close_the_past(uow: UnitOfWork) -> None:
        await uow.session.execute(
            text(
                "INSERT INTO period VALUES ('client_money', '2025-12-01',"
                " '2025-12-31', 'closed', now())"
            )
        )

    await db.transact(close_the_past)
    entry = an_entry(db, entries.transfer(debit=bank, credit=a, units=1))
    with pytest.raises(entries.PeriodClosed):
        await db.transact(
            entries.post, [replace(entry, effective_on=date(2025, 12, 31))]
        )
    ahead = entry.effective_on + timedelta(days=400)
    with pytest.raises(TooFarAhead):
        await db.transact(entries.post, [replace(entry, effective_on=ahead)])


async def test_a_reversal_mirrors_once_and_is_not_reversed_itself(db, books) -> None:
    bank, a, _ = books
    original = await move(db, bank, a, 7)

    async def undo(entry: EntryId, reversal: EntryId) -> None:
        await db.transact(
            entries.reverse,
            entry,
            reversal=reversal,
            effective_on=db.clock.now().date(),
            memo="typed twice",
        )

    reversal = an_id(db)
    await undo(original.id, reversal)
    await undo(original.id, reversal)

    assert await available(db, a) == 0
    for entry in (original.id, reversal):
        with pytest.raises(entries.NotReversible):
            await undo(entry, an_id(db))
    assert await db.read(invariants.find_breaches) == []


async def test_opposite_transfers_at_once_never_deadlock_a_caller(db, books) -> None:
    bank, a, b = books
    await move(db, bank, a, 100)
    await move(db, bank, b, 100)

    await asyncio.gather(
        *(move(db, *pair, 1) for _ in range(20) for pair in ((a, b), (b, a)))
    )

    assert await available(db, a) == 100
    assert await db.read(invariants.find_breaches) == []


async def test_a_balance_at_a_past_moment_is_what_it_was(db, books, clock) -> None:
    bank, a, _ = books
    await move(db, bank, a, 3)
    then = clock.now()
    clock.advance(timedelta(days=1))
    await move(db, bank, a, 4)

    assert await db.read(balances.at, a, then) == 3
    assert await db.read(balances.at, a, clock.now()) == 7


@pytest.mark.parametrize("table", ["entry", "posting"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
async def test_the_application_cannot_change_what_was_booked(
    db, books, app_url, owner_url, table, statement
) -> None:
    await move(db, books[0], books[1], 1)
    column = {"entry": "memo", "posting": "units"}[table]
    for url in (app_url, owner_url):
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.format(table, column, column))


async def test_the_database_itself_refuses_an_unbalanced_or_partial_entry(
    db, books, app_url
) -> None:
    posted = await move(db, books[0], books[1], 1)
    leg = (
        "INSERT INTO posting SELECT account, version + 1, entry, leg + 2, {}, 0,"
        " booked_at FROM posting WHERE leg = 0"
    )
    assert posted.legs
    for units in ("units", "5"):
        with (
            psycopg.connect(app_url) as connection,
            pytest.raises(psycopg.errors.CheckViolation),
        ):
            connection.execute(leg.format(units))


async def test_the_database_itself_refuses_an_overdraft(db, books, app_url) -> None:
    await move(db, books[0], books[1], 1)
    with (
        psycopg.connect(app_url) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute("UPDATE balance SET posted_debits = posted_debits + 2")


async def test_a_clock_that_lags_books_no_earlier_than_the_last(db, books) -> None:
    bank, wallet, _ = books
    hour = timedelta(hours=1)
    lagging = replace(db, clock=StoppedClock(db.clock.now() - hour))
    await move(db, bank, wallet, 5)

    await move(lagging, bank, wallet, 7)

    known = await db.read(balances.at, wallet, db.clock.now())
    earlier = await db.read(balances.at, wallet, db.clock.now() - hour)
    assert (known, earlier) == (12, 0)
    assert await db.read(invariants.find_breaches) == []


async def test_a_command_knows_all_that_it_booked(db, books) -> None:
    """What is sealed inline is sealed once, at its end, however often it posted."""
    bank, a, _ = books

    async def post_twice(uow: UnitOfWork) -> tuple[list[EntryId], list[str]]:
        legs = entries.transfer(debit=bank, credit=a, units=1)
        new = [an_entry(db, legs) for _ in range(2)]
        for one in new:
            await entries.post(uow, [one])
        return [one.id for one in new], list(uow.booked)

    posted, known = await db.transact(post_twice)

    assert known == [key_of("entry", one) for one in posted]


async def test_entries_of_a_batch_have_places_of_their_own_in_the_log(
    db, books
) -> None:
    bank, a, _ = books
    legs = entries.transfer(debit=bank, credit=a, units=1)
    for _ in range(2):
        await db.transact(entries.post, [an_entry(db, legs) for _ in range(2)])

    places = "SELECT count(DISTINCT (stream, number)) FROM entry"
    assert await ask(db, places) == 4
