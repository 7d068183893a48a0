"""A firm's pages: its requests with their reasons, its agreement, its payments."""

import pytest

from api.auth import Role
from finance import lending
from finance.lending import Loan
from ledger.database import Database
from ledger.ids import PartyId
from risk.identity import PartyKind
from risk.statements.sample import Profile
from tests.api.portal.conftest import Reader, SignedIn, plain
from tests.api.portal.world import FIRM, World, usd


@pytest.fixture
async def loan(world: World) -> Loan:
    firm = await world.join(FIRM, PartyKind.FIRM, pays_in=1_000)
    lender = await world.join("Chanthou", pays_in=9_000)
    offer = await world.offer(await world.apply(firm, usd(6_000)))
    return await world.fund(offer, lender)


@pytest.fixture
async def reader(loan: Loan, signed_in: SignedIn) -> Reader:
    return await signed_in(Role.SME, PartyId(loan.borrower))


async def test_refused_request_says_why_and_what_would_change_it(
    world: World, signed_in: SignedIn
) -> None:
    firm = await world.join(FIRM, PartyKind.FIRM)
    await world.apply(firm, usd(40_000), Profile.WEAK)
    reader = await signed_in(Role.SME, firm)

    page = await reader.open("/business")

    assert "Why the request was refused" in page.text
    assert "What would change it:" in page.text


async def test_agreement_is_given_byte_for_byte_and_accepted_by_its_hash(
    reader: Reader, loan: Loan, db: Database
) -> None:
    kept = await db.read(lending.get_agreement, loan_id=loan.id)

    document = await reader.client.get(f"/loans/{loan.id}/agreement")
    page = await reader.open(f"/loans/{loan.id}")
    assert document.content == kept.document
    assert kept.sha256.hex() in page.text

    page = await reader.send(f"/loans/{loan.id}/accept")

    assert "You have accepted the agreement." in page.text
    assert (await db.read(lending.get_loan, loan_id=loan.id)).status == "active"


async def test_another_document_is_not_accepted(
    reader: Reader, loan: Loan, db: Database
) -> None:
    for shown in ("00" * 32, "no hash"):
        await reader.open(f"/loans/{loan.id}")

        page = await reader.send(f"/loans/{loan.id}/accept", document_hash=shown)

        assert page.status_code in (409, 422)
    status = (await db.read(lending.get_loan, loan_id=loan.id)).status
    assert status == "awaiting_signature"


async def test_firm_pays_from_its_wallet(
    reader: Reader, loan: Loan, world: World
) -> None:
    await world.sign(loan)
    await reader.open(f"/loans/{loan.id}")

    page = await reader.send(f"/loans/{loan.id}/repayments", amount="300")

    assert "Your payment is received" in page.text
    assert "USD 300.00" in plain(page)
    assert "USD 700.00" in plain(page)


async def test_paying_more_than_there_is_says_how_much_is_free(
    reader: Reader, loan: Loan, world: World
) -> None:
    await world.sign(loan)
    await reader.open(f"/loans/{loan.id}")

    page = await reader.send(f"/loans/{loan.id}/repayments", amount="1000.01")

    assert page.status_code == 409
    assert "You have USD 1,000.00 free and need USD 1,000.01." in plain(page)
    assert 'value="1000.01"' in page.text


async def test_another_firms_loan_does_not_exist(
    loan: Loan, world: World, signed_in: SignedIn
) -> None:
    other = await world.join("Other", PartyKind.FIRM)
    reader = await signed_in(Role.SME, other)

    for page in ("", "/agreement"):
        answer = await reader.open(f"/loans/{loan.id}{page}")

        assert answer.status_code == 404
        assert FIRM[:10] not in answer.text
