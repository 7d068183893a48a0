"""Pages of operators and the regulator: two people decide, and anyone can check."""

import io
import zipfile
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from api import portal
from api.auth import Role
from api.jobs import days
from finance import lending
from finance.lending import Application
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from risk.identity import PartyKind
from tests.api.portal.conftest import Reader, SignedIn
from tests.api.portal.world import FIRM, World, usd
from tests.counting import counted


@pytest.fixture
async def application(world: World) -> Application:
    firm = await world.join(FIRM, PartyKind.FIRM)
    return await world.apply(firm, usd(6_000))


async def test_two_operators_open_an_offer_and_one_alone_cannot(
    world: World, application: Application, signed_in: SignedIn, db: Database
) -> None:
    one, two = world.operators
    address = f"/queue/{application.id}"
    reader = await signed_in(Role.OPERATOR, one)
    page = await reader.open("/queue")
    assert "Waits for review" in page.text
    await reader.open(address)
    await reader.send(f"{address}/review", note="All statements read.")

    page = await reader.open(address)
    assert f"{address}/approve" not in page.text

    reader = await signed_in(Role.OPERATOR, two)
    page = await reader.open(address)
    assert "All statements read." in page.text
    page = await reader.send(f"{address}/approve", open_days="30")

    assert "Approved. The offer is open to lenders." in page.text
    kept = await db.read(lending.get_application, application_id=application.id)
    assert kept.status == "listed"


async def test_the_queue_says_that_the_clock_is_stopped(
    world: World, signed_in: SignedIn, db: Database, clock: StoppedClock
) -> None:
    await days.count_days(db)
    reader = await signed_in(Role.OPERATOR, world.operators[0])
    before = await reader.open("/queue")
    clock.advance(timedelta(days=3))
    await db.transact(lending.dayend.watch_clock)
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    page = await reader.open("/queue")

    assert "The clock is stopped." not in before.text
    assert "The clock is stopped." in page.text


async def test_the_queue_asks_the_database_no_more_for_more_applications(
    world: World, application: Application, signed_in: SignedIn, db: Database
) -> None:
    reader = await signed_in(Role.OPERATOR, world.operators[0])
    with counted(db) as for_one:
        await reader.open("/queue")
    await world.apply(await world.join("Lotus Silk", PartyKind.FIRM), usd(3_000))

    with counted(db) as for_two:
        page = await reader.open("/queue")

    assert "Lotus Silk" in page.text
    assert len(for_two) == len(for_one)


async def test_operator_declines_with_a_reason(
    world: World, application: Application, signed_in: SignedIn, db: Database
) -> None:
    reader = await signed_in(Role.OPERATOR, world.operators[0])
    await reader.open(f"/queue/{application.id}")

    page = await reader.send(f"/queue/{application.id}/decline", reason="No licence.")

    assert "The application is declined." in page.text
    kept = await db.read(lending.get_application, application_id=application.id)
    assert kept.status == "declined"


async def test_queue_says_when_it_is_clear_and_that_books_balance(
    signed_in: SignedIn, world: World
) -> None:
    await world.join("Chanthou", pays_in=100)
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    page = await reader.open("/queue")

    assert "The queue is clear." in page.text
    assert "No payout is unknown or failed." in page.text
    assert page.text.count('class="n">100.00</td>') == 2
    assert "Balances" in page.text
    assert "Differs" not in page.text


async def _check(reader: Reader, app: FastAPI) -> str:
    await reader.open("/audit")
    shared: portal.Portal = app.state.portal
    await shared.auditor.finish()
    return (await reader.open("/audit")).text


async def test_regulator_sees_the_log_verified_and_every_law_hold(
    world: World, application: Application, signed_in: SignedIn, app: FastAPI
) -> None:
    await world.join("Chanthou", pays_in=100)
    await world.seal()
    reader = await signed_in(Role.REGULATOR)

    page = await _check(reader, app)

    assert "Valid: nothing was changed" in page
    assert "All accounts of a book sum to zero in each asset." in page
    assert "Broken" not in page
    assert "Matches" in page


async def test_export_unpacks_to_a_bundle_with_its_verifier(
    world: World, application: Application, signed_in: SignedIn, app: FastAPI
) -> None:
    await world.seal()
    reader = await signed_in(Role.REGULATOR)
    await _check(reader, app)

    answer = await reader.client.get("/audit/export")

    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {"verify.py", "checkpoint", "manifest.json"} <= set(names)


async def test_changed_entry_is_told_loudly(
    world: World,
    application: Application,
    signed_in: SignedIn,
    app: FastAPI,
    admin_db: Database,
) -> None:
    await world.seal()
    await admin_db.transact(_touch_first_entry)
    reader = await signed_in(Role.REGULATOR)

    page = await _check(reader, app)

    assert "Changed: the log is not what was signed" in page
    assert "Valid: nothing was changed" not in page


_FLIP = (
    "UPDATE audit_entry SET canonical ="
    " set_byte(canonical, 40, get_byte(canonical, 40) # 1) WHERE seq = 0"
)


async def _touch_first_entry(uow: UnitOfWork) -> None:
    for statement in (
        "SET session_replication_role = replica",
        "ALTER TABLE audit_entry DROP CONSTRAINT ck_audit_entry_leaf_hash",
        _FLIP,
    ):
        await uow.session.execute(text(statement))


async def test_a_regulator_follows_a_decision_and_makes_it_again(
    application: Application, signed_in: SignedIn
) -> None:
    reader = await signed_in(Role.REGULATOR)

    page = await reader.open("/decisions")
    assert f'href="/queue/{application.id}"' in page.text
    page = await reader.open(f"/queue/{application.id}?replay=true")

    assert "The same to the last byte" in page.text
    assert "The records it stands on" in page.text
    assert '<form method="post" action="/queue' not in page.text
    form = {"token": reader.hidden("/sign-out")["token"], "note": "x"}
    answer = await reader.client.post(f"/queue/{application.id}/review", data=form)
    assert answer.status_code == 403
    assert (await reader.open("/decisions?after=nonsense")).status_code == 404


OTHERS = [
    (Role.SME, "/decisions"),
    (Role.LENDER, "/decisions"),
    (Role.LENDER, "/business"),
    (Role.LENDER, "/queue"),
    (Role.LENDER, "/audit/export"),
    (Role.SME, "/portfolio"),
    (Role.OPERATOR, "/audit/export"),
    (Role.REGULATOR, "/keys"),
    (Role.OPERATOR, "/proofs"),
    (Role.REGULATOR, "/queue"),
]


@pytest.mark.parametrize(("role", "path"), OTHERS)
async def test_pages_of_other_roles_are_refused_in_the_same_look(
    signed_in: SignedIn, role: Role, path: str
) -> None:
    reader = await signed_in(role)

    page = await reader.open(path)

    assert page.status_code == 403
    assert "Your role may not do this." in page.text
    assert "Sign out" in page.text


async def test_address_of_nothing_is_answered_as_a_page_or_a_problem(
    reader: Reader,
) -> None:
    page = await reader.open("/nowhere")
    problem = await reader.client.get("/v1/nowhere")

    assert (page.status_code, problem.status_code) == (404, 404)
    assert "There is no such page" in page.text
    assert "Not done." not in page.text
    assert page.headers["content-type"].startswith("text/html")
    assert problem.headers["content-type"] == "application/problem+json"
