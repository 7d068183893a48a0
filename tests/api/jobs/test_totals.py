"""A head's witnesses give one more line together, and nothing depends on it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api import quorum
from api.jobs.totals import Gathering
from api.jobs.witnesses import Round
from api.witness import Member, ask, create_witness_app
from contracts.quorum import Group, QuorumRefused, read_group
from ledger import audit
from ledger.audit import Checkpoint, Note
from ledger.audit.verifier.policy import Now, Policy, check_witnesses
from ledger.database import Database
from tests.api.witnesses import NAMES, Network, policy_of
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import DoorOpened, seal_all, tell

MEMBERS = {name: Member(secret) for secret, name in enumerate(NAMES, 41)}
LINES = [f"member {n} {m.public.hex()} {m.proof.hex()}" for n, m in MEMBERS.items()]
GROUP = read_group("\n".join(["group two 2", *LINES]).encode())
POLICY = replace(policy_of(), beside=(str(GROUP.key),))


@pytest.fixture
async def network(db: Database, tmp_path: Path) -> Network:
    network = Network(tmp_path, members=dict(MEMBERS))
    await db.transact(tell, DoorOpened("door_1"))
    await seal_all(db)
    await Round(db, POLICY, network).ask_all()
    network.asked.clear()
    return network


async def gather(db: Database, network: Network, group: Group = GROUP) -> str:
    await Gathering(db, POLICY, group, network).gather()
    head = await db.read(audit.find_head, POLICY)
    assert head is not None
    return head.note


async def test_the_head_is_published_with_the_line_of_all(
    db: Database, network: Network
) -> None:
    note = await gather(db, network)

    found = quorum.check_line(note, GROUP, POLICY, db.clock.now())
    assert found.names == NAMES
    await gather(db, network)
    assert len(network.asked) == 3


async def test_verify_py_says_that_it_relies_on_the_single_lines(
    db: Database, network: Network
) -> None:
    note = await gather(db, network)

    now = Now(int(FIRST_MOMENT.timestamp()))
    told = check_witnesses(note, Policy.read(POLICY.raw), now)

    assert told.startswith("cosigned by 'auditor', 'regulator', 'trustee'")
    assert "a BLS quorum line is not checked here" in told


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"zz\n"),
        (200, b"c0" + b"00" * 95),
        (200, MEMBERS["trustee"].proof.hex().encode()),
        (200, b"\xff"),
        (200, b"a" * 5_000),
        (404, b""),
        (302, b""),
        (500, b""),
    ],
)
async def test_who_answers_nonsense_is_left_out(
    db: Database, network: Network, answer: tuple[int, bytes]
) -> None:
    network.nonsense = {"regulator": answer}

    note = await gather(db, network)

    found = quorum.check_line(note, GROUP, POLICY, db.clock.now())
    assert found.names == ("trustee", "auditor")


async def test_with_too_few_there_is_no_line_and_the_head_stays_witnessed(
    db: Database, network: Network
) -> None:
    network.away = {"regulator"}
    del network.members["trustee"]

    note = await gather(db, network)

    assert not [*Note.read(note).by(GROUP.key)]
    head = await db.read(audit.find_head, POLICY)
    assert head
    assert head.is_witnessed


async def test_who_did_not_sign_alone_is_not_believed_in_the_line(
    db: Database, network: Network
) -> None:
    note = await gather(db, network)
    without = "".join(
        line for line in note.splitlines(keepends=True) if "trustee." not in line
    )

    with pytest.raises(QuorumRefused, match="trustee did not sign alone"):
        quorum.check_line(without, GROUP, POLICY, db.clock.now())


def asked(note: str, *, size: int = 1, ahead: timedelta = timedelta(0)) -> bytes:
    head = Checkpoint.read(Note.read(note).text)
    return ask("two", FIRST_MOMENT + ahead, Checkpoint(head.origin, size, head.root))


@pytest.mark.parametrize(
    ("size", "ahead", "status"),
    [(1, 0, 200), (1, 60, 200), (1, 61, 422), (1, -61, 422), (2, 0, 409), (0, 0, 409)],
)
async def test_a_member_signs_the_head_it_knows_at_its_own_time(
    db: Database, network: Network, size: int, ahead: int, status: int
) -> None:
    note = await gather(db, network)
    app = create_witness_app(network.witness("regulator"), MEMBERS["regulator"])
    body = asked(note, size=size, ahead=timedelta(seconds=ahead))

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://w"
    ) as client:
        answer = await client.post("/sign-quorum", content=body)

    assert answer.status_code == status


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"a\n1\no\n1\nx\n", b"a\n-1\n", b"x" * 9_000, b"\n" * 5]
)
async def test_a_member_takes_no_nonsense(tmp_path: Path, body: bytes) -> None:
    one = Network(tmp_path).witness("regulator")
    app = create_witness_app(one, MEMBERS["regulator"])

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://w"
    ) as client:
        answer = await client.post("/sign-quorum", content=body)

    assert answer.status_code in {400, 413}
