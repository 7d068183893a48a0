"""A log that grows in memory, to be submitted to witnesses, honestly or not."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.audit import Signer, witness
from ledger.audit.note import Checkpoint
from ledger.audit.proofs import consistency_ranges
from ledger.audit.tree import leaf_hash, root_of
from ledger.clock import Clock, StoppedClock
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import SIGNER


@dataclass(frozen=True)
class Growing:
    """Leaves, of which any first part is a tree with a head; ``kind`` makes forks."""

    kind: str = "honest"
    same_until: int = 0
    signer: Signer = field(default=SIGNER)

    def leaves(self, size: int) -> list[bytes]:
        return [
            leaf_hash(f"{'honest' if n < self.same_until else self.kind} {n}".encode())
            for n in range(size)
        ]

    def note(self, size: int) -> str:
        root = root_of(self.leaves(size))
        return self.signer.sign(Checkpoint(self.signer.name, size, root))

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        leaves = self.leaves(size)
        ranges = consistency_ranges(old, size) if old else []
        return tuple(root_of(leaves[under.start : under.stop]) for under in ranges)

    def submission(self, old: int, size: int) -> witness.Submission:
        return witness.Submission(old, self.proof(old, size), self.note(size))

    def body(self, old: int, size: int) -> bytes:
        return self.submission(old, size).text().encode()

    def fork(self, same_until: int) -> "Growing":
        """Return a log that is another from an entry on, signed by the same key."""
        return replace(self, kind="forged", same_until=same_until)


def a_cosigner(name: str = "regulator.example/w1") -> witness.Cosigner:
    secret = name.encode().ljust(32, b".")[:32]
    return witness.Cosigner(name, Ed25519PrivateKey.from_private_bytes(secret))


def a_witness(
    file: Path,
    name: str = "regulator.example/w1",
    *,
    at: datetime = FIRST_MOMENT,
    clock: Clock | None = None,
) -> witness.Witness:
    store = witness.Store(file)
    return witness.Witness(
        a_cosigner(name), [SIGNER.key], store, clock or StoppedClock(at)
    )
