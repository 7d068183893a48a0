"""Attacks on heads: stolen keys, forks, cosignatures, and requests to a witness."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tests.ledger.audit import forging
from tests.ledger.audit.attacks.ground import Answer, Ground
from tests.ledger.audit.attacks.on_exports import rewrite
from tests.ledger.audit.builders import SIGNER
from tests.ledger.audit.growing import Growing, a_cosigner, a_witness
from tests.ledger.audit.test_verifier import OTHER
from tests.ledger.audit.test_verify_witnesses import (
    NAMES,
    POLICY,
    flipped,
    line,
    relined,
)
from tests.ledger.audit.witness.test_protocol import changed_proof

CENTURY = 100 * 365 * 24 * 3600
FORK = Growing().fork(5)
SEEN = (Growing(), 0, 9)


def cosign(note: str) -> str:
    """Let two of three witnesses sign a head: the quorum."""
    return note + line(NAMES[0], note) + line(NAMES[1], note)


def witnessed(
    ground: Ground, change: Callable[[str], str] = cosign, *words: str
) -> Answer:
    """Change the lines of an honest export's head; judge by the policy."""
    export = ground.copy()
    relined(export, change)
    return by_policy(ground, export, *words)


def by_policy(ground: Ground, export: Path, *words: str) -> Answer:
    policy = ("--policy", ground.file(POLICY.raw))
    return ground.judged(export, *policy, *words, key="")


def steal_log_key(ground: Ground) -> Answer:
    return ground.judged(rewrite(ground), *ground.kept())


def steal_log_key_under_witnesses(ground: Ground) -> Answer:
    return by_policy(ground, rewrite(ground))


def steal_all_keys(ground: Ground) -> Answer:
    return by_policy(ground, _cosigned(ground))


def steal_all_keys_from_keeper(ground: Ground) -> Answer:
    return by_policy(ground, _cosigned(ground), *ground.kept())


def _cosigned(ground: Ground) -> Path:
    folder = rewrite(ground)
    relined(folder, cosign)
    return folder


def show_stale(ground: Ground) -> Answer:
    return witnessed(ground, cosign, "--max-age", "3600")


def flip_signature(ground: Ground) -> Answer:
    return witnessed(ground, lambda note: flipped(cosign(note), -3))


def flip_cosignature(ground: Ground) -> Answer:
    return witnessed(ground, lambda note: flipped(cosign(note), -1))


def strip_cosignature(ground: Ground) -> Answer:
    return witnessed(ground, lambda note: note + line(NAMES[0], note))


def name_witness_twice(ground: Ground) -> Answer:
    one, other = (str(a_cosigner(f"{name}.example/w1").key) for name in NAMES[:2])
    policy = POLICY.raw.decode().replace(other, one)
    return ground.judged(ground.honest, "--policy", ground.file(policy))


def move_cosignature(ground: Ground) -> Answer:
    def moved(note: str) -> str:
        origin, size, rest = note.split("\n", 2)
        return cosign(note) + line("auditor", f"{origin}\n{int(size) - 1}\n{rest}")

    return witnessed(ground, moved)


def cosign_in_future(ground: Ground) -> Answer:
    def ahead(note: str) -> str:
        return note + line(NAMES[0], note, CENTURY) + line(NAMES[1], note, CENTURY)

    return witnessed(ground, ahead)


def lose_key_after(ground: Ground, seconds: int) -> Answer:
    """The log's key is lost so many seconds after the quorum signed."""
    lost = int(forging.FIRST_MOMENT.timestamp()) + seconds
    return witnessed(ground, cosign, "--key-until", str(lost))


def split_view(ground: Ground) -> Answer:
    return ground.witnessed(SEEN, (FORK, 9, 9))


def split_growth(ground: Ground) -> Answer:
    return ground.witnessed(SEEN, (FORK, 9, 12))


def strange_key(ground: Ground) -> Answer:
    return ground.witnessed((Growing(signer=OTHER), 0, 9))


def strange_log(ground: Ground) -> Answer:
    staging = replace(SIGNER, name="audit.example/staging")
    return ground.witnessed((Growing(signer=staging), 0, 9))


def ask_back(ground: Ground) -> Answer:
    return ground.witnessed(SEEN, (Growing(), 7, 7))


def prove_badly(ground: Ground, change: Callable[[list[bytes]], list[bytes]]) -> Answer:
    one = a_witness(ground.fresh("witness.db"))
    one.add_checkpoint(Growing().body(0, 7))
    answer = one.add_checkpoint(changed_proof(Growing(), change))
    return Answer(f"HTTP {answer.status}", answer.body.strip())


def overstate(ground: Ground) -> Answer:
    """Claim that a witness saw more than the head has."""
    one = a_witness(ground.fresh("witness.db"))
    answer = one.add_checkpoint(Growing().body(0, 7).replace(b"old 0", b"old 8"))
    return Answer(f"HTTP {answer.status}", answer.body.strip())


def ask_at_once(ground: Ground) -> Answer:
    """Two forks of one size reach a witness at the same moment."""
    place, together = ground.fresh("witness.db"), threading.Barrier(2)
    a_witness(place).add_checkpoint(Growing().body(0, 5))

    def ask(kind: str) -> int:
        one = a_witness(place)
        body = Growing(kind=kind, same_until=5).body(5, 9)
        together.wait()
        return one.add_checkpoint(body).status

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(ask, ("one", "other")))
    return Answer(f"HTTP {first}, {second}", "one is cosigned")
