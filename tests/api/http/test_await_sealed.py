"""A command's caller may wait for the log, and never waits longer than was said."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, Depends, Response

from api import auth
from api.app import create_app
from api.auth import Caller, Role
from api.http import sealing
from api.http.commands import Keyed
from api.http.router import make_router
from api.http.routes import receipts
from api.http.sealing import MOST_SECONDS, MOST_WAITING, Sealing, Told
from api.jobs.witnesses import Round
from api.services import Services
from api.wire import Out
from ledger.audit.verifier.policy import Now
from ledger.audit.verifier.program import verify
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork, close_engine, make_engine
from tests.api.conftest import KeyFor, client_of
from tests.api.http.market import Json, ok
from tests.api.witnesses import Network, policy_of
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import SIGNER, DoorOpened, post, seal_all, tell

POLICY = policy_of()
NOW = Now(int(FIRST_MOMENT.timestamp()))
LEGS, PARTS = 300, 3
AT_ONCE = {"Prefer": "respond-async, await=sealed;x=1, wait=0"}

Lender = Annotated[Caller, Depends(auth.role(Role.LENDER))]
Headers = dict[str, str]


class DoneOut(Out):
    entry: str


async def do_it(uow: UnitOfWork) -> str:
    """Stands for a command: it tells a fact, and books an entry of several parts."""
    await tell(uow, DoorOpened("door_1"))
    return await post(uow, legs=LEGS)


def do_router() -> APIRouter:
    router = make_router("do")

    @router.post("/do", status_code=201, response_model=DoneOut)
    async def do(_: Lender, commands: Keyed) -> Response:
        return await commands.run(lambda entry: DoneOut(entry=entry), do_it)

    return router


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, signer=SIGNER, policy=POLICY)


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(services, routers=[do_router(), receipts.router])
    async with client_of(app) as client:
        yield client


@pytest.fixture
async def lender(key_for: KeyFor, db: Database) -> Headers:
    key = await key_for(Role.LENDER)
    await seal_all(db)
    return {**key, "Idempotency-Key": "a/b?c"}


@pytest.fixture
def network(tmp_path: Path) -> Network:
    return Network(tmp_path)


async def seal_soon(db: Database, network: Network) -> None:
    """Seal and cosign a little after a command was sent."""
    for _ in range(100):
        await asyncio.sleep(0.05)
        if await seal_all(db):
            break
    await Round(db, POLICY, network).ask_all()


def judge(folder: Path, receipt: str) -> tuple[int, list[str]]:
    file = folder / "receipt.json"
    file.write_text(receipt, "utf-8")
    report = verify(file, None, policy=POLICY.raw, now=NOW)
    return report.exit_code, list(report.lines())


async def test_the_answer_comes_with_the_witnessed_receipt(
    client: httpx.AsyncClient,
    lender: Headers,
    db: Database,
    network: Network,
    tmp_path: Path,
) -> None:
    answer, _ = await asyncio.gather(
        client.post("/v1/do?await=sealed", headers=lender), seal_soon(db, network)
    )

    sealed = ok(answer)["sealed"]
    code, lines = judge(tmp_path, sealed["receipt"])
    assert (sealed["state"], sealed["is_enough"]) == ("witnessed", True)
    assert answer.headers["preference-applied"] == "await=sealed"
    assert code == 0, lines
    assert sealed["receipt"].count("tlog-proof@v1") == 1 + PARTS


async def test_a_wait_that_ends_says_done_and_where_to_look(
    client: httpx.AsyncClient, lender: Headers, db: Database, network: Network
) -> None:
    answer = await client.post("/v1/do", headers=lender | AT_ONCE)

    sealed = ok(answer)["sealed"]
    assert answer.status_code == 201
    assert (sealed["state"], sealed["is_enough"]) == ("waiting", False)
    assert sealed["receipt"] is None
    assert sealed["look"] == "/v1/commands/proof?key=a%2Fb%3Fc"
    early = await client.get(sealed["look"], headers=lender)
    await seal_soon(db, network)
    late = await client.get(sealed["look"], headers=lender)
    assert (early.status_code, late.status_code) == (404, 200)
    assert late.headers["tonle-witnessed"] == "yes"


async def test_a_seal_without_quorum_is_told_as_that(
    client: httpx.AsyncClient,
    lender: Headers,
    db: Database,
    network: Network,
    tmp_path: Path,
) -> None:
    await client.post("/v1/do", headers=lender)
    network.away = {"regulator", "auditor"}
    await seal_soon(db, network)

    again = await client.post("/v1/do", headers=lender | AT_ONCE)

    sealed = ok(again)["sealed"]
    assert again.headers["idempotent-replayed"] == "true"
    assert (sealed["state"], sealed["is_enough"]) == ("signed", False)
    assert judge(tmp_path, sealed["receipt"])[0] == 2


async def test_waiting_changes_nothing_of_what_is_stored(
    client: httpx.AsyncClient, lender: Headers, db: Database
) -> None:
    waited = ok(await client.post("/v1/do", headers=lender | AT_ONCE))
    plain = ok(await client.post("/v1/do", headers=lender))

    assert "sealed" not in plain
    assert plain == {name: waited[name] for name in plain}
    assert sum(one.added for one in await seal_all(db)) == 1 + PARTS


async def test_anothers_command_is_not_proved(
    client: httpx.AsyncClient, lender: Headers, key_for: KeyFor, db: Database
) -> None:
    await client.post("/v1/do", headers=lender)
    await seal_all(db)
    look = "/v1/commands/proof?key=a%2Fb%3Fc"

    for role in Role:
        other = await client.get(look, headers=await key_for(role))
        assert other.status_code == 404, role
    assert (await client.get(look, headers=lender)).status_code == 200


@pytest.mark.parametrize(
    "prefer", ["", "await", "await=", "await=witnessed", "wait=1", "=sealed", ",;,"]
)
async def test_other_wishes_are_not_applied(
    client: httpx.AsyncClient, lender: Headers, prefer: str
) -> None:
    answer = await client.post("/v1/do", headers=lender | {"Prefer": prefer})

    assert "sealed" not in ok(answer)
    assert "preference-applied" not in answer.headers


@pytest.mark.parametrize("wait", ["-1", "1e9", "²", "soon", ""])
async def test_a_wait_that_is_no_number_is_the_usual_one(
    client: httpx.AsyncClient,
    lender: Headers,
    db: Database,
    network: Network,
    wait: str,
) -> None:
    await client.post("/v1/do", headers=lender)
    await seal_soon(db, network)
    prefer = f'AWAIT="sealed", wait={wait}'.encode()
    headers = {**lender, "Prefer": prefer}

    answer = await client.post("/v1/do", headers=headers)  # type: ignore[arg-type]  # rude bytes

    assert ok(answer)["sealed"]["state"] == "witnessed"


async def test_what_cannot_be_awaited_is_refused_before_anything_is_done(
    client: httpx.AsyncClient, lender: Headers, db: Database
) -> None:
    answer = await client.post("/v1/do?await=tomorrow", headers=lender)

    assert answer.status_code == 422
    assert await seal_all(db) == []


async def test_a_server_without_a_log_does_not_wait(
    services: Services, lender: Headers
) -> None:
    app = create_app(replace(services, signer=None), routers=[do_router()])
    async with client_of(app) as client:
        answer: Json = ok(await client.post("/v1/do?await=sealed", headers=lender))

    assert "sealed" not in answer


@pytest.fixture
async def nowhere(clock: StoppedClock) -> AsyncIterator[Database]:
    engine = make_engine("postgresql://nobody@127.0.0.1:9/nowhere")
    yield Database(engine, clock)
    await close_engine(engine)


async def test_a_database_that_went_away_leaves_a_command_done(
    nowhere: Database,
) -> None:
    told = Told([uuid4()], "req_1")

    assert await Sealing(POLICY, 0).wait(nowhere, told) is None


async def test_when_so_many_wait_the_next_is_answered_at_once(db: Database) -> None:
    told = Told([uuid4()], "req_1")
    waiting = [
        asyncio.create_task(Sealing(POLICY, MOST_SECONDS).wait(db, told))
        for _ in range(MOST_WAITING)
    ]
    await asyncio.sleep(0)

    async with asyncio.timeout(MOST_SECONDS / 2):
        assert await Sealing(POLICY, MOST_SECONDS).wait(db, told) is None
    for task in waiting:
        assert not task.done()
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert sealing.waiting() == 0
