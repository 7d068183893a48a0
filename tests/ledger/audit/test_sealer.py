"""Sealing is dense, in order, and loses nothing, whoever seals and however often."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from ledger import audit
from ledger.audit.entry import NO_ENTRY_BEFORE
from ledger.audit.model import AuditEntryRow, CheckpointRow, TileRow
from ledger.audit.note import Checkpoint, open_note
from ledger.audit.tree import leaf_hash, root_of
from ledger.database import Database, UnitOfWork
from ledger.errors import InvariantBroken
from ledger.outbox import AuditMode
from tests.ledger.audit.builders import (
    SIGNER,
    DoorOpened,
    PartyNamed,
    a_log,
    post_many,
    seal_all,
    tell,
)

EXTRA_INTERVAL = timedelta(milliseconds=1)


async def _canonical(uow: UnitOfWork) -> list[bytes]:
    query = select(AuditEntryRow.canonical).order_by(AuditEntryRow.seq)
    return list(await uow.session.scalars(query))


async def entries_of(db: Database) -> list[dict[str, Any]]:
    return [json.loads(entry) for entry in await db.read(_canonical)]


async def assert_whole(db: Database, subjects: set[str]) -> None:
    """Every subject is sealed once; seq and streams are dense; one child per hash."""
    entries = await entries_of(db)
    numbers = defaultdict(list)
    for entry in entries:
        numbers[entry["stream"]].append(entry["number"])
    assert sorted(entry["subject"] for entry in entries) == sorted(subjects)
    assert [entry["seq"] for entry in entries] == list(range(len(entries)))
    assert len({entry["prev"] for entry in entries}) == len(entries)
    for given in numbers.values():
        assert given == list(range(1, len(given) + 1))


async def test_nothing_waiting_is_nothing_sealed(db: Database) -> None:
    assert await db.transact(audit.seal, SIGNER) is None


async def test_an_entry_says_what_was_told(db: Database) -> None:
    await db.transact(tell, PartyNamed("party_1"))

    await seal_all(db)

    (entry,) = await entries_of(db)
    assert entry["v"] == 1
    assert entry["log"] == SIGNER.name
    assert (entry["seq"], entry["prev"]) == (0, NO_ENTRY_BEFORE)
    assert entry["ts"] == "2026-01-05T02:00:00.000000Z"
    assert (entry["type"], entry["subject"]) == ("party.named", "party_1")
    assert entry["data"] == {"party": "party_1"}
    assert list(entry["commitments"]) == ["name"]
    assert b"Sok" not in (await db.read(_canonical))[0]


async def test_the_signed_head_is_the_root_over_all_entries(db: Database) -> None:
    await a_log(db)

    entries = await db.read(_canonical)
    head = await db.read(audit.find_checkpoint)

    assert head is not None
    checkpoint = Checkpoint.read(open_note(head.note, SIGNER.key))
    leaves = [leaf_hash(entry) for entry in entries]
    assert checkpoint == Checkpoint(SIGNER.name, len(entries), root_of(leaves))


async def test_a_later_transaction_waits_for_an_earlier_one_still_open(
    db: Database, app_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(app_url) as early:
        await early.execute("SELECT pg_current_xact_id()")
        await db.transact(tell, DoorOpened("door_1"))
        sealed_early = await db.transact(audit.seal, SIGNER)
    sealed_late = await db.transact(audit.seal, SIGNER)

    assert sealed_early is None
    assert sealed_late is not None
    assert sealed_late.added == 1


async def test_a_limit_cuts_between_entries_and_the_rest_follows(db: Database) -> None:
    await db.transact(post_many, count=10)

    heads = await seal_all(db, limit=4)

    assert [head.added for head in heads] == [4, 4, 2]
    assert [entry["seq"] for entry in await entries_of(db)] == list(range(10))


async def test_inline_seals_in_the_same_commit(db: Database) -> None:
    inline = replace(db, audit=AuditMode.INLINE, seal_inline=audit.seal_inline(SIGNER))
    await db.transact(tell, DoorOpened("door_1"))

    await inline.transact(tell, DoorOpened("door_2"))

    await assert_whole(db, {"door_1", "door_2"})


async def test_inline_that_fails_leaves_no_entry(db: Database) -> None:
    inline = replace(db, audit=AuditMode.INLINE, seal_inline=audit.seal_inline(SIGNER))

    async def fail(uow: UnitOfWork) -> None:
        await tell(uow, DoorOpened("door_1"))
        raise InvariantBroken("on purpose")

    with pytest.raises(InvariantBroken, match="on purpose"):
        await inline.transact(fail)

    assert await entries_of(db) == []


async def test_eight_writers_and_two_sealers_lose_and_double_nothing(
    db: Database,
) -> None:
    stop = asyncio.Event()
    sealers = [
        asyncio.create_task(audit.run_sealer(db, SIGNER, stop, interval=EXTRA_INTERVAL))
        for _ in range(2)
    ]

    async def write(writer: int) -> set[str]:
        doors = {f"door_{writer}_{number}" for number in range(40)}
        for door in sorted(doors):
            await db.transact(tell, DoorOpened(door), DoorOpened(f"{door}_b"))
        return doors | {f"{door}_b" for door in doors}

    written = await asyncio.gather(*(write(writer) for writer in range(8)))
    stop.set()
    await asyncio.gather(*sealers)
    await seal_all(db)

    await assert_whole(db, set().union(*written))


async def test_inline_writers_side_by_side_stay_dense(db: Database) -> None:
    inline = replace(db, audit=AuditMode.INLINE, seal_inline=audit.seal_inline(SIGNER))
    doors = {f"door_{number}" for number in range(40)}

    await asyncio.gather(*(inline.transact(tell, DoorOpened(door)) for door in doors))

    await assert_whole(db, doors)


async def test_a_sealer_cut_off_in_the_middle_leaves_the_work_to_the_next(
    db: Database,
) -> None:
    await db.transact(post_many, count=50)

    async def seal_and_die(uow: UnitOfWork) -> None:
        await audit.seal(uow, SIGNER, limit=20)
        raise ConnectionResetError

    for _ in range(3):
        with pytest.raises(ConnectionResetError):
            await db.transact(seal_and_die)
        await db.transact(audit.seal, SIGNER, limit=10)
    await seal_all(db)

    assert [entry["seq"] for entry in await entries_of(db)] == list(range(50))


async def test_only_the_holder_of_the_lease_seals(db: Database) -> None:
    await db.transact(post_many, count=4)

    first = await db.transact(audit.seal, SIGNER, holder="a", limit=1)
    second = await db.transact(audit.seal, SIGNER, holder="b", limit=1)

    assert first is not None
    assert second is None


async def test_a_lapsed_lease_passes_on_under_a_higher_epoch(
    db: Database, owner_url: str
) -> None:
    await db.transact(post_many, count=2)
    await db.transact(audit.seal, SIGNER, holder="a", limit=1)
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "UPDATE audit_lease SET renewed_at = now() - interval '1 day'"
        )

    await db.transact(audit.seal, SIGNER, holder="b", limit=1)

    epochs = await db.read(
        lambda uow: uow.session.scalars(
            select(CheckpointRow.epoch).order_by(CheckpointRow.size)
        )
    )
    assert list(epochs) == [1, 2]


async def test_a_changed_tile_stops_the_sealer(db: Database, admin_of: str) -> None:
    await a_log(db)
    await db.transact(tell, DoorOpened("door_9"))
    with psycopg.connect(admin_of) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE audit_tile SET hashes = set_byte(hashes, 3, 7)"
            " WHERE level = 0 AND index = 1"
        )

    with pytest.raises(InvariantBroken, match="root that was signed"):
        await db.transact(audit.seal, SIGNER)


async def test_stored_tiles_are_those_of_the_tree(db: Database) -> None:
    await a_log(db)

    leaves = [leaf_hash(entry) for entry in await db.read(_canonical)]
    tiles = await db.read(
        lambda uow: uow.session.scalars(select(TileRow).order_by(TileRow.level))
    )

    stored = {(tile.level, tile.index): tile.hashes for tile in tiles}
    assert stored == {
        (0, 0): b"".join(leaves[:256]),
        (0, 1): b"".join(leaves[256:]),
        (1, 0): root_of(leaves[:256]),
    }


async def test_the_queue_is_empty_when_all_is_sealed(db: Database) -> None:
    await a_log(db)

    left = await db.read(
        lambda uow: uow.session.scalar(text("SELECT count(*) FROM audit_queue"))
    )

    assert left == 0


async def test_a_sealer_reads_ahead_and_keeps_the_order(db: Database) -> None:
    await db.transact(post_many, count=20)
    sealer = audit.Sealer(db, SIGNER, limit=3)

    added = [sealed.added async for sealed in _until_nothing_waits(sealer)]

    assert added == [3] * 6 + [2]
    entries = await entries_of(db)
    assert [entry["seq"] for entry in entries] == list(range(20))
    assert [entry["number"] for entry in entries] == list(range(1, 21))


async def test_what_was_read_ahead_is_dropped_when_another_sealed_it(
    db: Database,
) -> None:
    doors = [DoorOpened(f"door_{number}") for number in range(30)]
    await db.transact(tell, *doors)
    one, other = (audit.Sealer(db, SIGNER, limit=2) for _ in range(2))

    while await one.seal() or await other.seal():
        await other.seal()
        await other.seal()

    await assert_whole(db, {door.door for door in doors})


async def test_what_is_told_while_sealing_is_read_with_the_next(db: Database) -> None:
    sealer = audit.Sealer(db, SIGNER, limit=2)
    doors = set()
    for number in range(9):
        doors |= {f"door_{number}", f"door_{number}_b"}
        await db.transact(
            tell, DoorOpened(f"door_{number}"), DoorOpened(f"door_{number}_b")
        )
        await sealer.seal()
    async for _ in _until_nothing_waits(sealer):
        pass

    await assert_whole(db, doors)


async def test_an_open_transaction_holds_back_what_is_read_ahead(
    db: Database, app_url: str
) -> None:
    sealer = audit.Sealer(db, SIGNER, limit=2)
    await db.transact(post_many, count=2)
    async with await psycopg.AsyncConnection.connect(app_url) as early:
        await early.execute("SELECT pg_current_xact_id()")
        await db.transact(post_many, count=2)
        sealed_early = [await sealer.seal(), await sealer.seal()]
    sealed_late = await sealer.seal()

    assert sealed_early[0] is not None
    assert sealed_early[1] is None
    assert sealed_late is not None
    assert [entry["seq"] for entry in await entries_of(db)] == [0, 1, 2, 3]


async def test_a_record_gone_from_the_queue_is_not_sealed_from_memory(
    db: Database, admin_of: str
) -> None:
    await db.transact(post_many, count=6)
    sealer = audit.Sealer(db, SIGNER, limit=2)
    await sealer.seal()
    with psycopg.connect(admin_of) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM audit_queue WHERE number = 4")

    with pytest.raises(InvariantBroken, match="in the queue until now"):
        await sealer.seal()

    assert len(await entries_of(db)) == 2


@pytest.mark.parametrize("limit", [2, 5_000])
async def test_a_log_restored_on_a_server_that_counts_anew_goes_on(
    db: Database, admin_of: str, limit: int
) -> None:
    with psycopg.connect(admin_of) as connection:
        connection.execute(
            "UPDATE audit_stream SET number = 1, xid = 10000000000 WHERE stream < 20"
        )
        connection.execute("UPDATE audit_stream SET number = 1 WHERE stream >= 20")
    sealer = audit.Sealer(db, SIGNER, limit=limit)
    doors = [DoorOpened(f"door_{number}") for number in range(30)]

    await asyncio.gather(*(db.transact(tell, door) for door in doors[:20]))
    sealed = await sealer.seal()
    await asyncio.gather(*(db.transact(tell, door) for door in doors[20:]))
    async for _ in _until_nothing_waits(sealer):
        pass

    assert sealed is not None
    entries = await entries_of(db)
    assert sorted(entry["subject"] for entry in entries) == sorted(
        door.door for door in doors
    )
    numbers = defaultdict(list)
    for entry in entries:
        numbers[entry["stream"]].append(entry["number"])
    for given in numbers.values():
        assert given == list(range(2, len(given) + 2))


async def _until_nothing_waits(sealer: audit.Sealer) -> AsyncIterator[audit.Sealed]:
    while sealed := await sealer.seal():
        yield sealed
