"""Statements and the whole book over HTTP: whose, of which days, in which format."""

import csv
import io
import json
from datetime import timedelta

import pytest

from api.services import Services
from finance import rails
from ledger import accounts
from ledger.accounts import Side
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from risk.statements import read_accounts
from tests.api.conftest import Person
from tests.api.http.market import Market, ok

MONTH = "starts_on=2026-01-01&ends_on=2026-01-31"


@pytest.fixture
async def paid_in(
    lender: Person,
    operator: Person,
    services: Services,
    rail: rails.FakeRail,
    clock: StoppedClock,
) -> Person:
    """Somebody with 500 dollars, some weeks ago."""
    await Market(services, rail, clock, operator, operator).join(lender, 50_000)
    clock.advance(timedelta(days=40))
    return lender


async def account_of(staff: Person) -> str:
    (account,) = ok(await staff.get("/ledger/accounts?path=wallet"))["items"]
    return str(account["id"])


async def test_an_owner_reads_the_own_wallet_in_three_formats(paid_in: Person) -> None:
    path = f"/wallets/USD/statement?{MONTH}"

    as_json = await paid_in.get(path)
    as_csv = await paid_in.get(f"{path}&form=csv")
    as_camt = await paid_in.get(f"{path}&form=camt053")

    shown = json.loads(as_json.content)
    assert (shown["opening"], shown["closing"]) == ("0", "50000")
    assert shown["since"] == "2025-12-31T17:00:00.000000Z"
    assert shown["until"] == "2026-01-31T17:00:00.000000Z"
    rows = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    assert [row["balance"] for row in rows] == ["0.00", "500.00", "500.00"]
    (read,) = read_accounts("statement.xml", as_camt.content)
    assert (read.opening, read.closing) == (0, 50_000)
    assert b"<Dt>2026-01-31</Dt>" in as_camt.content
    assert "statement-20260101-20260131.xml" in as_camt.headers["content-disposition"]


async def test_staff_read_any_account_and_nobody_another_wallet(
    paid_in: Person, sme: Person, regulator: Person
) -> None:
    account = await account_of(regulator)
    hers = f"/wallets/USD/statement?{MONTH}&party={paid_in.party}"

    by_account = await regulator.get(f"/ledger/accounts/{account}/statement?{MONTH}")
    by_wallet = await regulator.get(hers)
    by_stranger = await sme.get(hers)

    assert by_account.content == by_wallet.content
    assert (by_stranger.status_code, by_stranger.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("starts_on=2026-01-31&ends_on=2026-01-01", "span_unusable"),
        ("starts_on=2026-01-01&ends_on=2027-01-01", "span_unusable"),
        ("starts_on=2026-01-01", "field_missing"),
        ("starts_on=2026-1-1&ends_on=2026-01-31", "date_malformed"),
        (f"{MONTH}&form=pdf", "choice_unknown"),
    ],
)
async def test_a_span_that_cannot_be_is_refused(
    paid_in: Person, query: str, code: str
) -> None:
    answer = await paid_in.get(f"/wallets/USD/statement?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_shares_have_no_bank_statement(
    db: Database, regulator: Person, share_account: str
) -> None:
    path = f"/ledger/accounts/{share_account}/statement"
    day = "starts_on=2026-01-05&ends_on=2026-01-05"

    units = await regulator.get(f"{path}?{day}")
    money = await regulator.get(f"{path}?{day}&form=camt053")

    assert json.loads(units.content)["exponent"] == 0
    assert (money.status_code, money.json()["code"]) == (422, "statement_not_of_money")


@pytest.fixture
async def share_account(db: Database) -> str:
    async def make(uow: UnitOfWork) -> str:
        await accounts.register_share_class(uow, code="share_of_a_firm")
        spec = accounts.Spec(
            accounts.REGISTER, "holder", "holder", "share_of_a_firm", Side.CREDIT
        )
        return (await accounts.open_all(uow, [spec]))[0]

    return await db.transact(make)


@pytest.mark.parametrize(
    ("form", "leg"),
    [
        ("beancount", "Assets:Client-money:Transit:USD  500.00 USD"),
        ("hledger", 'assets:client_money:transit:USD  500.00 "USD"'),
    ],
)
async def test_the_whole_book_is_handed_to_staff(
    paid_in: Person, operator: Person, form: str, leg: str
) -> None:
    written = await operator.get(f"/ledger/export?form={form}")

    assert written.status_code == 200
    assert leg in written.text
    assert "attachment" in written.headers["content-disposition"]


async def test_a_book_is_browsed_from_its_branches_to_its_leaves(
    paid_in: Person, operator: Person
) -> None:
    path = "/ledger/branches?book=client_money"

    top = ok(await operator.get(path))["items"]
    below = ok(await operator.get(f"{path}&path=wallet"))["items"]
    first = ok(await operator.get(f"{path}&limit=1"))
    rest = ok(await operator.get(f"{path}&after={first['next_after']}"))

    sums = {one["path"]: one["debits"] - one["credits"] for one in top}
    assert sums == {"suspense": 0, "transit": 50_000, "wallet": -50_000}
    assert [one["path"] for one in below] == [f"wallet/{paid_in.party}"]
    assert [one["path"] for one in first["items"] + rest["items"]] == [*sums]
    assert not rest["has_more"]


async def test_a_statement_from_the_first_day_there_is_holds_everything(
    paid_in: Person,
) -> None:
    span = "starts_on=0001-01-01&ends_on=2026-01-31"

    for form in ("json", "csv", "camt053"):
        told = await paid_in.get(f"/wallets/USD/statement?{span}&form={form}")
        assert told.status_code == 200
