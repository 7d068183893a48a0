"""BLS signatures: published cases, our own attacks, and two back ends that agree."""

import json
import secrets
import sys

import pytest

from contracts import bls
from contracts.bls.choosing import is_right
from contracts.bls.native import Native
from contracts.bls.reference import Reference
from tests.contracts import bls_cases
from tests.contracts.bls_cases import OWN, raw, raws

NATIVE, REFERENCE = Native(), Reference()
QUICK = (
    "sign",
    "aggregate",
    "deserialization_G1",
    "deserialization_G2",
    "hash_to_G2",
)


def missed(suite, cases):
    return [
        case["name"]
        for case in cases
        if bls_cases.answer(suite, case) != bls_cases.wanted(case)
    ]


def test_the_compiled_back_end_is_the_one_in_use():
    assert bls.SUITE.name == "milagro"


def test_every_published_case_holds_in_the_compiled_back_end():
    assert len(bls_cases.CASES) == 96
    assert missed(NATIVE, bls_cases.CASES) == []


@pytest.mark.slow
@pytest.mark.parametrize("op", QUICK)
def test_published_cases_hold_in_the_reference(op):
    assert missed(REFERENCE, bls_cases.of(op)) == []


@pytest.mark.slow
def test_both_back_ends_write_the_same_bytes():
    secret, message = secrets.randbelow(bls.ORDER - 1) + 1, secrets.token_bytes(40)

    for act, words in (("public_key", ()), ("sign", (message,)), ("prove", ())):
        assert getattr(NATIVE, act)(secret, *words) == getattr(REFERENCE, act)(
            secret, *words
        )


@pytest.mark.parametrize("suite", [NATIVE, REFERENCE], ids=lambda suite: suite.name)
def test_what_is_no_secret_signs_nothing(suite):
    for secret in (0, -1, bls.ORDER, bls.ORDER + 1):
        with pytest.raises(ValueError, match="secret"):
            suite.sign(secret, b"x")


@pytest.mark.parametrize("suite", [NATIVE, REFERENCE], ids=lambda suite: suite.name)
def test_nothing_adds_up_to_no_signature_and_verifies_nothing(suite):
    with pytest.raises(ValueError, match="one signature"):
        suite.aggregate([])
    assert not suite.aggregate_verify([], [], b"\xc0" + bytes(95))
    assert not suite.fast_aggregate_verify([], b"x", b"\xc0" + bytes(95))


@pytest.mark.parametrize("length", [0, 1, 47, 49, 95, 97, 200])
def test_bytes_of_any_length_are_answered_with_no(length):
    junk = b"\x99" * length
    key, signature = NATIVE.public_key(7), NATIVE.sign(7, b"x")

    assert not NATIVE.verify(junk, b"x", signature)
    assert not NATIVE.verify(key, b"x", junk)
    assert not NATIVE.verify_proof(junk, signature)
    assert not NATIVE.verify_proof(key, junk)
    assert not NATIVE.aggregate_verify([key, junk], [b"x", b"y"], signature)
    assert not NATIVE.fast_aggregate_verify([key], b"x", junk)


def test_a_key_made_to_cancel_another_out_has_no_proof():
    case = OWN["rogue_key"]
    victim, rogue = raw(case["victim"]), raw(case["rogue"])
    forged, message = raw(case["forged"]), raw(case["message"])

    assert NATIVE.fast_aggregate_verify([victim, rogue], message, forged)
    assert not NATIVE.verify_proof(rogue, forged)


def test_messages_of_their_own_bind_each_of_many():
    case = OWN["distinct_pledges"]
    keys, messages = raws(case["pubkeys"]), raws(case["messages"])

    assert NATIVE.aggregate_verify(keys, messages, raw(case["aggregate"]))
    assert not NATIVE.aggregate_verify(keys, messages[::-1], raw(case["aggregate"]))


def test_keys_that_cancel_out_pass_together_only_over_one_message():
    case, own = OWN["zero_sum_collusion"], OWN["distinct_pledges_zero_sum"]
    three = [raw(case["honest"]), *raws(case["pair"])]
    alone = raw(case["signature_of_honest_only"])

    assert NATIVE.fast_aggregate_verify(three, raw(case["message"]), alone)
    assert not NATIVE.aggregate_verify(
        raws(own["pubkeys"]),
        raws(own["messages"]),
        raw(own["signature_of_honest_only"]),
    )


class Lax(Native):
    """A back end that lets keys at infinity sign."""

    def fast_aggregate_verify(self, keys, message, signature):
        return super().fast_aggregate_verify(keys, message, signature) or bool(keys)


class Skewed(Native):
    """A back end whose signatures are another scheme's."""

    def sign(self, secret, message):
        return super().sign(secret, message + b"\0")


def test_a_back_end_that_is_wrong_fails_its_self_test():
    assert is_right(NATIVE)
    assert not is_right(Lax())
    assert not is_right(Skewed())


def test_the_reference_leaves_the_process_its_guard_against_deep_nesting() -> None:
    assert sys.getrecursionlimit() <= 1_000
    with pytest.raises(RecursionError):
        json.loads("[" * 10_000)
