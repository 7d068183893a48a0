"""Signatures of pledges and agreements, one and many."""

from contracts import bls, signing
from contracts.keys import ProvenKey, Vault
from contracts.signing import PledgeMessage, Signed
from ledger.money import Currency, Money

_TERMS = bytes(32)


def cases(signers):
    """Return what is timed: name, work, rounds, goal."""
    vault = Vault(b"w" * 32)
    made = vault.make()
    message = _message(0)
    one = Signed(
        ProvenKey.kept(made.public),
        message,
        vault.sign(made.sealed, made.public, message),
    )
    crowd = [_signed(number) for number in range(1, signers + 1)]
    keys, messages = [one.key for one in crowd], [one.message for one in crowd]
    total = signing.aggregate_distinct(crowd)
    few = [_signed(number, _message(0)) for number in (1, 2, 3, 4)]
    return [
        (f"sign one pledge ({bls.SUITE.name})", lambda: _sign(vault, made), 21, "-"),
        ("check one pledge", one.require_valid, 21, "10 ms"),
        ("make and prove a key", vault.make, 21, "-"),
        (
            "check a proof of possession",
            lambda: ProvenKey.of(made.public, made.proof),
            21,
            "-",
        ),
        (
            "four parties to one agreement",
            lambda: signing.aggregate_common(few),
            5,
            "-",
        ),
        (
            f"check the one signature of {signers} lenders",
            lambda: signing.require_distinct(keys, messages, total),
            3,
            "5,000 ms",
        ),
        (
            f"verify {signers} one by one and make them one",
            lambda: signing.total_distinct(crowd),
            1,
            "-",
        ),
    ]


def _sign(vault, made):
    vault.sign(made.sealed, made.public, _message(0))


def _message(number):
    amount = Money(10_000 + number, Currency.USD)
    names = f"plg_{number}", "offer_1", f"party_{number}"
    return PledgeMessage("benchmark", *names, amount, _TERMS).encoded()


def _signed(number, message=None):
    message = message or _message(number)
    key = ProvenKey.kept(bls.SUITE.public_key(number))
    return Signed(key, message, bls.SUITE.sign(number, message))
