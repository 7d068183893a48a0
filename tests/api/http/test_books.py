"""The books and the log over HTTP: staff look, the log proves itself."""

import asyncio
import io
import sys
import zipfile
from pathlib import Path

import psycopg
import pytest

from api.app import create_app
from api.auth import Role
from api.services import Services
from finance import rails
from ledger import audit
from ledger.audit import load_or_create_signer
from ledger.clock import StoppedClock
from ledger.database import Database
from tests.api.conftest import KeyFor, Person, client_of
from tests.api.http.market import Market, ok


@pytest.fixture
def signer(tmp_path: Path) -> audit.Signer:
    return load_or_create_signer(tmp_path / "log.key", "test/log")


@pytest.fixture
def services(db: Database, rail: rails.FakeRail, signer: audit.Signer) -> Services:
    return Services(db, {rail.name: rail}, pays_by=rail.name, signer=signer)


@pytest.fixture
async def deposit(
    lender: Person,
    operator: Person,
    services: Services,
    rail: rails.FakeRail,
    clock: StoppedClock,
) -> str:
    """500 dollars in a wallet, told by the provider."""
    market = Market(services, rail, clock, operator, operator)
    await market.join(lender, 50_000)
    (movement,) = ok(await lender.get("/wallets/USD/movements"))["items"]
    return str(movement["entry"])


async def test_the_trial_balance_sums_to_zero(regulator: Person, deposit: str) -> None:
    lines = ok(await regulator.get("/ledger/trial-balance"))["items"]

    assert sum(line["debits"] - line["credits"] for line in lines) == 0
    assert {line["kind"] for line in lines if line["debits"]} == {"transit"}


async def test_an_entry_leads_to_its_accounts_and_back(
    regulator: Person, deposit: str
) -> None:
    booked = ok(await regulator.get(f"/ledger/entries/{deposit}"))
    account = booked["legs"][1]["account"]
    standing = ok(await regulator.get(f"/ledger/accounts/{account}"))
    steps = ok(await regulator.get(f"/ledger/accounts/{account}/movements"))

    assert [leg["units"] for leg in booked["legs"]] == [50_000, -50_000]
    assert standing["posted"] == standing["available"] == 50_000
    assert [step["entry"] for step in steps["items"]] == [deposit]
    assert not steps["has_more"]


async def test_accounts_are_listed_by_book_and_kind(
    regulator: Person, deposit: str
) -> None:
    path = "/ledger/accounts?book=client_money&kind=wallet"

    (account,) = ok(await regulator.get(path))["items"]

    assert account["normal_side"] == "credit"


async def test_the_laws_hold(regulator: Person, deposit: str) -> None:
    assert ok(await regulator.get("/ledger/breaches"))["items"] == []


async def test_a_broken_law_is_named(
    db: Database, regulator: Person, deposit: str, owner_url: str
) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE balance SET posted_credits = posted_credits + 7"
            " WHERE posted_credits > 0"
        )

    found = ok(await regulator.get("/ledger/breaches"))["items"]

    assert found
    assert all(breach["law"] and breach["where"] for breach in found)


async def test_the_head_is_for_everyone_and_the_export_proves_itself(
    regulator: Person, deposit: str, db: Database, signer: audit.Signer, tmp_path: Path
) -> None:
    before = await regulator.client.get("/v1/audit/checkpoint")
    while await db.transact(audit.seal, signer):
        pass

    head = await regulator.client.get("/v1/audit/checkpoint")
    key = await regulator.client.get("/v1/audit/key")
    packed = await regulator.get("/audit/export")
    zipfile.ZipFile(io.BytesIO(packed.content)).extractall(tmp_path / "out")
    out = tmp_path / "out"
    verdict = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(out / "verify.py"), str(out), "--key", key.text
    )

    assert (before.status_code, before.json()["code"]) == (409, "nothing_sealed")
    assert head.text.splitlines()[0] == "test/log"
    assert key.text.startswith("test/log+")
    assert packed.headers["content-type"] == "application/zip"
    assert await verdict.wait() == 0


async def test_without_a_log_there_is_nothing_to_export(
    db: Database, key_for: KeyFor
) -> None:
    app = create_app(Services(db))

    async with client_of(app) as client:
        answer = await client.get(
            "/v1/audit/export", headers=await key_for(Role.REGULATOR)
        )

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_sealed")
