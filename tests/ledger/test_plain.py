"""What is plainly fine is booked in one call; whatever is not is judged in its order."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from ledger import accounts, balances, booking, entries, holds, invariants, periods
from ledger.accounts import CLIENT_MONEY, LOAN_BOOK, Freeze, Side, Spec
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from ledger.entries import Leg, NewEntry
from ledger.errors import Refusal
from ledger.ids import AccountId, EntryId
from ledger.journal import EntryRow, PostingRow
from ledger.outbox import Actor
from tests.ledger.builders import an_entry, an_id, available, hold

ENDED_ON = date(2025, 12, 31)
PLACES = {
    "bank": (CLIENT_MONEY, "USD", Side.DEBIT, None, None),
    "till": (CLIENT_MONEY, "USD", Side.DEBIT, 0, None),
    "a": (CLIENT_MONEY, "USD", Side.CREDIT, 0, None),
    "b": (CLIENT_MONEY, "USD", Side.CREDIT, 0, None),
    "free": (CLIENT_MONEY, "USD", Side.CREDIT, None, None),
    "capped": (CLIENT_MONEY, "USD", Side.CREDIT, None, 50),
    "frozen": (CLIENT_MONEY, "USD", Side.CREDIT, None, None),
    "riel": (CLIENT_MONEY, "KHR", Side.CREDIT, None, None),
    "loans": (LOAN_BOOK, "USD", Side.CREDIT, None, None),
}


@dataclass
class World:
    """Accounts by name, and short words for what is asked of them."""

    db: Database
    of: dict[str, AccountId]

    def entry(self, *legs: tuple[str, int], on: date | None = None) -> NewEntry:
        entry = an_entry(self.db, [Leg(self.of[name], units) for name, units in legs])
        return replace(entry, effective_on=on or entry.effective_on)

    def pay(
        self, debit: str, credit: str, units: int, on: date | None = None
    ) -> NewEntry:
        return self.entry((debit, units), (credit, -units), on=on)

    async def post(self, *new: NewEntry) -> list[entries.Posted]:
        return await self.db.transact(entries.post, new)


@pytest.fixture
async def world(db: Database) -> World:
    specs = [
        Spec(book, name, "x", asset, side, floor, ceiling)
        for name, (book, asset, side, floor, ceiling) in PLACES.items()
    ]
    opened = await db.transact(accounts.open_all, specs)
    world = World(db, dict(zip(PLACES, opened, strict=True)))
    await world.post(world.pay("bank", "a", 100), world.pay("till", "bank", 100))
    await db.transact(accounts.freeze, world.of["frozen"], Freeze.OUTFLOW)
    return world


@contextmanager
def calls_of(db: Database) -> Iterator[list[str]]:
    """Collect the functions of the posting core that are called in the database."""
    called: list[str] = []

    def note(*told: object) -> None:
        names = ("lock_standings(", "FROM book(")
        called.extend(name for name in names if name in str(told[2]))

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield called
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)


Act = Callable[[World], Awaitable[object]]


async def _let_go(world: World) -> None:
    held = await hold(world.db, world.of["a"], world.of["b"], 100)
    item = holds.Release(an_id(world.db), held)
    await world.db.transact(holds.release, [item], effective_on=ENDED_ON)


async def _after_a_closed_period(world: World) -> None:
    await end_period(world.db, CLIENT_MONEY, adjusting=False)
    await world.post(world.pay("bank", "a", 1, on=ENDED_ON + timedelta(days=1)))


async def end_period(db: Database, book: str, *, adjusting: bool) -> None:
    period = {"book": book, "starts_on": date(2025, 12, 1)}
    await db.transact(periods.open_period, **period, ends_on=ENDED_ON)
    end = periods.begin_adjusting if adjusting else periods.close_period
    await db.transact(end, **period)


PLAIN: dict[str, Act] = {
    "the last unit of a credit account": lambda w: w.post(w.pay("a", "b", 100)),
    "the last unit of a debit account": lambda w: w.post(w.pay("bank", "till", 100)),
    "a free account far below nothing": lambda w: w.post(w.pay("free", "b", 10**12)),
    "what comes in cannot make a floor break": lambda w: w.post(
        w.pay("bank", "b", 10**12), w.pay("till", "bank", 10**12)
    ),
    "a hold of all that there is": lambda w: hold(w.db, w.of["a"], w.of["b"], 100),
    "two books and two assets, each balanced": lambda w: w.post(
        w.entry(("bank", 1), ("free", -1), ("loans", 5), ("loans", -5)),
        w.entry(("riel", 7), ("riel", -7)),
    ),
    "nearly 61 bits at once": lambda w: w.post(w.pay("bank", "free", 2**61 - 101)),
    "one more on nearly 61 bits": lambda w: _on_top(w, 2**61 - 101),
    "the day after a closed period": _after_a_closed_period,
    "all of a hold let go": _let_go,
}


async def _on_top(world: World, units: int) -> None:
    await world.post(world.pay("bank", "free", units))
    with calls_of(world.db) as called:
        await world.post(world.pay("bank", "free", 1))
    assert called == ["FROM book("]


@pytest.mark.parametrize("act", PLAIN)
async def test_what_is_plainly_fine_takes_one_call(world: World, act: str) -> None:
    with calls_of(world.db) as called:
        await PLAIN[act](world)
    assert set(called) == {"FROM book("}
    assert await world.db.read(invariants.find_breaches) == []


async def test_a_capture_of_all_that_was_held_takes_one_call(world: World) -> None:
    held = await hold(world.db, world.of["a"], world.of["b"], 100)
    item = holds.Capture(an_id(world.db), held)
    with calls_of(world.db) as called:
        await world.db.transact(holds.capture, [item], effective_on=ENDED_ON)
    assert called == ["FROM book("]


async def test_an_open_period_is_no_doubt(world: World) -> None:
    period = {"book": CLIENT_MONEY, "starts_on": date(2026, 1, 1)}
    await world.db.transact(periods.open_period, **period, ends_on=date(2026, 1, 31))
    with calls_of(world.db) as called:
        await world.post(world.pay("bank", "a", 1))
    assert called == ["FROM book("]
    assert await world.post(world.pay("bank", "capped", 1))


async def test_the_latest_of_several_periods_counts(world: World) -> None:
    days = [date(2025, month, 1) for month in (10, 11, 12)]
    for starts_on in days:
        month = {"book": CLIENT_MONEY, "starts_on": starts_on}
        ends_on = starts_on + timedelta(days=27)
        await world.db.transact(periods.open_period, **month, ends_on=ends_on)
    end = world.db.transact
    await end(periods.close_period, book=CLIENT_MONEY, starts_on=days[0])
    await end(periods.close_period, book=CLIENT_MONEY, starts_on=days[1])
    await end(periods.begin_adjusting, book=CLIENT_MONEY, starts_on=days[2])
    for on, refusal in (
        (days[0], entries.PeriodClosed),
        (days[1], entries.PeriodClosed),
        (days[2], entries.PeriodAdjusting),
    ):
        with pytest.raises(refusal):
            await world.post(world.pay("bank", "a", 1, on=on))


async def test_a_ceiling_is_judged_by_every_sum(world: World) -> None:
    """With another number in each of the account's sums, of either side."""
    capped, bank = world.of["capped"], world.of["bank"]
    await world.post(world.pay("bank", "capped", 40), world.pay("capped", "bank", 10))
    await hold(world.db, capped, bank, 7)
    await hold(world.db, bank, capped, 9)

    posted = await world.post(world.pay("bank", "capped", 11))

    assert posted[0].legs[1][2:] == (3, -41)
    with pytest.raises(Refusal) as said:
        await world.post(world.pay("bank", "capped", 1))
    assert said.value.facts["ceiling"] == 50


