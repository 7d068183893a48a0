"""One key, one effect, one stored answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, Response
from sqlalchemy import func, select

from api import auth
from api.app import create_app
from api.auth import ApiKey, Caller, Role
from api.http.commands import Keyed
from api.http.router import make_router
from api.services import Services
from api.wire import In, Name, Out
from ledger.database import Database, UnitOfWork
from ledger.errors import Conflict
from ledger.ids import PartyId
from ledger.outbox import EventRow
from tests.api.conftest import KeyFor, NewParty, client_of

Lender = Annotated[Caller, Depends(auth.role(Role.LENDER))]


class NameTaken(Conflict):
    code = "name_taken"
    message = "This name is taken. Choose another."


class DoIn(In):
    name: Name
    note: Name = "-"


class DoneOut(Out):
    key: str

    @classmethod
    def of(cls, new: auth.NewKey) -> "DoneOut":
        return cls(key=new.key.id)


async def do_it(uow: UnitOfWork, *, party: PartyId, name: str) -> auth.NewKey:
    """Stands for a command with an effect that can be counted: it makes a key."""
    new = await auth.create_key(uow, party=party, role=Role.SME)
    if name == "taken":
        raise NameTaken
    await uow.session.flush()
    if name == "slow":
        await asyncio.sleep(0.3)
    return new


def do_router() -> APIRouter:
    router = make_router("do")

    @router.post("/do", status_code=201, response_model=DoneOut)
    async def do(body: DoIn, lender: Lender, commands: Keyed) -> Response:
        return await commands.run(DoneOut.of, do_it, party=lender.party, name=body.name)

    return router


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app(services, routers=[do_router()])) as client:
        yield client


@pytest.fixture
async def lender(key_for: KeyFor) -> dict[str, str]:
    return await key_for(Role.LENDER)


async def effects(db: Database) -> int:
    async def count(uow: UnitOfWork) -> int:
        query = select(func.count()).where(ApiKey.role == Role.SME.value)
        return await uow.session.scalar(query.select_from(ApiKey)) or 0

    return await db.read(count)


async def test_money_without_a_key_does_not_move(
    client: httpx.AsyncClient, lender: dict[str, str], db: Database
) -> None:
    answer = await client.post("/v1/do", json={"name": "a"}, headers=lender)

    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"
    assert await effects(db) == 0


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "a\tb", b"caf\xc3\xa9"])
async def test_a_key_is_short_printable_ascii(
    client: httpx.AsyncClient, lender: dict[str, str], key: str | bytes
) -> None:
    headers = {**lender, "Idempotency-Key": key}

    answer = await client.post(
        "/v1/do",
        json={"name": "a"},
        headers=headers,  # type: ignore[arg-type]  # bytes are what a rude client sends
    )

    assert answer.status_code == 400
    assert answer.json()["code"].startswith("idempotency_key_")


async def test_the_same_key_again_gives_the_stored_answer_and_no_second_effect(
    client: httpx.AsyncClient, lender: dict[str, str], db: Database
) -> None:
    headers = {**lender, "Idempotency-Key": "one"}

    first = await client.post("/v1/do", json={"name": "a"}, headers=headers)
    again = await client.post("/v1/do", json={"name": "a"}, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await effects(db) == 1


async def test_spaces_and_order_make_no_other_request(
    client: httpx.AsyncClient, lender: dict[str, str], db: Database
) -> None:
    headers = {**lender, "Idempotency-Key": "one", "Content-Type": "application/json"}

    first = await client.post(
        "/v1/do", content='{"name":"a","note":"b"}', headers=headers
    )
    again = await client.post(
        "/v1/do", content='{ "note": "b", "name": "a" }', headers=headers
    )

    assert first.content == again.content
    assert await effects(db) == 1


async def test_the_same_key_for_another_body_is_refused(
    client: httpx.AsyncClient, lender: dict[str, str], db: Database
) -> None:
    headers = {**lender, "Idempotency-Key": "one"}
    await client.post("/v1/do", json={"name": "a"}, headers=headers)

    other = await client.post("/v1/do", json={"name": "b"}, headers=headers)

    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    assert await effects(db) == 1


async def test_a_refused_command_does_not_use_its_key_up(
    client: httpx.AsyncClient, lender: dict[str, str], db: Database
) -> None:
    headers = {**lender, "Idempotency-Key": "one"}

    refused = await client.post("/v1/do", json={"name": "taken"}, headers=headers)
    done = await client.post("/v1/do", json={"name": "free"}, headers=headers)

    assert (refused.status_code, done.status_code) == (409, 201)
    assert await effects(db) == 1


async def test_two_parties_may_use_the_same_key(
    client: httpx.AsyncClient, key_for: KeyFor, db: Database
) -> None:
    for _ in range(2):
        headers = {**await key_for(Role.LENDER), "Idempotency-Key": "one"}

        answer = await client.post("/v1/do", json={"name": "a"}, headers=headers)

        assert answer.status_code == 201
        assert "idempotent-replayed" not in answer.headers
    assert await effects(db) == 2


async def test_a_party_s_second_api_key_finds_the_stored_answer(
    client: httpx.AsyncClient, key_for: KeyFor, new_party: NewParty, db: Database
) -> None:
    party = await new_party()

    for _ in range(2):
        headers = {**await key_for(Role.LENDER, party), "Idempotency-Key": "one"}
        answer = await client.post("/v1/do", json={"name": "a"}, headers=headers)

    assert answer.headers["idempotent-replayed"] == "true"
    assert await effects(db) == 1


async def test_fifty_at_once_have_one_effect_and_the_rest_wait_or_are_told(
    client: httpx.AsyncClient, lender: dict[str, str], db: Database
) -> None:
    headers = {**lender, "Idempotency-Key": "one"}

    answers = await asyncio.gather(
        *(
            client.post("/v1/do", json={"name": "slow"}, headers=headers)
            for _ in range(50)
        )
    )

    assert {answer.status_code for answer in answers} <= {201, 409}
    running = [answer for answer in answers if answer.status_code == 409]
    assert running
    assert all(answer.json()["code"] == "idempotency_in_flight" for answer in running)
    assert all(answer.headers["retry-after"] == "1" for answer in running)
    assert len({a.json()["key"] for a in answers if a.status_code == 201}) == 1
    assert await effects(db) == 1


async def test_what_was_done_names_who_did_it_and_in_which_request(
    client: httpx.AsyncClient, key_for: KeyFor, new_party: NewParty, db: Database
) -> None:
    party = await new_party()
    headers = {**await key_for(Role.LENDER, party), "Idempotency-Key": "one"}

    answer = await client.post("/v1/do", json={"name": "a"}, headers=headers)

    async def told(uow: UnitOfWork) -> EventRow | None:
        query = select(EventRow).where(EventRow.subject == answer.json()["key"])
        return await uow.session.scalar(query)

    event = await db.read(told)
    assert event is not None
    assert event.actor == party
    assert event.actor_auth.startswith("key:key_")
    assert event.request_id == answer.headers["request-id"]
