"""A client's path over HTTP, checked by a script that knows the format page alone."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from sqlalchemy import text

from api.auth import Role
from api.services import Services
from finance import rails, safekeeping
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import Market, ok

SCRIPT = Path(__file__).parents[2] / "finance" / "safekeeping" / "by_the_page.py"


async def _told(uow: UnitOfWork) -> list[Any]:
    rows = await uow.session.execute(
        text(
            "SELECT data FROM event WHERE type = 'client_money.counted'"
            " AND data -> 'wallets' ->> 'currency' = 'USD' ORDER BY id"
        )
    )
    return list(rows.scalars())


@pytest.fixture
async def shown(
    new_person: NewPerson,
    operator: Person,
    services: Services,
    rail: rails.FakeRail,
    clock: StoppedClock,
    db: Database,
) -> tuple[Person, dict[str, Any], dict[str, Any]]:
    """A lender among five, its path, and the log's entry as an outsider has it."""
    market = Market(services, rail, clock, operator, operator)
    lenders = [await new_person(Role.LENDER) for _ in range(5)]
    for number, lender in enumerate(lenders):
        await market.join(lender, 10_000 + number)
    clock.advance(timedelta(days=1))
    await db.transact(safekeeping.count_all)
    data = (await db.read(_told))[-1]
    answer = ok(await lenders[2].get("/wallets/USD/proof"))
    return lenders[2], answer, {"type": "client_money.counted", "data": data}


def judge(folder: Path, answer: object, entry: object) -> tuple[int, str]:
    for name, content in (("answer", answer), ("entry", entry)):
        (folder / name).write_text(json.dumps(content))
    words = [sys.executable, str(SCRIPT), str(folder / "answer"), str(folder / "entry")]
    ended = run(words, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.slow
async def test_a_script_written_from_the_page_finds_the_balance_counted(
    shown: tuple[Person, dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    _, answer, entry = shown
    less = {**answer, "balance": {"minor": 1, "currency": "USD"}}
    negative = json.loads(json.dumps(answer))
    negative["steps"][0]["sum"] = "-1"
    other = {
        **entry,
        "data": {**entry["data"], "bank": {"minor": "1", "currency": "USD"}},
    }

    assert answer["balance"]["minor"] == 10_002
    assert judge(tmp_path, answer, entry) == (0, "ok\n")
    assert "the root" in judge(tmp_path, less, entry)[1]
    assert "a sum in decimal" in judge(tmp_path, negative, entry)[1]
    assert "what is there" in judge(tmp_path, answer, other)[1]


async def test_nobody_gets_anothers_path_and_supervisors_see_the_whole(
    shown: tuple[Person, dict[str, Any], dict[str, Any]],
    new_person: NewPerson,
) -> None:
    lender, answer, _ = shown
    stranger = await new_person(Role.LENDER)
    regulator = await new_person(Role.REGULATOR)

    refused = await stranger.get(f"/wallets/USD/proof?party={lender.party}")
    counts = ok(await regulator.get("/client-money?currency=USD"))["items"]
    unseen = await lender.get("/client-money")

    assert refused.status_code == 404
    assert unseen.status_code == 403
    assert counts[0] == answer["count"]
    assert counts[0]["wallets"]["minor"] == 50_010
