"""Heads are time-stamped once a day, whatever the authority does, and tokens go with exports."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from api.jobs.timestamps import Stamping
from ledger import audit
from ledger.clock import StoppedClock
from ledger.database import Database
from tests.ledger.audit import forging
from tests.ledger.audit.authority import OpensslAuthority
from tests.ledger.audit.builders import VKEY, DoorOpened, an_export, seal_all, tell

ADDRESS = "https://tsa.example/"
Answer = Callable[[bytes], httpx.Response]


@pytest.fixture(scope="module")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority(tmp_path_factory.mktemp("authority") / "tsa")


def reply(status: int, content: bytes = b"") -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(content))


def honest(openssl: OpensslAuthority) -> Answer:
    return lambda query: reply(200, openssl.answer(query))


async def stamp(db: Database, openssl: OpensslAuthority, answer: Answer) -> None:
    authority = audit.Authority.read(ADDRESS, openssl.roots)
    transport = httpx.MockTransport(lambda asked: answer(asked.read()))
    await Stamping(db, authority, transport).stamp()


async def grow(db: Database, door: str) -> None:
    await db.transact(tell, DoorOpened(door))
    await seal_all(db)


async def test_a_head_is_stamped_exported_and_accepted_by_openssl(
    db: Database, openssl: OpensslAuthority, tmp_path: Path
) -> None:
    await grow(db, "door_1")
    await stamp(db, openssl, honest(openssl))
    await grow(db, "door_2")

    folder = await an_export(db, tmp_path / "export")

    token, note = folder / "timestamps/1.tsr", folder / "timestamps/1.checkpoint"
    exit_code, told = forging.judge(folder)
    assert exit_code == 0, told
    assert "1 tokens name stamped heads" in told
    assert "NOT CHECKED HERE" in told
    assert openssl.accepts(token, note)
    assert not openssl.accepts(token, folder / "checkpoint")


async def test_a_head_is_stamped_once_and_the_next_a_day_later(
    db: Database, openssl: OpensslAuthority, clock: StoppedClock
) -> None:
    asked: list[bytes] = []

    def count(query: bytes) -> httpx.Response:
        asked.append(query)
        return honest(openssl)(query)

    await stamp(db, openssl, count)
    for door in ("door_1", "door_2"):
        await grow(db, door)
        await stamp(db, openssl, count)
    clock.advance(timedelta(days=1))
    await stamp(db, openssl, count)
    await stamp(db, openssl, count)

    assert len(asked) == 2


@pytest.mark.parametrize(
    "lie",
    ["other message", "old answer", "cut", "flipped", "noise", "endless", "refusal"],
)
async def test_what_is_no_token_for_the_question_is_not_kept(
    db: Database, openssl: OpensslAuthority, lie: str
) -> None:
    await grow(db, "door_1")
    other = audit.Authority.read(ADDRESS, openssl.roots)
    answers: dict[str, Answer] = {
        "other message": lambda _: honest(openssl)(other.ask("other").as_bytes()),
        "old answer": lambda _: reply(200, old),
        "cut": lambda query: reply(200, openssl.answer(query)[:-9]),
        "flipped": lambda query: reply(200, _flip(openssl.answer(query))),
        "noise": lambda _: reply(200, b"\x30\x03\x02\x01\x00noise"),
        "endless": lambda _: reply(200, bytes(200_000)),
        "refusal": lambda _: reply(200, openssl.answer(b"\x30\x00")),
    }
    head = await db.read(audit.find_unstamped)
    assert head is not None
    old = openssl.answer(other.ask(head.note).as_bytes())

    with capture_logs() as logs:
        await stamp(db, openssl, answers[lie])

    assert [one["event"] for one in logs] == ["timestamp_refused"]
    assert await db.read(audit.find_unstamped) is not None


def _flip(answer: bytes) -> bytes:
    return answer[:-1] + bytes([answer[-1] ^ 1])


async def test_the_token_of_an_unknown_authority_is_not_kept(
    db: Database, openssl: OpensslAuthority, tmp_path: Path
) -> None:
    await grow(db, "door_1")
    stranger = OpensslAuthority(tmp_path / "stranger")

    with capture_logs() as logs:
        await stamp(db, openssl, honest(stranger))

    assert [one["event"] for one in logs] == ["timestamp_refused"]


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_an_authority_that_is_away_is_asked_again(
    db: Database, openssl: OpensslAuthority, status: int
) -> None:
    await grow(db, "door_1")

    with capture_logs() as logs:
        await stamp(db, openssl, lambda _: reply(status))
    await stamp(db, openssl, honest(openssl))

    assert [one["event"] for one in logs] == ["timestamp_authority_away"]
    assert await db.read(audit.find_unstamped) is None


@pytest.fixture
async def stamped(db: Database, openssl: OpensslAuthority, tmp_path: Path) -> Path:
    await grow(db, "door_1")
    await stamp(db, openssl, honest(openssl))
    await grow(db, "door_2")
    return await an_export(db, tmp_path / "export")


async def test_a_changed_token_or_stamped_head_is_named(stamped: Path) -> None:
    token, note = stamped / "timestamps/1.tsr", stamped / "timestamps/1.checkpoint"
    kept = note.read_bytes()

    for path, content, wrong in (
        (token, b"", "timestamps/1.tsr: is no time-stamp token"),
        (
            token,
            b"\x30\x84\xff\xff\xff\xff",
            "timestamps/1.tsr: is no time-stamp token",
        ),
        (token, b"\x30" * 5000, "timestamps/1.tsr: is no time-stamp token"),
        (note, kept + b"x", "timestamps/1.tsr: is of something else"),
    ):
        was = path.read_bytes()
        forging.put(path, content)
        forging.relist(stamped)
        exit_code, told = forging.judge(stamped)
        forging.put(path, was)
        assert exit_code == 1
        assert wrong in told


async def test_a_log_forged_with_every_key_lacks_the_head_of_a_kept_token(
    stamped: Path, tmp_path: Path
) -> None:
    kept = (stamped / "timestamps/1.tsr").read_bytes()
    entries = forging.entries_in(stamped)
    forged = forging.write_log(
        tmp_path / "forged", forging.chained([*entries[1:], *entries[:1]])
    )

    honest_report = forging.verify(stamped, VKEY, tokens=[kept])
    forged_report = forging.verify(forged, VKEY, tokens=[kept])

    assert honest_report.exit_code == 0
    assert forged_report.exit_code == 1
    assert "that is not shown" in "\n".join(forged_report.lines())
    assert forging.verify(stamped, VKEY, tokens=[b"x"]).exit_code == 2
