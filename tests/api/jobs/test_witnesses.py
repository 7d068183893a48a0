"""Heads are cosigned as witnesses come, and nobody waits for those who do not."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from structlog.testing import capture_logs

from api.jobs.witnesses import Round
from ledger import audit
from ledger.audit.note import Checkpoint
from ledger.clock import StoppedClock
from ledger.database import Database
from tests.api.witnesses import Network, policy_of
from tests.ledger.audit.builders import SIGNER, DoorOpened, seal_all, tell
from tests.ledger.audit.growing import Growing

POLICY = policy_of()


@pytest.fixture
def network(tmp_path: Path) -> Network:
    return Network(tmp_path)


async def grow(db: Database, count: int = 1) -> None:
    await db.transact(tell, *(DoorOpened(f"door_{n}") for n in range(count)))
    await seal_all(db)


async def head_of(db: Database) -> audit.PublishedHead:
    head = await db.read(audit.find_head, POLICY)
    assert head is not None
    return head


async def test_a_new_head_is_cosigned_by_all(db: Database, network: Network) -> None:
    await grow(db, 3)

    await Round(db, POLICY, network).ask_all()

    head = await head_of(db)
    assert head.is_witnessed
    assert head.witnesses == ("regulator", "trustee", "auditor")
    note = audit.Note.read(head.note)
    keys = [one.key for one in POLICY.witnesses]
    read = audit.read_cosignatures(note, keys, db.clock.now())
    assert [one.key for one in read] == keys


async def test_a_grown_head_is_proved_from_the_one_before(
    db: Database, network: Network
) -> None:
    for count in (1, 300, 7):
        await grow(db, count)
        await Round(db, POLICY, network).ask_all()

    assert (await head_of(db)).is_witnessed
    assert len(network.asked) == 9


async def test_nobody_is_asked_twice_for_a_head(db: Database, network: Network) -> None:
    await grow(db)
    await Round(db, POLICY, network).ask_all()

    await Round(db, POLICY, network).ask_all()

    assert len(network.asked) == 3


async def test_without_a_head_nobody_is_asked(db: Database, network: Network) -> None:
    await Round(db, POLICY, network).ask_all()

    assert network.asked == []


async def test_two_of_three_are_enough(db: Database, network: Network) -> None:
    network.away = {"trustee"}
    await grow(db)

    await Round(db, POLICY, network).ask_all()

    head = await head_of(db)
    assert head.is_witnessed
    assert head.witnesses == ("regulator", "auditor")


async def test_a_head_without_quorum_is_published_as_it_is(
    db: Database, network: Network
) -> None:
    await grow(db)
    await Round(db, POLICY, network).ask_all()
    network.away = {"trustee", "auditor"}
    await grow(db)
    await Round(db, POLICY, network).ask_all()

    newest, witnessed = (
        await head_of(db),
        await db.read(audit.find_witnessed_head, POLICY),
    )

    assert (newest.size, newest.is_witnessed) == (2, False)
    assert witnessed is not None
    assert witnessed.size == 1


async def test_a_witness_that_was_away_is_asked_again(
    db: Database, network: Network
) -> None:
    network.away = {"regulator", "trustee", "auditor"}
    await grow(db)
    await Round(db, POLICY, network).ask_all()
    network.away.clear()

    await Round(db, POLICY, network).ask_all()

    assert (await head_of(db)).is_witnessed


async def test_a_witness_that_knows_more_than_we_kept_is_believed(
    db: Database, network: Network
) -> None:
    await grow(db)
    for name in ("regulator", "trustee", "auditor"):
        (one,) = [
            asking
            for asking in await db.read(audit.list_asking, POLICY)
            if asking.witness.name == name
        ]
        network.witness(name).add_checkpoint(one.submission.text().encode())
    await grow(db, 5)

    await Round(db, POLICY, network).ask_all()

    assert len(network.asked) == 6
    assert (await head_of(db)).is_witnessed


async def test_a_log_that_was_rolled_back_sounds_the_alarm(
    db: Database, network: Network
) -> None:
    network.witness("regulator").add_checkpoint(Growing().body(0, 9))
    await grow(db)

    with capture_logs() as told:
        await Round(db, POLICY, network).ask_all()

    assert ("log_was_rolled_back", 9) in [
        (one["event"], one.get("witness_knows")) for one in told
    ]
    assert "regulator" not in (await head_of(db)).witnesses


async def test_a_log_that_was_forked_sounds_the_alarm(
    db: Database, network: Network
) -> None:
    network.witness("regulator").add_checkpoint(Growing().body(0, 3))
    await grow(db, 5)

    with capture_logs() as told:
        await Round(db, POLICY, network).ask_all()

    assert ("witness_saw_another_log", "regulator") in [
        (one["event"], one.get("witness")) for one in told
    ]


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"nonsense\n"),
        (200, b"\xff"),
        (200, b"x" * 100_000),
        (200, SIGNER.sign(Checkpoint(SIGNER.name, 1, bytes(32))).encode()),
        (302, b""),
        (409, b"many\n"),
        (409, b"0\n"),
        (409, b"-1\n"),
        (500, b""),
    ],
)
async def test_nonsense_from_one_witness_keeps_nobody_waiting(
    db: Database, network: Network, answer: tuple[int, bytes]
) -> None:
    network.nonsense = {"regulator": answer}
    await grow(db)

    await Round(db, POLICY, network).ask_all()

    head = await head_of(db)
    assert head.is_witnessed
    assert head.witnesses == ("trustee", "auditor")


async def test_a_cosignature_from_the_future_is_not_kept(
    db: Database, network: Network
) -> None:
    network.at += timedelta(seconds=31)
    await grow(db)

    await Round(db, POLICY, network).ask_all()

    assert (await head_of(db)).witnesses == ()


async def test_witnesses_long_away_sound_the_alarm(
    db: Database, network: Network, clock: StoppedClock
) -> None:
    network.away = {"trustee", "auditor"}
    await grow(db)

    with capture_logs() as soon:
        await Round(db, POLICY, network).ask_all()
    clock.move_to(clock.now() + timedelta(minutes=11))
    with capture_logs() as late:
        await Round(db, POLICY, network).ask_all()

    alarms = [
        [one for one in told if one["event"] == "head_unwitnessed"]
        for told in (soon, late)
    ]
    assert list(map(len, alarms)) == [0, 1]


async def test_what_witnesses_signed_cannot_be_changed(
    db: Database, network: Network, owner_url: str
) -> None:
    await grow(db)
    await Round(db, POLICY, network).ask_all()

    for statement in (
        "UPDATE audit_cosignature SET line = ''",
        "DELETE FROM audit_cosignature",
    ):
        with (
            psycopg.connect(owner_url) as connection,
            pytest.raises(errors.InsufficientPrivilege),
        ):
            connection.execute(statement)
