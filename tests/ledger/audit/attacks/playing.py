"""Play all attacks: on an export of a small log, and on the sealing of that log itself."""

from pathlib import Path

import psycopg

from ledger import audit
from ledger.database import Database
from tests.ledger.audit.attacks.ground import Answer, Ground, Judge, judge_here
from tests.ledger.audit.attacks.listed import (
    LOST_RECORD,
    ON_EXPORT,
    TWO_SEALERS,
    Attack,
)
from tests.ledger.audit.builders import (
    SIGNER,
    DoorOpened,
    PartyNamed,
    a_log,
    an_export,
    seal_all,
    tell,
)


async def play_all(
    db: Database, owner: str, room: Path, judge: Judge = judge_here
) -> list[tuple[Attack, Answer]]:
    """Seal a small log, export it with a name opened, and play every attack."""
    await a_log(db)
    honest = room / "honest"
    await db.read(audit.export_bundle, honest, key=SIGNER.key, disclosed={"name"})
    ground = Ground(room, honest, judge)
    played = [(attack, play(ground)) for attack, play in ON_EXPORT.items()]
    played.append((TWO_SEALERS, await seal_twice(db)))
    played.append((LOST_RECORD, await lose_record(db, owner, ground)))
    return sorted(played, key=lambda one: one[0].number)


async def seal_twice(db: Database) -> Answer:
    """Let a second sealer seal while another has the lease."""
    await db.transact(tell, DoorOpened("door_2"), DoorOpened("door_3"))
    await db.transact(audit.seal, SIGNER, holder="one", limit=1)
    second = await db.transact(audit.seal, SIGNER, holder="other")
    return Answer("refused" if second is None else "sealed", "another has the lease")


async def lose_record(db: Database, owner: str, ground: Ground) -> Answer:
    """Delete a record between its commit and its sealing, triggers switched off."""
    await seal_all(db)
    await db.transact(tell, PartyNamed("party_2"), DoorOpened("door_4"))
    with psycopg.connect(owner) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "DELETE FROM audit_queue WHERE number = (SELECT min(number) FROM audit_queue)"
        )
    await seal_all(db)
    return ground.judged(await an_export(db, ground.fresh()))
