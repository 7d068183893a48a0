"""From a file to a decision on pages: records, request, what if, override, replay."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import text

from api.auth import Role
from finance import lending
from ledger.clock import StoppedClock, business_date
from ledger.database import Database, UnitOfWork
from ledger.ids import PartyId, read_id
from ledger.money import Currency
from risk import statements
from risk.identity import PartyKind
from risk.statements import Profile, sample_statement
from tests.api.portal.conftest import Reader, SignedIn, plain
from tests.api.portal.world import FIRM, World, usd

FORM = {"amount": "6000", "months": "12", "method": "annuity"}
WISH = {**FORM, "security": "", "cover": ""}


def a_file(clock: StoppedClock, months: int = 12) -> bytes:
    return sample_statement(
        seed=7,
        profile=Profile.STRONG,
        currency=Currency.USD,
        months=months,
        ends_on=business_date(clock.now()) - timedelta(days=1),
    )


async def upload(
    reader: Reader, content: bytes, name: str = "year.csv", to: str = "/records"
):
    await reader.open("/records")
    token = reader.page.text.split('name="token" value="')[1].split('"')[0]
    reader.page = await reader.client.post(
        to,
        data={"token": token},
        files={"file": (name, content, "text/csv")},
        follow_redirects=True,
    )
    return reader.page


INVOICES = b"""Invoice no,Customer,Invoice date,Due date,Paid date,Amount,Currency
A1,Sok Heng,2025-11-02,2025-12-02,2025-12-12,100.00,USD
A2,Dara,2025-11-03,2025-12-03,,40.00,USD
"""


@pytest.fixture
async def firm(world: World) -> PartyId:
    return await world.join(FIRM, PartyKind.FIRM)


@pytest.fixture
async def reader(firm: PartyId, signed_in: SignedIn) -> Reader:
    return await signed_in(Role.SME, firm)


async def test_a_list_of_invoices_is_counted_in_the_next_request(
    reader: Reader,
    clock: StoppedClock,
    db: Database,
    world: World,
    signed_in: SignedIn,
) -> None:
    await upload(reader, a_file(clock))
    page = await upload(reader, INVOICES, "ar.csv", "/records/invoices")
    assert "Lists of invoices you have sent" in page.text
    assert "ar.csv" in page.text

    place = page.text.split('href="/records/invoices/')[1].split('"')[0]
    page = await reader.open(f"/records/invoices/{place}")
    assert "Sok Heng" in page.text
    assert "12 Dec 2025" in page.text
    page = await reader.open(f"/records/invoices/{place}?after=1&limit=1")
    assert "Sok Heng" not in page.text
    assert "Dara" in page.text
    assert (await reader.open(f"{page.url.path}?after=x")).status_code == 404

    page = await upload(
        reader, INVOICES.replace(b"40.00", b"4O"), "no.csv", "/records/invoices"
    )
    assert "line 3: the amount is missing or not a clear number" in plain(page)

    assert "ar.csv" in (await reader.open("/apply")).text
    page = await reader.send("/apply", **FORM, currency="USD", purpose="Rice")
    asked = await db.read(
        lending.get_application, application_id=page.url.path.rpartition("/")[2]
    )
    assert asked.decision["features"]["late_payment_share"] == "1.0000"
    assert f'href="/records/invoices/{place}"' in page.text
    other = await signed_in(Role.SME, await world.join("Other", PartyKind.FIRM))
    assert (await other.open(f"/records/invoices/{place}")).status_code == 404


async def test_a_file_becomes_a_record_a_request_and_an_answer(
    reader: Reader, clock: StoppedClock
) -> None:
    page = await upload(reader, a_file(clock))
    assert "The file was read and is kept." in page.text
    assert "<svg" in page.text
    assert "Lowest balance" in page.text

    await reader.open("/apply")
    page = await reader.send(
        "/apply", **FORM, currency="USD", purpose="Rice for the harvest"
    )

    assert page.url.path.startswith("/requests/app_")
    assert "Your request is answered." in page.text
    assert "Expected loss" in page.text
    assert "Chance of default in a year" in page.text

    address = page.url.path
    page = await reader.client.get(address, params=WISH | {"amount": "90000"})
    assert "Would be refused" in page.text
    covered = {"security": "guarantee", "cover": "80"}
    page = await reader.client.get(address, params=WISH | covered)
    assert "Would be accepted" in page.text
    page = await reader.client.get(address, params=WISH | covered | {"cover": "101"})
    assert "from 1 to 100 percent" in page.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\x02" * 50, "Not done."),
        (b"", "Not done."),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "Not done."),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_and_named(
    reader: Reader, content: bytes, said: str
) -> None:
    page = await upload(reader, content, "<b>odd</b>.csv")

    assert page.status_code == 422
    assert said in page.text
    assert "Files that were not taken" in page.text
    assert "<b>odd</b>" not in page.text


async def test_a_file_too_large_is_said_in_words_of_a_shop(reader: Reader) -> None:
    page = await upload(reader, b"a" * (11 * 1024 * 1024))

    assert page.status_code == 413
    assert "The file is larger than 10 MB." in page.text


async def test_an_upload_without_its_form_or_file_is_refused(
    reader: Reader, clock: StoppedClock
) -> None:
    await reader.open("/records")
    token = reader.page.text.split('name="token" value="')[1].split('"')[0]
    posts = [
        ({"files": {"file": ("a.csv", b"1")}}, 403),
        ({"data": {"token": token}}, 422),
        ({"content": b"token=", "headers": {"content-type": "multipart/form-data"}}, 422),
        ({"data": {"token": token}, "files": {"other": ("a", b"1")}}, 422),
        (
            {
                "data": {"token": token},
                "files": [("file", ("a", b"1")), ("file", ("b", b"1"))],
            },
            422,
        ),
    ]  # fmt: skip

    for sent, status in posts:
        answer = await reader.client.post("/records", **sent)
        assert answer.status_code == status, sent


async def test_only_the_page_that_uploads_may_run_our_script(reader: Reader) -> None:
    page = await reader.open("/records")
    assert (
        "script-src 'self'; connect-src 'self'"
        in (page.headers["content-security-policy"])
    )
    assert page.text.count("<script") == 1

    page = await reader.open("/apply")
    assert "script-src" not in page.headers["content-security-policy"]
    assert "<script" not in page.text


async def test_another_firms_record_and_request_do_not_exist(
    world: World, firm: PartyId, signed_in: SignedIn
) -> None:
    application = await world.apply(firm, usd(6_000))
    other = await world.join("Other", PartyKind.FIRM)
    reader = await signed_in(Role.SME, other)

    for address in (
        f"/records/{application.statements[0]}",
        f"/requests/{application.id}",
        "/records/stmt_" + "0" * 26,
        "/requests/app_" + "0" * 26,
        "/requests/nonsense",
    ):
        answer = await reader.open(address)
        assert answer.status_code == 404, address
    assert (await reader.open(f"/queue/{application.id}")).status_code == 403


async def test_a_short_history_has_no_score_but_the_way_to_one(
    reader: Reader, clock: StoppedClock, world: World, signed_in: SignedIn
) -> None:
    await upload(reader, a_file(clock, months=2))
    await reader.open("/apply")
    page = await reader.send("/apply", **FORM, currency="USD", purpose="Rice")
    assert "No score yet: the records are too short." in page.text
    assert "Write down each sale and cost for eight weeks" in page.text
    assert "Expected loss" not in page.text
    for_itself = (await reader.open("/business")).text
    assert "No score yet" in for_itself
    assert "Grade" not in for_itself
    page = await reader.open(page.url.path)
    queue = f"/queue/{page.url.path.removeprefix('/requests/')}"

    one, two = world.operators
    reader = await signed_in(Role.OPERATOR, one)
    assert FIRM[:10] in (await reader.open("/queue")).text
    await reader.open(queue)
    page = await reader.send(f"{queue}/override", reason="Known for years.")
    assert "A second person must agree." in page.text
    page = await reader.open(queue)
    assert f'action="{queue}/override/' not in page.text
    assert "You proposed this yourself." in page.text

    reader = await signed_in(Role.OPERATOR, two)
    page = await reader.open(queue)
    assert "Known for years." in page.text
    page = await reader.send(f"{queue}/override/approve")
    assert "The refusal is set aside." in page.text
    page = await reader.open(queue)
    assert "A refusal was set aside by two people:" in page.text
    assert "First person: review" in page.text


async def test_records_in_another_currency_are_said_not_to_count(
    reader: Reader, clock: StoppedClock
) -> None:
    ends_on = business_date(clock.now()) - timedelta(days=1)
    for currency in (Currency.USD, Currency.KHR):
        content = sample_statement(
            7, Profile.STRONG, ends_on=ends_on, currency=currency
        )
        await upload(reader, content, f"{currency}.csv")
    await reader.open("/apply")
    page = await reader.send("/apply", **FORM, currency="USD", purpose="Rice")

    _, counted, not_counted = page.text.rpartition("The records it stands on")[2].split(
        '<a href="/records/'
    )

    if "KHR.csv" in counted:
        counted, not_counted = not_counted, counted
    assert "Not counted" not in counted
    assert "Not counted: it is in another currency" in not_counted
    assert "First payment" in page.text


async def test_a_kept_file_that_was_changed_is_told_by_its_replay(
    world: World, firm: PartyId, signed_in: SignedIn, admin_db: Database
) -> None:
    application = await world.apply(firm, usd(6_000))
    await admin_db.transact(_break_a_heading, statement_id=application.statements[0])
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    page = await reader.open(f"/queue/{application.id}?replay=true")

    assert page.status_code == 200
    assert "can no longer be read as they were" in page.text
    assert "Something differs" in page.text
    assert f"files.{application.statements[0]}" in page.text
    reader = await signed_in(Role.SME, firm)
    page = await reader.open(f"/requests/{application.id}")
    assert page.status_code == 200


async def _break_a_heading(uow: UnitOfWork, *, statement_id: str) -> None:
    _, content = await statements.get_content(uow, statement_id=statement_id)
    await uow.session.execute(text("SET LOCAL session_replication_role = replica"))
    broken = content.replace(b"Transaction Date", b"Transaction Dxte", 1)
    assert broken != content
    await uow.session.execute(
        text(
            "UPDATE statement SET content = :c, sha256 = sha256(CAST(:c AS bytea))"
            " WHERE id = :id"
        ),
        {"c": broken, "id": read_id("stmt", statement_id)},
    )


async def test_a_refused_file_is_told_by_its_sentence_in_both_languages(
    reader: Reader,
) -> None:
    await upload(reader, b"Date,Amount,Currency\n2026-01-02,x,USD\n", "own.csv")

    page = await reader.open("/records")
    assert "own.csv, line 2: the amount is not a clear number." in page.text
    await reader.open("/language/km?back=/records")
    assert "own.csv ជួរ 2៖" in reader.page.text


async def test_a_language_is_chosen_for_the_page_as_it_was_asked(
    reader: Reader,
) -> None:
    page = await reader.open("/quote?amount=5000&currency=USD&months=12&method=annuity")
    links = re.findall(r'href="(/language/km[^"]+)"', page.text)

    page = await reader.open(unescape(links[0]))

    assert page.url.query == b"amount=5000&currency=USD&months=12&method=annuity"
    assert '<html lang="km">' in page.text


async def test_what_a_firm_does_is_chosen_and_not_left_as_it_stood(
    world: World, firm: PartyId, signed_in: SignedIn
) -> None:
    application = await world.apply(firm, usd(6_000))
    reader = await signed_in(Role.OPERATOR, world.operators[0])
    here = f"/queue/{application.id}"
    page = await reader.open(here)
    assert '<option value="">Choose</option>' in page.text

    page = await reader.send(f"{here}/firm", sector="", province="KH-2")

    assert page.status_code == 422


async def test_an_operator_sees_limits_and_replays_the_decision(
    world: World, firm: PartyId, signed_in: SignedIn
) -> None:
    application = await world.apply(firm, usd(6_000))
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    page = await reader.open(f"/queue/{application.id}?replay=true")

    assert "The same to the last byte" in page.text
    assert "Its line of business" in page.text
    assert "limits count it apart" in page.text
    assert "150,000.00" in plain(page)

    here = f"/queue/{application.id}"
    page = await reader.send(f"{here}/firm", sector="food", province="KH-2")
    assert "is recorded." in page.text
    page = await reader.open(here)
    assert '<option value="food" selected>' in page.text
    page = await reader.send(f"{here}/firm", sector="food", province="XX-1")
    assert page.status_code == 422


async def test_the_risk_page_shows_the_book_and_is_for_staff(
    world: World, firm: PartyId, signed_in: SignedIn
) -> None:
    lender = await world.join("Chanthou", pays_in=9_000)
    offer = await world.offer(await world.apply(firm, usd(6_000)))
    await world.sign(await world.fund(offer, lender))

    page = await (await signed_in(Role.REGULATOR)).open("/risk")
    assert "Equal to the ledger to the cent" in page.text
    assert "USD 6,000.00" in plain(page)
    assert "The riel falls by a fifth" in page.text
    assert (await (await signed_in(Role.SME)).open("/risk")).status_code == 403