async def test_no_clock_turns_a_history_backwards(world: World) -> None:
    names = [["a", "b"], ["b", "free"], ["free", "bank"]]
    began = world.db.clock.now()
    later = began + timedelta(hours=1)
    ahead = replace(world.db, clock=StoppedClock(later))
    await world.post(world.pay("bank", "b", 1))
    await ahead.transact(entries.post, [world.pay("bank", "a", 1)])
    moments = []

    for pair in names:
        (posted,) = await world.post(world.pay(*pair, 1))
        moments.append((await world.db.read(_row, posted.id)).booked_at)
        assert await world.db.read(_last_step, posted.id) == moments[-1]
    (apart,) = await world.post(world.pay("riel", "riel", 1))

    assert moments == [later] * 3
    assert (await world.db.read(_row, apart.id)).booked_at == began
    assert await world.db.read(invariants.find_breaches) == []


async def _last_step(uow: UnitOfWork, entry: EntryId) -> datetime | None:
    steps = select(func.max(PostingRow.booked_at)).where(PostingRow.entry == entry)
    return await uow.session.scalar(steps)


async def test_what_is_held_of_a_debit_account_cannot_leave(world: World) -> None:
    await hold(world.db, world.of["bank"], world.of["till"], 60)
    with pytest.raises(entries.InsufficientFunds):
        await world.post(world.pay("bank", "till", 41))
    assert await world.post(world.pay("bank", "till", 40))


async def test_a_doubtful_group_is_booked_after_all_by_the_second_call(world) -> None:
    with calls_of(world.db) as called:
        await world.post(world.pay("bank", "capped", 50), world.pay("bank", "b", 1))
    assert called == ["FROM book(", "lock_standings(", "FROM book("]
    assert await available(world.db, world.of["capped"]) == 50
    assert await world.db.read(invariants.find_breaches) == []


