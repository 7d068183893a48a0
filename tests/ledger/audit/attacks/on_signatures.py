"""Attacks on signatures of many, and on what is committed to."""

from collections.abc import Callable
from typing import Any

from contracts import signing
from contracts.keys import ProvenKey
from contracts.signing import Signed
from ledger.canonical import commitment
from ledger.errors import Refusal
from tests.contracts.bls_cases import OWN, raw, raws
from tests.ledger.audit.attacks.ground import Answer, Ground

INFINITE_KEY, INFINITE_SIGNATURE = b"\xc0" + bytes(47), b"\xc0" + bytes(95)
GUESSED = "Sok Dara"


def refused(act: Callable[[], object]) -> Answer:
    """Return under which code something is refused."""
    try:
        act()
    except Refusal as refusal:
        return Answer("refused", f"{refusal.code}: {refusal}")
    return Answer("accepted", "")


def rogue_key(_: Ground) -> Answer:
    case: Any = OWN["rogue_key"]
    return refused(lambda: ProvenKey.of(raw(case["rogue"]), raw(case["forged"])))


def zero_sum(_: Ground) -> Answer:
    case: Any = OWN["zero_sum_collusion"]
    keys = [ProvenKey.kept(key) for key in (raw(case["honest"]), *raws(case["pair"]))]
    message, alone = raw(case["message"]), raw(case["signature_of_honest_only"])
    parties = [Signed(key, message, alone) for key in keys]
    return refused(lambda: signing.aggregate_common(parties))


def doubled_signer(_: Ground) -> Answer:
    case: Any = OWN["duplicate_signer"]
    who = [ProvenKey.kept(key) for key in raws(case["pubkeys"])]
    message, whole = raw(case["message"]), raw(case["aggregate"])
    return refused(lambda: signing.require_common(who, message, whole))


def infinity(_: Ground) -> Answer:
    return refused(lambda: ProvenKey.of(INFINITE_KEY, INFINITE_SIGNATURE))


def nobody(_: Ground) -> Answer:
    return refused(lambda: signing.require_common([], b"x", INFINITE_SIGNATURE))


def guess(ground: Ground) -> Answer:
    """Guess a name and look for its commitment without the salt."""
    found = {told for entry in ground.log for told in entry["commitments"].values()}
    guesses = {commitment("name", bytes(32), GUESSED), commitment("name", b"", GUESSED)}
    hit = found & guesses
    return Answer("found" if hit else "not found", f"among {len(found)} commitments")
