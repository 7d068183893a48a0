"""Say what a back end of BLS signatures must do, whoever computes it."""

from collections.abc import Sequence
from typing import Final, Protocol

KEY_BYTES: Final = 48
SIGNATURE_BYTES: Final = 96
SECRET_BYTES: Final = 32
INFINITY_KEY: Final = b"\xc0" + bytes(KEY_BYTES - 1)
INFINITY_SIGNATURE: Final = b"\xc0" + bytes(SIGNATURE_BYTES - 1)
# The order of both groups: a secret is a whole number from 1 to one less.
ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
PROOF_DOMAIN: Final = b"BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"


class Suite(Protocol):
    """The proof-of-possession scheme of draft-irtf-cfrg-bls-signature, section 3.3.

    Everything that is checked answers yes or no, whatever bytes it is given: the point
    at infinity, points outside the group, wrong lengths and empty lists are a no.
    """

    name: str

    def public_key(self, secret: int) -> bytes:
        """Return the key of a secret; ``ValueError`` when it is none."""
        ...

    def sign(self, secret: int, message: bytes) -> bytes:
        """Sign a message; ``ValueError`` when the secret is none."""
        ...

    def verify(self, key: bytes, message: bytes, signature: bytes) -> bool:
        """Say whether one key signed one message."""
        ...

    def aggregate(self, signatures: Sequence[bytes]) -> bytes:
        """Add signatures up to one; ``ValueError`` for none, or what is no signature."""
        ...

    def aggregate_verify(
        self, keys: Sequence[bytes], messages: Sequence[bytes], signature: bytes
    ) -> bool:
        """Say whether each key signed its own message."""
        ...

    def fast_aggregate_verify(
        self, keys: Sequence[bytes], message: bytes, signature: bytes
    ) -> bool:
        """Say whether proven keys all signed one message.

        True also for keys that cancel each other out: parties who must be bound one
        by one sign distinct messages, or are verified one by one before.
        """
        ...

    def prove(self, secret: int) -> bytes:
        """Prove that one has the secret of a key: a signature of the key by itself."""
        ...

    def verify_proof(self, key: bytes, proof: bytes) -> bool:
        """Say whether whoever made the proof has the key's secret."""
        ...

    def is_key_point(self, encoded: bytes) -> bool:
        """Say whether bytes are a point of the keys' group, infinity included."""
        ...

    def is_signature_point(self, encoded: bytes) -> bool:
        """Say whether bytes are a point of the signatures' group, infinity included."""
        ...

    def hash_to_curve(self, message: bytes, domain: bytes) -> bytes:
        """Hash a message to a point of the signatures' group (RFC 9380), compressed."""
        ...


def require_secret(secret: int) -> int:
    """Return a secret that is one; zero and what lies outside the group are none."""
    if not 0 < secret < ORDER:
        raise ValueError("a secret lies between 1 and the order of the group")
    return secret
