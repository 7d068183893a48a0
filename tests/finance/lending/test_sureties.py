"""Trustee and guarantor sign the agreement with borrower and operator, or no money moves."""

from datetime import timedelta

import pytest

from contracts import bls
from contracts import signing as rules
from contracts.errors import (
    KeyUnproven,
    LevelTooLow,
    SignatureInvalid,
    SignersInvalid,
)
from contracts.keys import ProvenKey, Vault
from finance import lending, raising, signing
from finance.approvals import OwnCase
from finance.lending import LoanStatus
from finance.lending.rules import hash_terms
from finance.signing import (
    Custody,
    Purpose,
    Shown,
    SignerRole,
    SigningKeyMissing,
)
from ledger.errors import NotFound
from risk.identity import PartyKind
from tests.journeys.people import usd

CUSTODY = Custody(Vault(b"w" * 32), "here")
TRUSTEE, GUARANTOR = SignerRole.TRUSTEE, SignerRole.GUARANTOR


@pytest.fixture
async def firm(world):
    return await world.party("Rice Mill", PartyKind.FIRM)


@pytest.fixture
async def behind(world):
    """The trustee and the guarantor."""
    return await world.party("Mekong Trust"), await world.party("Sok Dara")


async def name(world, application, party, role, by):
    return await world.db.transact(
        lending.name_surety,
        application_id=application.id,
        party_id=party,
        role=role,
        operator_id=by,
    )


async def lend(world, application, desk):
    """Have an application recommended, approved, funded, and its agreement written."""
    await world.db.transact(
        lending.review_application,
        application_id=application.id,
        operator_id=desk[0],
        note="sound",
    )
    offer = await world.db.transact(
        lending.approve_application,
        application_id=application.id,
        operator_id=desk[1],
        open_days=30,
    )
    lender = await world.lender("KH", application.amount)
    await world.pledge(offer, lender, application.amount)
    world.clock.advance(timedelta(days=5))
    await world.db.transact(raising.close_due_offers)
    return await world.db.transact(lending.form_loan, offer_id=offer.id)


@pytest.fixture
async def waiting(world, desk, firm, behind):
    """A loan with a trustee and a guarantor that nobody has signed yet."""
    application = await world.application(firm, usd(1_000))
    for party, role in zip(behind, (TRUSTEE, GUARANTOR), strict=True):
        await name(world, application, party, role, desk[0])
    return await lend(world, application, desk)


async def sign(world, loan, party, *, custody=CUSTODY, given=None):
    document = await world.db.read(lending.get_agreement, loan_id=loan.id)
    return await world.db.transact(
        lending.accept_agreement,
        loan_id=loan.id,
        party_id=party,
        document_hash=document.sha256,
        custody=custody,
        given=given,
    )


async def message_of(world, loan):
    message = await world.db.read(
        lending.agreement_message, loan_id=loan.id, custody=CUSTODY
    )
    return message.encoded()


async def own_key(world, party, operator, secret):
    shown = Shown(bls.SUITE.public_key(secret), bls.SUITE.prove(secret))
    key = await world.db.transact(signing.register_key, party_id=party, shown=shown)
    await world.db.transact(signing.activate_key, key_id=key.id, operator_id=operator)
    return key


async def test_the_money_waits_for_the_last_of_all_who_sign(
    world, waiting, firm, behind, desk
):
    for party in (behind[1], firm):
        loan = await sign(world, waiting, party)
        assert loan.status == LoanStatus.AWAITING_SIGNATURE
        assert (
            await world.db.read(signing.find_total, Purpose.AGREEMENT, loan.id) is None
        )

    loan = await sign(world, waiting, behind[0])

    assert loan.status == LoanStatus.ACTIVE
    rows = await world.db.read(
        signing.list_about, purpose=Purpose.AGREEMENT, concerns=loan.id
    )
    assert {row.role: row.party for row in rows} == {
        "borrower": firm,
        "operator": desk[1],
        "trustee": behind[0],
        "guarantor": behind[1],
    }
    assert len({row.message for row in rows}) == 1
    total = await world.db.read(signing.find_total, Purpose.AGREEMENT, loan.id)
    assert (total.signers, total.keys) == (4, 4)
    keys = [await world.db.read(signing.get_key, key_id=row.key) for row in rows]
    rules.require_common(
        [ProvenKey.kept(key.public) for key in keys], rows[0].message, total.signature
    )


async def test_all_but_one_never_pass_for_all_nor_one_for_two(
    world, waiting, firm, behind
):
    await sign(world, waiting, firm)
    await sign(world, waiting, behind[0])

    with pytest.raises(lending.AgreementSigned):
        await sign(world, waiting, behind[0])
    with pytest.raises(SignersInvalid, match="not the parties"):
        await world.db.transact(
            signing.total_agreement, loan_id=waiting.id, parties=[firm, *behind]
        )


