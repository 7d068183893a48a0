"""Signing keys and the messages they sign: what holds, and what is refused by name."""

import pytest

from contracts import bls, keys, signing
from contracts.errors import (
    KeyUnproven,
    LevelTooLow,
    SignatureInvalid,
    SignersInvalid,
)
from contracts.keys import ProvenKey, Vault
from contracts.signing import AgreementMessage, PledgeMessage, SignatureLevel, Signed
from ledger.errors import Unavailable
from ledger.money import Currency, Money
from tests.contracts.bls_cases import OWN, raw, raws

WRAPPING, OTHER = b"w" * 32, b"o" * 32
TERMS = bytes(range(32))


def pledge(number, minor=1_000):
    amount = Money(minor, Currency.USD)
    name = f"plg_{number}"
    return PledgeMessage("here", name, "offer_1", f"party_{number}", amount, TERMS)


def signed(secret, message):
    suite = bls.SUITE
    key = ProvenKey.of(suite.public_key(secret), suite.prove(secret))
    return Signed(key, message, suite.sign(secret, message))


def test_a_pledge_is_signed_as_these_bytes():
    assert pledge(1).encoded() == (
        b"tonle/pledge/v1\n"
        b'{"amount":{"currency":"USD","minor":"1000"},"lender":"party_1",'
        b'"offer":"offer_1","platform":"here","pledge":"plg_1",'
        b'"terms_sha256":"' + TERMS.hex().encode() + b'"}'
    )


def test_a_signature_of_one_kind_fits_no_other():
    common = AgreementMessage("here", "offer_1", TERMS).encoded()

    assert common.startswith(b"tonle/agreement/v1\n")
    assert AgreementMessage("there", "offer_1", TERMS).encoded() != common


def test_many_pledges_become_one_signature_that_binds_each():
    all_of_them = [signed(n, pledge(n).encoded()) for n in range(1, 9)]

    total = signing.aggregate_distinct(all_of_them)

    assert len(total) == 96
    who = [one.key for one in all_of_them]
    what = [one.message for one in all_of_them]
    signing.require_distinct(who, what, total)
    what[3] = pledge(4, minor=999).encoded()
    with pytest.raises(SignatureInvalid):
        signing.require_distinct(who, what, total)


def test_one_lender_may_pledge_twice_but_no_pledge_counts_twice():
    once, again = signed(5, pledge(1).encoded()), signed(5, pledge(2).encoded())

    assert signing.aggregate_distinct([once, again])
    with pytest.raises(SignersInvalid, match="twice"):
        signing.aggregate_distinct([once, once])


def test_one_bad_signature_spoils_the_whole():
    good = signed(1, pledge(1).encoded())
    bad = Signed(good.key, pledge(2).encoded(), good.signature)

    with pytest.raises(SignatureInvalid):
        signing.aggregate_distinct([good, bad])


def test_nobody_signs_nothing():
    for aggregate in (signing.aggregate_distinct, signing.aggregate_common):
        with pytest.raises(SignersInvalid, match="none"):
            aggregate([])
    with pytest.raises(SignersInvalid, match="none"):
        signing.require_common([], b"x", b"\xc0" + bytes(95))


def test_parties_to_one_agreement_sign_it_together():
    message = AgreementMessage("here", "loan_1", TERMS).encoded()
    parties = [signed(secret, message) for secret in (7, 8, 9)]

    total = signing.aggregate_common(parties)

    signing.require_common([one.key for one in parties], message, total)
    with pytest.raises(SignatureInvalid):
        signing.require_common([one.key for one in parties[:2]], message, total)


def test_a_key_named_twice_is_no_second_signer():
    case = OWN["duplicate_signer"]
    who = [ProvenKey.kept(key) for key in raws(case["pubkeys"])]

    with pytest.raises(SignersInvalid, match="twice"):
        signing.require_common(who, raw(case["message"]), raw(case["aggregate"]))


def test_parties_to_one_agreement_sign_the_same_message():
    with pytest.raises(SignersInvalid, match="different"):
        signing.aggregate_common([signed(1, b"x"), signed(2, b"y")])


def test_keys_that_cancel_out_do_not_pass_as_signers():
    case = OWN["zero_sum_collusion"]
    message, alone = raw(case["message"]), raw(case["signature_of_honest_only"])
    named = [ProvenKey.kept(key) for key in (raw(case["honest"]), *raws(case["pair"]))]

    with pytest.raises(SignatureInvalid):
        signing.aggregate_common([Signed(key, message, alone) for key in named])


@pytest.mark.parametrize(
    ("public", "proof"),
    [
        (b"\xc0" + bytes(47), b"\xc0" + bytes(95)),
        (b"", b""),
        (bytes(48), bytes(96)),
        (raw(OWN["rogue_key"]["rogue"]), raw(OWN["rogue_key"]["forged"])),
    ],
    ids=["infinity", "empty", "zeros", "rogue"],
)
def test_a_key_without_a_proof_is_refused(public, proof):
    with pytest.raises(KeyUnproven):
        ProvenKey.of(public, proof)


def test_a_signature_is_no_proof():
    public = bls.SUITE.public_key(7)

    with pytest.raises(KeyUnproven):
        ProvenKey.of(public, bls.SUITE.sign(7, public))


def test_a_key_made_in_the_vault_signs_without_being_seen():
    vault = Vault(WRAPPING)
    made = vault.make()

    key = ProvenKey.of(made.public, made.proof)
    Signed(key, b"x", vault.sign(made.sealed, made.public, b"x")).require_valid()
    assert len(made.sealed) == 4 + 12 + 32 + 16


def test_a_new_wrapping_key_still_opens_what_the_old_one_sealed():
    made = Vault(OTHER).make()

    assert Vault(WRAPPING, OTHER).sign(made.sealed, made.public, b"x")
    with pytest.raises(Unavailable, match="missing"):
        Vault(WRAPPING).sign(made.sealed, made.public, b"x")


def test_a_sealed_key_fits_no_other_place_and_no_other_bytes():
    vault = Vault(WRAPPING)
    made, other = vault.make(), vault.make()
    bent = made.sealed[:-1] + bytes([made.sealed[-1] ^ 1])

    for sealed, public in ((other.sealed, made.public), (bent, made.public)):
        with pytest.raises(Unavailable, match="damaged"):
            vault.sign(sealed, public, b"x")


def test_a_level_below_what_is_asked_is_refused():
    SignatureLevel.BLS.require(SignatureLevel.SIMPLE)
    SignatureLevel.CA.require(SignatureLevel.CA)
    with pytest.raises(LevelTooLow, match="bls"):
        SignatureLevel.CLICK.require(SignatureLevel.BLS)


def test_a_secret_is_never_written_out():
    assert keys.WRAPPING_BYTES == 32
    assert "o" * 8 not in repr(Vault(OTHER))
