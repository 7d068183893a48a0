"""A file nobody could read is named on a page, column by column, and read."""

import pytest

from api.auth import Role
from ledger.ids import PartyId
from risk.identity import PartyKind
from tests.api.portal.conftest import Reader, SignedIn
from tests.api.portal.test_request_pages import upload
from tests.api.portal.world import FIRM, World

FILE = (
    "Account in USD\nWann;<b>Was</b>;Rein;Raus\n"
    "02.01.2026;Sale;5,00;\n03.01.2026;Rice;;4,50\n"
)  # fmt: skip
NAMED = {
    "column_0": "booked_on",
    "column_1": "reference",
    "column_2": "credit",
    "column_3": "debit",
}


@pytest.fixture
async def firm(world: World) -> PartyId:
    return await world.join(FIRM, PartyKind.FIRM)


@pytest.fixture
async def reader(firm: PartyId, signed_in: SignedIn) -> Reader:
    return await signed_in(Role.SME, firm)


async def test_a_firm_names_the_columns_and_its_file_is_read(reader: Reader) -> None:
    page = await upload(reader, FILE.encode(), "shop.csv")
    here = page.url.path
    assert here.startswith("/records/tables/table_")
    assert "What each column holds" in page.text
    assert "&lt;b&gt;Was&lt;/b&gt;" in page.text
    assert "<b>Was" not in page.text
    assert "02.01.2026 · 03.01.2026" in page.text
    page = await reader.open("/records")
    assert "Files that wait for the names of their columns" in page.text
    assert "Files that were not taken" not in page.text

    await reader.open(here)
    page = await reader.send(here, **NAMED | {"column_3": ""})
    assert page.status_code == 422
    assert "Name one column for the date" in page.text
    assert '<option value="credit" selected>' in page.text
    page = await reader.send(here, **NAMED)

    assert page.url.path.startswith("/records/stmt_")
    assert "The file was read and is kept." in page.text
    assert (await reader.open(here)).status_code == 404


async def test_an_operator_names_them_for_all_and_others_see_nothing(
    reader: Reader, world: World, signed_in: SignedIn
) -> None:
    here = (await upload(reader, FILE.encode(), "shop.csv")).url.path
    other = await signed_in(Role.SME, await world.join("Other", PartyKind.FIRM))
    for path in (here, f"{here}?line=1", "/records/tables/table_" + "0" * 26):
        assert (await other.open(path)).status_code == 404
    await other.open("/records")
    token = other.hidden("/sign-out")["token"]
    form = {"token": token, "once": "page_" + "0" * 26, "line": "2", **NAMED}
    for path in (here, f"{here}/forget"):
        answer = await other.client.post(path, data=form)
        assert answer.status_code == 404, path

    operator = await signed_in(Role.OPERATOR, world.operators[0])
    assert "shop.csv" in (await operator.open("/queue")).text
    page = await operator.open(here)
    assert "used for the files of all firms" in page.text
    page = await operator.send(here, **NAMED)
    assert "The file was read and is kept." in page.text


async def test_a_file_that_is_not_theirs_is_let_go(reader: Reader) -> None:
    here = (await upload(reader, FILE.encode(), "shop.csv")).url.path

    page = await reader.send(f"{here}/forget")

    assert "The file is deleted." in page.text
    assert (await reader.open(here)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"line": "x"},
        {"line": "0"},
        {"line": "-1"},
        {"line": "1" * 30},
        {"column_0": "booked"},
        {"column_99": "fee"},
        {"currency": "EUR" * 90},
        {f"column_{place}": "fee" for place in range(4, 99)},
        {f"other_{place}": "fee" for place in range(200)},
    ],
)
async def test_forms_nobody_made_are_refused(
    reader: Reader, wrong: dict[str, str]
) -> None:
    here = (await upload(reader, FILE.encode(), "shop.csv")).url.path

    page = await reader.send(here, **NAMED | wrong)

    assert page.status_code == 422
    assert (await reader.open(here)).status_code == 200