async def test_a_surety_of_another_loan_signs_nothing_here(
    world, waiting, desk, behind
):
    other = await world.application(await world.party("Mill", PartyKind.FIRM), usd(500))
    stranger = await world.party("Other Guarantor")
    await name(world, other, stranger, GUARANTOR, desk[0])
    elsewhere = await lend(world, other, desk)
    await own_key(world, behind[1], desk[0], 11)
    there = bls.SUITE.sign(11, await message_of(world, elsewhere))

    with pytest.raises(NotFound):
        await sign(world, waiting, stranger)
    with pytest.raises(SignatureInvalid):
        await sign(world, waiting, behind[1], given=there)


async def test_a_key_nobody_has_proven_or_put_in_use_signs_nothing(
    world, waiting, behind
):
    shown = Shown(bls.SUITE.public_key(12), bls.SUITE.prove(13))
    with pytest.raises(KeyUnproven):
        await world.db.transact(signing.register_key, party_id=behind[0], shown=shown)
    shown = Shown(bls.SUITE.public_key(12), bls.SUITE.prove(12))
    await world.db.transact(signing.register_key, party_id=behind[0], shown=shown)
    given = bls.SUITE.sign(12, await message_of(world, waiting))

    with pytest.raises(SigningKeyMissing):
        await sign(world, waiting, behind[0], given=given)


async def test_where_somebody_stands_behind_a_loan_a_click_binds_nobody(
    world, waiting, firm, behind
):
    for party in (firm, behind[0]):
        with pytest.raises(LevelTooLow, match="bls"):
            await sign(world, waiting, party, custody=None)


async def test_an_operator_with_a_key_of_its_own_signs_last(
    world, waiting, firm, behind, desk
):
    await own_key(world, desk[1], desk[0], 14)
    for party in (*behind, firm):
        loan = await sign(world, waiting, party)
    assert loan.status == LoanStatus.AWAITING_SIGNATURE
    asked = await world.db.read(lending.find_waiting, loan=loan, party_id=desk[1])
    assert asked is SignerRole.OPERATOR

    given = bls.SUITE.sign(14, await message_of(world, waiting))
    loan = await sign(world, waiting, desk[1], given=given)

    assert loan.status == LoanStatus.ACTIVE
    total = await world.db.read(signing.find_total, Purpose.AGREEMENT, loan.id)
    assert total.keys == 4


async def test_who_stands_behind_a_loan_is_part_of_what_lenders_pledge_to(
    world, waiting, behind
):
    application = await world.db.read(
        lending.get_application, application_id=waiting.application
    )
    accepted = await world.db.read(lending.list_acceptances, loan_id=waiting.id)
    named = [
        {"party": behind[1], "role": "guarantor"},
        {"party": behind[0], "role": "trustee"},
    ]

    assert accepted[0].document_hash == hash_terms(application.quote, named)
    assert accepted[0].document_hash != hash_terms(application.quote)


async def test_a_loan_has_one_trustee_each_party_once_and_its_borrower_never(
    world, firm, desk, behind
):
    application = await world.application(firm, usd(1_000))
    with pytest.raises(lending.OwnSurety):
        await name(world, application, firm, GUARANTOR, desk[0])
    await name(world, application, behind[0], TRUSTEE, desk[0])

    for party, role in ((behind[1], TRUSTEE), (behind[0], GUARANTOR)):
        with pytest.raises(lending.SuretyTaken):
            await name(world, application, party, role, desk[0])


async def test_who_names_or_decides_does_not_stand_for_the_loan(world, firm, desk):
    application = await world.application(firm, usd(1_000))
    with pytest.raises(OwnCase):
        await name(world, application, desk[0], GUARANTOR, desk[0])
    await name(world, application, desk[1], GUARANTOR, desk[0])

    with pytest.raises(OwnCase):
        await lend(world, application, (desk[1], desk[0]))


async def test_sureties_change_until_somebody_recommends(world, firm, desk, behind):
    application = await world.application(firm, usd(1_000))
    await name(world, application, behind[0], TRUSTEE, desk[0])
    released = {
        "application_id": application.id,
        "party_id": behind[0],
        "operator_id": desk[0],
    }
    await world.db.transact(lending.release_surety, **released)
    with pytest.raises(lending.SuretyMissing):
        await world.db.transact(lending.release_surety, **released)
    await world.db.transact(
        lending.review_application,
        application_id=application.id,
        operator_id=desk[0],
        note="sound",
    )

    with pytest.raises(lending.ApplicationNotWaiting):
        await name(world, application, behind[1], GUARANTOR, desk[0])
