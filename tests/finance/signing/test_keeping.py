"""The life of a signing key: proven, put in use, replaced, stopped; each step is told."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from contracts import bls
from contracts.errors import KeyUnproven, SignatureInvalid
from contracts.keys import Vault
from contracts.signing import Signed, SuccessionMessage
from finance import signing
from finance.signing import (
    Custody,
    OwnSigningKey,
    Shown,
    SigningKeyEnded,
    SigningKeyInUse,
    SigningKeyMissing,
    SigningKeyTaken,
)
from ledger.errors import NotFound
from ledger.ids import new_id
from risk import identity

CUSTODY = Custody(Vault(b"w" * 32), "here")


def shown(secret):
    return Shown(bls.SUITE.public_key(secret), bls.SUITE.prove(secret))


async def told(db):
    async def look(uow):
        query = text(
            "SELECT type FROM event WHERE type LIKE 'signing_key.%' ORDER BY id"
        )
        return list((await uow.session.execute(query)).scalars())

    return [kind.removeprefix("signing_key.") for kind in await db.read(look)]


@pytest.fixture
async def party(world):
    return await world.party()


@pytest.fixture
async def operator(world):
    return await world.party()


@pytest.fixture
async def active(db, party, operator):
    """A key of the secret 7 whose owner keeps it, in use."""
    key = await db.transact(signing.register_key, party_id=party, shown=shown(7))
    return await db.transact(signing.activate_key, key_id=key.id, operator_id=operator)


def consent(party, old, new):
    message = SuccessionMessage("here", party, old.public, new.public)
    return bls.SUITE.sign(7, message.encoded())


async def test_a_key_waits_until_an_operator_says_whose_it_is(db, party, operator):
    key = await db.transact(signing.register_key, party_id=party, shown=shown(7))
    assert (key.state, key.signs) == ("pending", False)

    with pytest.raises(OwnSigningKey):
        await db.transact(signing.activate_key, key_id=key.id, operator_id=party)
    await db.transact(signing.activate_key, key_id=key.id, operator_id=operator)

    now = await db.read(signing.get_key, key_id=key.id)
    assert (now.state, now.holder, now.sealed) == ("active", "owner", None)
    assert await told(db) == ["registered", "activated"]


async def test_a_key_without_its_secret_is_not_taken_in(db, party):
    stolen = Shown(shown(7).public, shown(8).proof)

    with pytest.raises(KeyUnproven):
        await db.transact(signing.register_key, party_id=party, shown=stolen)
    assert await told(db) == []


async def test_a_key_is_one_partys_only(db, world, active):
    other = await world.party()

    with pytest.raises(SigningKeyTaken):
        await db.transact(signing.register_key, party_id=other, shown=shown(7))


async def test_a_party_nobody_checked_gets_no_key_in_use(db, operator):
    async def join(uow):
        return await identity.register_party(
            uow, kind="person", name="New", country="KH", tax_resident=True
        )

    new = await db.transact(join)
    key = await db.transact(signing.register_key, party_id=new.id, shown=shown(9))

    with pytest.raises(identity.PartyNotVerified):
        await db.transact(signing.activate_key, key_id=key.id, operator_id=operator)
    with pytest.raises(identity.PartyNotVerified):
        await db.transact(signing.make_key, party_id=new.id, custody=CUSTODY)


async def test_a_party_signs_with_one_key_at_a_time(db, party, active, operator):
    second = await db.transact(signing.register_key, party_id=party, shown=shown(8))

    with pytest.raises(SigningKeyInUse):
        await db.transact(signing.activate_key, key_id=second.id, operator_id=operator)
    with pytest.raises(SigningKeyInUse):
        await db.transact(signing.make_key, party_id=party, custody=CUSTODY)


async def test_a_key_we_hold_signs_for_its_owner_and_says_so(db, party):
    key = await db.transact(signing.make_key, party_id=party, custody=CUSTODY)

    signature = signing.sign_held(key, b"x", CUSTODY)

    Signed(key.proven, b"x", signature).require_valid()
    assert (key.holder, key.state) == ("platform", "active")


async def test_two_commands_that_need_a_first_key_share_one(db, party):
    async def need():
        return await db.transact(signing.held_key, party, CUSTODY)

    one, two = await asyncio.gather(need(), need())

    assert one.id == two.id
    assert await told(db) == ["registered", "activated"]


async def test_the_old_key_agrees_to_the_new_and_goes_some_days_later(
    db, clock, party, active
):
    agreed = consent(party, active, shown(8))

    new = await db.transact(
        signing.succeed_key,
        party_id=party,
        shown=shown(8),
        consent=agreed,
        platform="here",
    )

    old = await db.read(signing.get_key, key_id=active.id)
    assert (old.state, new.state) == ("rotating", "active")
    clock.advance(timedelta(days=7))
    assert await db.transact(signing.expire_keys) == 1
    old = await db.read(signing.get_key, key_id=active.id)
    assert old.state == "expired"
    assert (await told(db))[2:] == ["registered", "succeeded", "activated", "expired"]


@pytest.mark.parametrize("wrong", ["another key", "another platform", "nothing"])
async def test_without_the_old_keys_word_nothing_takes_its_place(
    db, party, active, wrong
):
    agreed = {
        "another key": consent(party, active, shown(9)),
        "another platform": consent(party, active, shown(8)),
        "nothing": bytes(96),
    }[wrong]

    with pytest.raises(SignatureInvalid):
        await db.transact(
            signing.succeed_key,
            party_id=party,
            shown=shown(8),
            consent=agreed,
            platform="there" if wrong == "another platform" else "here",
        )
    assert (await db.read(signing.get_key, key_id=active.id)).state == "active"


async def test_a_revoked_key_signs_no_more_and_never_again(db, party, operator):
    key = await db.transact(signing.make_key, party_id=party, custody=CUSTODY)

    await db.transact(
        signing.revoke_key, key_id=key.id, by=party, reason="lost", party_id=party
    )

    gone = await db.read(signing.get_key, key_id=key.id)
    assert gone.state == "revoked"
    with pytest.raises(SigningKeyEnded):
        signing.sign_held(gone, b"x", CUSTODY)
    with pytest.raises(SigningKeyEnded):
        await db.transact(signing.activate_key, key_id=key.id, operator_id=operator)
    with pytest.raises(SigningKeyMissing):
        await db.transact(signing.held_key, party, CUSTODY)


async def test_nobody_revokes_anothers_key_but_an_operator(db, active, operator):
    with pytest.raises(NotFound):
        await db.transact(
            signing.revoke_key,
            key_id=active.id,
            by=operator,
            reason="x",
            party_id=operator,
        )
    await db.transact(signing.revoke_key, key_id=active.id, by=operator, reason="x")
    with pytest.raises(NotFound):
        await db.read(signing.get_key, key_id=new_id("sgn", db.clock.now()))


async def test_a_key_expires_by_itself_after_two_years(db, clock, active):
    clock.advance(timedelta(days=729))
    assert await db.transact(signing.expire_keys) == 0
    clock.advance(timedelta(days=1))

    assert await db.transact(signing.expire_keys) == 1


async def test_a_key_that_is_signing_ends_after_what_it_signed(db, party, active):
    async def sign(uow):
        await signing.held_key(uow, party, CUSTODY)
        revoking = asyncio.create_task(
            db.transact(signing.revoke_key, key_id=active.id, by=party, reason="lost")
        )
        await asyncio.wait({revoking}, timeout=0.2)
        meanwhile = await db.read(signing.get_key, key_id=active.id)
        return revoking, meanwhile.state

    revoking, meanwhile = await db.transact(sign)

    assert (meanwhile, (await revoking).state) == ("active", "revoked")
