"""A small application with a guarded door, to be knocked at."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends

from api import auth
from api.app import create_app
from api.auth import Caller, Role
from api.http.router import make_router
from api.services import Services
from api.wire import BusinessDate, In, Limit, MoneyIn, MoneyOut, Name, PartyRef
from finance import rails
from ledger.clock import StoppedClock
from ledger.errors import Conflict, InvariantBroken, Unavailable
from ledger.paging import DEFAULT_PAGE
from tests.api.conftest import KeyFor, NewPerson, client_of
from tests.api.http.market import Market

Lender = Annotated[Caller, Depends(auth.role(Role.LENDER))]


class TestClosed(Conflict):
    __test__ = False
    code = "test_closed"
    message = "This {thing} is closed."


class EchoIn(In):
    amount: MoneyIn
    name: Name = "x"
    on: BusinessDate | None = None


def echo_router() -> APIRouter:
    router = make_router("echo")

    @router.post("/echo")
    async def echo(body: EchoIn, _: Lender) -> MoneyOut:
        return MoneyOut.of(body.amount.to_money())

    @router.get("/echo/{party_id}")
    async def show(party_id: PartyRef, _: Lender, limit: Limit = DEFAULT_PAGE) -> int:
        return limit

    @router.get("/fail/{kind}")
    async def fail(kind: str, _: Annotated[None, Depends(auth.anyone())]) -> None:
        raise {
            "refused": TestClosed(thing="offer"),
            "away": Unavailable("gone"),
            "broken": InvariantBroken("sums to zero"),
            "unknown": RuntimeError("secret of a person"),
        }[kind]

    return router


@pytest.fixture
async def market(
    services: Services, rail: rails.FakeRail, clock: StoppedClock, new_person: NewPerson
) -> Market:
    """Two operators, a provider and a clock."""
    reviewer, approver = [await new_person(Role.OPERATOR) for _ in range(2)]
    return Market(services, rail, clock, reviewer, approver)


@pytest.fixture
async def door(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app(services, routers=[echo_router()])) as client:
        yield client


@pytest.fixture
async def shown(key_for: KeyFor) -> dict[str, str]:
    """What a lender shows at the door."""
    return await key_for(Role.LENDER)
