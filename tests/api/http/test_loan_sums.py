"""A plan as a sheet with its sums, ways of paying early, and how a loan is graded."""

import csv
import io
import zipfile
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from api import sheets
from tests.api.conftest import Person
from tests.api.http.market import Json, Market, ok
from tests.api.http.test_loans import lenders, loan, offer

__all__ = ["lenders", "loan", "offer"]

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


async def test_a_schedule_as_csv_has_its_rows_the_sums_of_each_year_and_of_all(
    sme: Person, loan: Json
) -> None:
    path = f"/loans/{loan['id']}/schedule"
    plan = ok(await sme.get(path))

    answer = await sme.get(f"{path}.csv")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "schedule.csv" in answer.headers["content-disposition"]
    title, head, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    sums = [line for line in lines if line[0].startswith("Total")]
    rows = [line for line in lines if line not in sums]
    assert title == ["As first agreed"]
    assert head[3:8] == ["Principal", "Interest", "Fee", "Payment", "Balance"]
    assert [int(row[0]) for row in rows] == [row["number"] for row in plan["rows"]]
    assert [line[0] for line in sums] == ["Total 2026", "Total 2027", "Total"]
    for column, name in ((3, "principal"), (4, "interest"), (6, "payment")):
        parts = [Decimal(line[column]) for line in sums]
        assert parts[0] + parts[1] == parts[2] == Decimal(plan[name]["minor"]) / 100
        assert sum(Decimal(row[column]) for row in rows) == parts[2]


async def test_a_schedule_as_a_workbook_holds_numbers_and_no_formula(
    sme: Person, loan: Json
) -> None:
    answer = await sme.get(f"/applications/{loan['application']}/schedule.xlsx")

    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - ours
    assert sheet.find(f".//{SHEET}f") is None
    lines = sheet.findall(f".//{SHEET}row")
    assert len(lines) == 1 + 12 + 2 + 1
    last = [cell.findtext(f"{SHEET}v") for cell in lines[-1]]
    assert Decimal(last[3] or 0) == 5_000


def test_text_is_never_a_formula() -> None:
    table: sheets.Table = [["=1+1", "@SUM(A1)", "-2", "+3", "plain"], [Decimal("-1.5")]]

    said = list(csv.reader(io.StringIO(sheets.to_csv(table).decode("utf-8-sig"))))
    with zipfile.ZipFile(io.BytesIO(sheets.to_xlsx(table))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()

    assert said == [["'=1+1", "'@SUM(A1)", "'-2", "'+3", "plain"], ["-1.5"]]
    assert "<f>" not in sheet
    assert "<v>-1.5</v>" in sheet


async def test_a_stranger_gets_no_sheet(loan: Json, lender: Person) -> None:
    for path in (f"/loans/{loan['id']}", f"/applications/{loan['application']}"):
        assert (await lender.get(f"{path}/schedule.csv")).status_code == 404


@pytest.mark.slow
async def test_ways_of_paying_early_stand_side_by_side(
    market: Market, sme: Person, loan: Json
) -> None:
    path = f"/loans/{loan['id']}/payoff"
    await market.pass_days(10)
    quote = ok(await sme.get(path))

    closing = ok(await sme.get(f"{path}/options"))["items"]
    partly = ok(await sme.get(f"{path}/options?amount_minor=200000"))["items"]
    wrong = [
        (await sme.get(f"{path}/options?amount_minor={sent}")).status_code
        for sent in ("0", "-5", "1e3", "1_000", "٣")
    ]

    ways = {one["way"]: one for one in partly}
    assert [one["way"] for one in closing] == [
        "as_agreed",
        "payoff_to_date",
        "payoff_to_period_end",
    ]
    assert ways["payoff_to_date"]["pays_now"] == quote["total"]
    assert ways["shorten"]["saved"]["minor"] > ways["reamortise"]["saved"]["minor"] > 0
    assert wrong == [422] * 5


@pytest.mark.slow
async def test_a_loan_is_graded_by_its_days_past_due(
    market: Market, sme: Person, loan: Json
) -> None:
    path = f"/loans/{loan['id']}/state"
    seen = []
    for days in (31, 16, 16, 40):
        await market.pass_days(days)
        state = ok(await sme.get(path))
        grade = state["grade"]
        seen.append((state["days_past_due"], grade["name"], grade["stage"]))

    assert [name for _, name, _ in seen] == [
        "normal",
        "special_mention",
        "substandard",
        "doubtful",
    ]
    assert [stage for _, _, stage in seen] == [1, 1, 2, 2]


async def test_a_lender_sees_the_flows_of_their_own_note_alone(
    operator: Person, sme: Person, lenders: list[Person], loan: Json
) -> None:
    path = f"/loans/{loan['id']}/holders"

    of_all = ok(await operator.get(path))["items"]
    of_one = ok(await lenders[0].get(path))["items"]
    of_firm = ok(await sme.get(path))["items"]

    assert len(of_all) == len(lenders) > len(of_one) == 1
    assert of_one[0]["note"]["lender"] == lenders[0].party
    assert of_firm == []
