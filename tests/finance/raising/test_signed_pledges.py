"""Pledges are signed one by one and bind each lender in one signature at funding."""

import asyncio

import psycopg
import pytest
from sqlalchemy import select, text

from api.jobs import signatures
from contracts import bls
from contracts import signing as rules
from contracts.errors import LevelTooLow, SignatureInvalid
from contracts.keys import ProvenKey, Vault
from contracts.signing import PledgeMessage
from finance import raising, signing
from finance.signing import Custody, Purpose, Shown, Signature, SigningKey
from ledger.money import Currency, Money
from tests.finance.raising.test_terms import _market

CUSTODY = Custody(Vault(b"w" * 32), "here")


async def signed(db, offer):
    async def look(uow):
        query = (
            select(Signature, SigningKey.public)
            .outerjoin(SigningKey, SigningKey.id == Signature.key)
            .where(Signature.concerns == offer.id)
            .order_by(Signature.id)
        )
        return list(await uow.session.execute(query))

    return await db.read(look)


async def pledge(market, offer, minor, custody=CUSTODY, party=None):
    party = party or await market.world.party(minor)
    return await market.db.transact(
        raising.place_pledge,
        offer_id=offer.id,
        party_id=party,
        amount=Money(minor, Currency.USD),
        custody=custody,
    )


async def fund(market, offer):
    market.days(30)
    await market.close(offer)
    await signatures.total_pledges(market.db, offer.id)
    return await market.db.read(signing.find_total, Purpose.PLEDGE, offer.id)


async def test_a_pledge_is_signed_as_exactly_what_was_promised(market):
    offer = await market.offer(100_000)
    placed = await pledge(market, offer, 40_000)

    ((row, public),) = await signed(market.db, offer)

    terms = (await market.look(offer)).terms_sha256
    message = PledgeMessage(
        "here", placed.id, offer.id, placed.party, Money(40_000, Currency.USD), terms
    )
    assert (row.level, row.subject, row.message) == (
        "bls",
        placed.id,
        message.encoded(),
    )
    rules.Signed(ProvenKey.kept(public), row.message, row.signature).require_valid()


async def test_at_funding_all_who_stayed_are_bound_by_one_signature(market):
    offer = await market.offer(100_000)
    gone = await pledge(market, offer, 30_000)
    await market.db.transact(
        raising.withdraw_pledge, pledge_id=gone.id, party_id=gone.party
    )
    stayed = [await pledge(market, offer, minor) for minor in (50_000, 30_000)]
    twice = await pledge(market, offer, 20_000, party=await market.world.party(20_000))

    total = await fund(market, offer)

    rows = await signed(market.db, offer)
    bound = [(row, public) for row, public in rows if row.total == total.id]
    assert [row.subject for row, _ in bound] == [one.id for one in [*stayed, twice]]
    assert (total.signers, total.keys, len(total.signature)) == (3, 3, 96)
    assert all(row.verified_at for row, _ in bound)
    rules.require_distinct(
        [ProvenKey.kept(public) for _, public in bound],
        [row.message for row, _ in bound],
        total.signature,
    )


async def test_totalling_twice_makes_one_total(market):
    offer = await market.offer(10_000)
    await pledge(market, offer, 10_000)

    first = await fund(market, offer)
    await signatures.total_pledges(market.db, offer.id)

    async def count(uow):
        return await uow.session.scalar(text("SELECT count(*) FROM signature_total"))

    assert first is not None
    assert await market.db.read(count) == 1


async def test_a_signature_changed_in_the_store_spoils_the_total_and_is_seen(
    market, admin_of
):
    offer = await market.offer(20_000)
    await pledge(market, offer, 10_000)
    await pledge(market, offer, 10_000)

    with psycopg.connect(admin_of) as connection:
        connection.execute(
            "UPDATE signature SET signature = other.signature FROM signature other"
            " WHERE other.id > signature.id"
        )

    with pytest.raises(SignatureInvalid):
        await fund(market, offer)


async def test_without_keys_a_pledge_is_a_click_and_nothing_is_totalled(market):
    offer = await market.offer(10_000)
    await pledge(market, offer, 10_000, custody=None)

    assert await fund(market, offer) is None
    ((row, public),) = await signed(market.db, offer)
    assert (row.level, row.signature, public) == ("click", None, None)


async def test_an_offer_that_needs_a_key_takes_no_click(market):
    offer = await market.offer(10_000, market=_market(signature_level_loan=2))

    with pytest.raises(LevelTooLow, match="bls"):
        await pledge(market, offer, 10_000, custody=None)
    assert (await pledge(market, offer, 10_000)).amount_minor == 10_000


async def test_a_lender_whose_key_was_revoked_pledges_with_a_new_one_only(market):
    offer = await market.offer(20_000)
    party = await market.world.party(20_000)
    await pledge(market, offer, 10_000, party=party)
    ((row, _),) = await signed(market.db, offer)
    await market.db.transact(
        signing.revoke_key, key_id=row.key, by=party, reason="lost", party_id=party
    )

    with pytest.raises(signing.SigningKeyMissing):
        await pledge(market, offer, 10_000, party=party)
    await market.db.transact(signing.make_key, party_id=party, custody=CUSTODY)
    await pledge(market, offer, 10_000, party=party)

    total = await fund(market, offer)
    assert (total.signers, total.keys) == (2, 2)


async def own_pledge(market, offer, party, secret=7):
    """Ask for the message of a pledge, sign it with an own key, and pledge with that."""
    shown = Shown(bls.SUITE.public_key(secret), bls.SUITE.prove(secret))
    key = await market.db.transact(signing.register_key, party_id=party, shown=shown)
    operator = await market.world.party()
    await market.db.transact(signing.activate_key, key_id=key.id, operator_id=operator)
    asked = {"offer_id": offer.id, "party_id": party}
    asked["amount"] = Money(40_000, Currency.USD)
    message = await market.db.read(raising.pledge_message, **asked, platform="here")
    signature = bls.SUITE.sign(secret, message.encoded())
    return asked, raising.OwnSignature(message.pledge, signature)


async def test_one_signature_used_twice_at_once_pledges_once(market):
    offer = await market.offer(100_000)
    party = await market.world.party(100_000)
    asked, own = await own_pledge(market, offer, party)

    again = [
        market.db.transact(raising.place_pledge, **asked, custody=CUSTODY, own=own)
        for _ in range(4)
    ]
    told = await asyncio.gather(*again, return_exceptions=True)

    refused = [one for one in told if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == [raising.PledgeKnown] * 3


async def test_an_own_key_signs_the_pledge_it_was_asked_to_and_no_other(market):
    offer = await market.offer(100_000)
    party = await market.world.party(100_000)
    asked, own = await own_pledge(market, offer, party)

    more = asked | {"amount": Money(50_000, Currency.USD)}
    with pytest.raises(SignatureInvalid):
        await market.db.transact(raising.place_pledge, **more, custody=CUSTODY, own=own)
    placed = await market.db.transact(
        raising.place_pledge, **asked, custody=CUSTODY, own=own
    )
    with pytest.raises(raising.PledgeKnown):
        await market.db.transact(
            raising.place_pledge, **asked, custody=CUSTODY, own=own
        )

    ((row, public),) = await signed(market.db, offer)
    assert (row.subject, row.level) == (placed.id, "bls")
    assert public == bls.SUITE.public_key(7)
    assert row.verified_at is not None
