"""An agreement is signed by its borrower and the operator, and both become one signature."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts import bls
from contracts import signing as rules
from contracts.errors import LevelTooLow, SignatureInvalid
from contracts.keys import ProvenKey, Vault
from contracts.signing import AgreementMessage
from finance import lending, raising, signing
from finance.lending import LoanStatus
from finance.signing import Custody, Purpose, Shown
from risk.identity import PartyKind
from tests.journeys.people import usd

CUSTODY = Custody(Vault(b"w" * 32), "here")


@pytest.fixture
async def firm(world):
    return await world.party("Rice Mill", PartyKind.FIRM)


@pytest.fixture
async def waiting(world, desk, firm):
    """A loan of one lender whose agreement nobody signed yet."""
    offer = await world.offer(firm, usd(1_000), desk)
    lender = await world.lender("KH", usd(1_000))
    await world.pledge(offer, lender, usd(1_000))
    world.clock.advance(timedelta(days=5))
    await world.db.transact(raising.close_due_offers)
    return await world.db.transact(lending.form_loan, offer_id=offer.id)


async def accept(world, loan, firm, given=None):
    document = await world.db.read(lending.get_agreement, loan_id=loan.id)
    return await world.db.transact(
        lending.accept_agreement,
        loan_id=loan.id,
        party_id=firm,
        document_hash=document.sha256,
        custody=CUSTODY,
        given=given,
    )


async def told(world, loan):
    total = await world.db.read(signing.find_total, Purpose.AGREEMENT, loan.id)
    page = await world.db.read(signing.list_signatures, concerns=loan.id)
    return total, sorted(page.items, key=lambda row: row.role)


async def test_borrower_and_operator_sign_the_document_together(
    world, waiting, firm, desk
):
    loan = await accept(world, waiting, firm)

    total, (mine, ours) = await told(world, loan)
    assert (mine.role, mine.party, ours.role, ours.party) == (
        "borrower",
        firm,
        "operator",
        desk[1],
    )
    assert (total.signers, total.keys) == (2, 2)
    keys = [
        (await world.db.read(signing.get_key, key_id=row.key)).public
        for row in (mine, ours)
    ]
    rules.require_common(
        [ProvenKey.kept(key) for key in keys], mine.message, total.signature
    )
    accepted = await world.db.read(lending.list_acceptances, loan_id=loan.id)
    assert {one.role: one.signature_level for one in accepted}["borrower"] == "bls"


async def own_key(world, firm, desk):
    shown = Shown(bls.SUITE.public_key(7), bls.SUITE.prove(7))
    key = await world.db.transact(signing.register_key, party_id=firm, shown=shown)
    await world.db.transact(signing.activate_key, key_id=key.id, operator_id=desk[0])
    return key


async def test_a_borrower_signs_with_its_own_key(world, waiting, firm, desk):
    key = await own_key(world, firm, desk)
    message = await world.db.read(
        lending.agreement_message, loan_id=waiting.id, custody=CUSTODY
    )
    message = message.encoded()

    loan = await accept(world, waiting, firm, bls.SUITE.sign(7, message))

    _, (mine, _) = await told(world, loan)
    assert (mine.key, mine.level) == (key.id, "bls")


async def test_a_signature_over_another_document_moves_no_money(
    world, waiting, firm, desk
):
    await own_key(world, firm, desk)
    message = AgreementMessage("here", waiting.id, bytes(32)).encoded()

    with pytest.raises(SignatureInvalid):
        await accept(world, waiting, firm, bls.SUITE.sign(7, message))

    loan = await world.db.read(lending.get_loan, loan_id=waiting.id)
    assert loan.status == LoanStatus.AWAITING_SIGNATURE


async def test_from_2027_on_a_click_moves_no_money(world, waiting, firm):
    world.clock.advance(datetime(2027, 1, 1, tzinfo=UTC) - world.clock.now())
    document = await world.db.read(lending.get_agreement, loan_id=waiting.id)

    with pytest.raises(LevelTooLow, match="bls"):
        await world.db.transact(
            lending.accept_agreement,
            loan_id=waiting.id,
            party_id=firm,
            document_hash=document.sha256,
        )

    loan = await accept(world, waiting, firm)
    assert loan.status == LoanStatus.ACTIVE
