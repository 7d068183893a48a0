"""What the books say of an act: its kind, its memo, its facts, and who is unknown."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from ledger import booking, entries, holds
from ledger.database import Database, UnitOfWork
from ledger.entries import Leg
from ledger.errors import NotFound
from ledger.ids import AccountId, EntryId
from ledger.journal import EntryRow
from tests.ledger.builders import an_entry, an_id, available, hold, move, open_accounts


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


async def row_of(db: Database, entry: EntryId) -> EntryRow:
    async def query(uow: UnitOfWork) -> EntryRow:
        row = await uow.session.get(EntryRow, entry)
        assert row is not None
        return row

    return await db.read(query)


async def test_an_act_on_a_hold_is_kept_with_its_kind_units_and_hold(db, books) -> None:
    _, a, b = books
    on = db.clock.now().date()
    held, other = [await hold(db, a, b, units) for units in (10, 20)]
    taken, let_go = holds.Capture(an_id(db), held, 4), holds.Release(an_id(db), held)
    named = holds.Capture(an_id(db), other)

    await db.transact(holds.capture, [taken], effective_on=on)
    await db.transact(holds.release, [let_go], effective_on=on)
    await db.transact(holds.capture, [named], effective_on=on, kind="sold")

    for entry, kind, state, units, of in (
        (held, "hold", "pending", "10", None),
        (taken.id, "capture", "posted", "4", held),
        (let_go.id, "release", "voided", "6", held),
        (named.id, "sold", "posted", "20", other),
    ):
        row = await row_of(db, entry)
        assert (row.kind, row.state, row.details["units"]) == (kind, state, units)
        assert (row.hold, row.effective_on) == (of, on)


async def test_an_ended_hold_says_which_and_how_it_ended(db, books) -> None:
    _, a, b = books
    on = db.clock.now().date()
    captured, released = [await hold(db, a, b, 10) for _ in range(2)]
    await db.transact(
        holds.capture, [holds.Capture(an_id(db), captured)], effective_on=on
    )
    await db.transact(
        holds.release, [holds.Release(an_id(db), released)], effective_on=on
    )

    for held, state, sums in (
        (captured, "captured", (10, 0)),
        (released, "released", (0, 10)),
    ):
        row = await db.read(holds.get, held)
        assert (row.state, row.remaining) == (state, 0)
        assert (row.captured, row.released) == sums
        for act, item in (
            (holds.capture, holds.Capture(an_id(db), held)),
            (holds.release, holds.Release(an_id(db), held)),
        ):
            with pytest.raises(holds.HoldEnded) as said:
                await db.transact(act, [item], effective_on=on)
            assert said.value.facts == {"hold": held}


async def test_a_hold_keeps_its_accounts_and_its_time(db, books, clock) -> None:
    _, a, b = books
    until = clock.now() + timedelta(hours=1)
    new = holds.NewHold(an_id(db), a, b, 10, clock.now().date(), until, "reserve")
    for _ in range(2):
        posted = await db.transact(holds.place, [new])
    assert posted[0].replayed
    row = await db.read(holds.get, new.id)
    assert (row.debit_account, row.credit_account) == (a, b)
    assert (row.expires_at, row.state, row.remaining) == (until, "open", 10)
    assert (await row_of(db, new.id)).kind == "reserve"


async def test_only_what_is_due_expires_in_batches_past_what_is_in_use(
    db, books, clock, admin_of, monkeypatch
) -> None:
    _, a, b = books
    on, now = clock.now().date(), clock.now()
    ends = [now, now, now, now + timedelta(seconds=1), None]
    news = [holds.NewHold(an_id(db), a, b, 10, on, end) for end in ends]
    await db.transact(holds.place, news)
    monkeypatch.setattr(holds, "EXPIRY_BATCH", 1)
    lock = "SELECT FROM hold WHERE expires_at = %s ORDER BY entry LIMIT 1 FOR UPDATE"

    with psycopg.connect(admin_of) as connection:
        connection.execute(lock, [now])
        assert [await db.transact(holds.expire_due) for _ in "123"] == [1, 1, 0]
        assert (await db.read(holds.get, news[0].id)).state == "open"
    assert await db.transact(holds.expire_due) == 1

    states = [(await db.read(holds.get, new.id)).state for new in news]
    assert states == ["expired"] * 3 + ["open"] * 2
    assert await available(db, a) == 80

    async def endings(uow: UnitOfWork):
        question = text("SELECT kind, state FROM entry WHERE hold IS NOT NULL")
        return list((await uow.session.execute(question)).all())

    assert await db.read(endings) == [("expiry", "voided")] * 3


async def test_a_hold_that_others_changed_is_read_anew(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 10)

    async def look_twice(uow: UnitOfWork) -> list[str]:
        row = await holds.get(uow, held)
        seen = [row.state]
        item = holds.Release(an_id(db), held)
        await db.transact(holds.release, [item], effective_on=uow.today())
        with pytest.raises(holds.HoldEnded):
            await holds.capture(
                uow, [holds.Capture(an_id(db), held)], effective_on=uow.today()
            )
        assert row.remaining == 0
        return [*seen, (await holds.get(uow, held)).state]

    assert await db.transact(look_twice) == ["open", "released"]


async def test_a_hold_is_read_anew_by_who_knew_it(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 10)

    async def look_twice(uow: UnitOfWork) -> list[str]:
        row = await holds.get(uow, held)
        seen = [row.state]
        item = holds.Release(an_id(db), held)
        await db.transact(holds.release, [item], effective_on=uow.today())
        return [*seen, (await holds.get(uow, held)).state, row.state]

    assert await db.transact(look_twice) == ["open", "released", "released"]


async def test_a_single_unit_of_a_hold_is_captured(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 2)
    on = db.clock.now().date()
    for _ in range(2):
        await db.transact(
            holds.capture, [holds.Capture(an_id(db), held, 1)], effective_on=on
        )
    assert (await db.read(holds.get, held)).state == "captured"


async def test_the_id_of_an_entry_ends_no_hold(db, books) -> None:
    bank, a, b = books
    held, other = await hold(db, a, b, 10), await move(db, bank, a, 1)
    on = db.clock.now().date()
    for act, item in (
        (holds.capture, holds.Capture(other.id, held)),
        (holds.release, holds.Release(other.id, held)),
    ):
        with pytest.raises(entries.EntryIdReused) as said:
            await db.transact(act, [item], effective_on=on)
        assert said.value.facts == {"entry": other.id}
    assert (await db.read(holds.get, held)).state == "open"


async def test_what_is_not_there_is_called_by_what_it_is(db, books) -> None:
    on, nobody = db.clock.now().date(), an_id(db)
    asked = {"effective_on": on}
    for thing, missing in (
        ("hold", db.read(holds.get, nobody)),
        (
            "hold",
            db.transact(holds.capture, [holds.Capture(an_id(db), nobody)], **asked),
        ),
        (
            "hold",
            db.transact(holds.release, [holds.Release(an_id(db), nobody)], **asked),
        ),
        (
            "entry",
            db.transact(
                entries.reverse, nobody, reversal=an_id(db), memo="", effective_on=on
            ),
        ),
    ):
        with pytest.raises(NotFound) as said:
            await missing
        assert said.value.facts == {"thing": thing}
    assert await db.read(entries.find_reversal, nobody) is None
    assert await db.read(booking.find_posted, nobody) is None


async def test_a_mirror_turns_each_leg_in_its_place(db, books) -> None:
    bank, a, b = books
    legs = [Leg(b, -3), Leg(bank, 5), Leg(a, -4), Leg(b, -7), Leg(bank, 9)]
    entry = an_entry(db, legs)
    await db.transact(entries.post, [entry])
    wanted = {"effective_on": db.clock.now().date(), "memo": "typed twice"}
    id_ = an_id(db)

    mirror = await db.transact(entries.reverse, entry.id, reversal=id_, **wanted)

    assert [leg[:2] for leg in mirror.legs] == [
        (one.account, -one.units) for one in legs
    ]
    row = await row_of(db, id_)
    assert (row.kind, row.memo, row.reverses) == (
        "test.reversed",
        "typed twice",
        entry.id,
    )
    with pytest.raises(entries.NotReversible) as said:
        await db.transact(entries.reverse, entry.id, reversal=an_id(db), **wanted)
    assert said.value.facts == {"entry": entry.id}


async def test_neither_a_hold_nor_what_came_of_it_is_reversed(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 10)
    taken = holds.Capture(an_id(db), held)
    wanted = {"effective_on": db.clock.now().date(), "memo": ""}
    await db.transact(holds.capture, [taken], effective_on=wanted["effective_on"])
    for entry in (held, taken.id):
        with pytest.raises(entries.NotReversible) as said:
            await db.transact(entries.reverse, entry, reversal=an_id(db), **wanted)
        assert said.value.facts == {"entry": entry}


async def test_what_was_posted_is_found_with_every_leg_in_its_place(db, books) -> None:
    bank, a, b = books
    legs = [Leg(b, -3), Leg(bank, 5), Leg(a, -4), Leg(b, -7), Leg(bank, 9)]
    first, second = an_entry(db, legs), an_entry(db, legs[::-1])
    posted = await db.transact(entries.post, [first, second])

    for one in posted:
        found = await db.read(booking.find_posted, one.id)
        assert found == one._replace(replayed=True)
    again = await db.transact(entries.post, [second, first])
    assert again == [one._replace(replayed=True) for one in posted[::-1]]
    held = await hold(db, a, b, 1)
    assert (await db.read(booking.find_posted, held)).legs == ()