# Each batch leaves every account as it may stand; what is wrong lies on the way there.
WRONG: dict[str, tuple[str, Callable[[World], list[NewEntry]]]] = {
    "out before in, on a credit account": (
        "insufficient_funds",
        lambda w: [w.pay("a", "free", 101), w.pay("bank", "a", 1)],
    ),
    "out before in, on a debit account": (
        "insufficient_funds",
        lambda w: [w.pay("bank", "till", 101), w.pay("till", "bank", 1)],
    ),
    "above a ceiling and back": (
        "above_ceiling",
        lambda w: [w.pay("bank", "capped", 51), w.pay("capped", "bank", 1)],
    ),
    "out of a frozen account and back": (
        "account_frozen",
        lambda w: [w.pay("frozen", "bank", 1), w.pay("bank", "frozen", 1)],
    ),
    "books crossed and crossed back": (
        "entry_unbalanced",
        lambda w: [w.pay("bank", "loans", 5), w.pay("loans", "bank", 5)],
    ),
    "assets crossed and crossed back": (
        "entry_unbalanced",
        lambda w: [w.pay("bank", "riel", 5), w.pay("riel", "bank", 5)],
    ),
    "one leg of an entry in another's place": (
        "entry_unbalanced",
        lambda w: [
            w.entry(("bank", 5), ("a", -4)),
            w.entry(("a", 4), ("bank", -5)),
        ],
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_on_the_way_is_refused_though_its_end_is_fine(
    world: World, wrong: str
) -> None:
    code, asked = WRONG[wrong]
    with pytest.raises(Refusal) as said:
        await world.post(*asked(world))
    assert said.value.code == code
    assert await world.db.read(invariants.find_breaches) == []


@pytest.mark.parametrize("book", [CLIENT_MONEY, LOAN_BOOK])
@pytest.mark.parametrize("adjusting", [True, False])
async def test_a_period_stops_the_entry_in_it_wherever_it_stands_in_its_batch(
    world: World, book: str, adjusting: bool
) -> None:
    await end_period(world.db, book, adjusting=adjusting)
    names = ("bank", "free") if book == CLIENT_MONEY else ("loans", "loans")
    late, fine = world.pay(*names, 1, on=ENDED_ON), world.pay(*names, 1)

    for batch in ([late], [fine, late], [late, fine]):
        with pytest.raises((entries.PeriodClosed, entries.PeriodAdjusting)) as said:
            await world.post(*batch)
        assert said.value.facts["entry"] == late.id
    other = ("loans", "loans") if book == CLIENT_MONEY else ("bank", "free")
    assert await world.post(world.pay(*other, 1, on=ENDED_ON))


async def test_no_sum_passes_63_bits(world: World) -> None:
    most = 2**62 - 1
    for _ in range(2):
        await world.post(world.pay("loans", "loans", most))
    with pytest.raises(entries.UnitsOutOfRange):
        await world.post(world.pay("loans", "loans", 2))
    with pytest.raises(entries.UnitsOutOfRange):
        await world.post(*[world.pay("riel", "riel", most) for _ in range(3)])
    pair = world.of["free"], world.of["bank"]
    for _ in range(2):
        await hold(world.db, *pair, most)
    with pytest.raises(entries.UnitsOutOfRange):
        await hold(world.db, *pair, 2)


async def test_what_falls_further_than_63_bits_and_rises_between_is_booked(
    world: World,
) -> None:
    most, (free, bank) = 2**62 - 1, (world.of["free"], world.of["bank"])
    held = holds.NewHold(an_id(world.db), free, bank, most, world.db.clock.now().date())
    out = world.pay("free", "bank", most), world.pay("bank", "free", most)

    await world.db.transact(
        booking.book, [held.booking(), *[one.booking() for one in out]]
    )

    standing = await world.db.read(balances.get, free)
    assert (standing.posted, standing.pending_out) == (0, most)


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("pair", [("free", "bank"), ("bank", "free")])
async def test_an_account_with_a_sum_of_61_bits_is_left_to_the_judge(
    world: World, pair: tuple[str, str], held: bool
) -> None:
    if held:
        await hold(world.db, *[world.of[name] for name in pair], 2**61)
    else:
        await world.post(world.pay(*pair, 2**61))

    with calls_of(world.db) as called:
        await world.post(world.pay("free", "free", 1))

    assert "lock_standings(" in called


async def test_entries_are_kept_as_they_were_asked_for(world: World) -> None:
    teller = world.db.acting(Actor("party_1", "password", "request_1"))
    first, *rest = [world.pay("bank", name, 5).booking() for name in ("b", "free", "b")]
    second, third = (
        one._replace(kind=f"kind {n}", memo=f"memo {n}", details={f"key {n}": "\\"})
        for n, one in enumerate(rest)
    )
    second = second._replace(reverses=first.id, effective_on=ENDED_ON)

    await teller.transact(booking.book, [first])
    await teller.transact(booking.book, [second, third])

    for asked in (first, second, third):
        kept = await world.db.read(_row, asked.id)
        told = ("kind", "memo", "details", "state", "effective_on", "reverses", "hold")
        assert [getattr(kept, name) for name in told] == [
            getattr(asked, name) for name in told
        ]
        assert (kept.actor, kept.actor_auth) == ("party_1", "password")
        assert (kept.request_id, kept.legs) == ("request_1", 2)
        assert kept.booked_at == world.db.clock.now()
        assert kept.request_hash == asked.request_hash()


async def _row(uow: UnitOfWork, entry: EntryId) -> EntryRow:
    row = await uow.session.get(EntryRow, entry)
    assert row is not None
    return row
