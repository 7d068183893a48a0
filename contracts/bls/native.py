"""Compute BLS signatures by compiled libraries: milagro signs and checks, arkworks proves.

milagro knows the one domain of signatures, so proofs of possession, which have their
own, and the bare points are arkworks'. Guards stand where the libraries are laxer than
the scheme: no aggregate of nothing, no point at infinity.
"""

import warnings
from collections.abc import Sequence

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from contracts.bls.suite import (
    INFINITY_KEY,
    INFINITY_SIGNATURE,
    KEY_BYTES,
    PROOF_DOMAIN,
    SECRET_BYTES,
    SIGNATURE_BYTES,
    require_secret,
)

with warnings.catch_warnings():
    # It calls itself no longer maintained: hence the self-test, and py-ecc beside it.
    warnings.simplefilter("ignore", DeprecationWarning)
    import milagro_bls_binding as milagro

# The generator of the keys' group: the key of the secret 1.
_GENERATOR = G1Point()


class Native:
    """The scheme as compiled libraries compute it."""

    name = "milagro"

    def public_key(self, secret: int) -> bytes:
        """Return the key of a secret."""
        return bytes(milagro.SkToPk(_encoded(secret)))

    def sign(self, secret: int, message: bytes) -> bytes:
        """Sign a message."""
        return bytes(milagro.Sign(_encoded(secret), message))

    def verify(self, key: bytes, message: bytes, signature: bytes) -> bool:
        """Say whether one key signed one message."""
        return _are_keys([key]) and bool(milagro.Verify(key, message, signature))

    def aggregate(self, signatures: Sequence[bytes]) -> bytes:
        """Add signatures up to one."""
        if not signatures or not all(map(self.is_signature_point, signatures)):
            raise ValueError("an aggregate is made of one signature or more")
        return bytes(milagro.Aggregate(list(signatures)))

    def aggregate_verify(
        self, keys: Sequence[bytes], messages: Sequence[bytes], signature: bytes
    ) -> bool:
        """Say whether each key signed its own message."""
        if not _are_keys(keys) or len(keys) != len(messages):
            return False
        return bool(milagro.AggregateVerify(list(keys), list(messages), signature))

    def fast_aggregate_verify(
        self, keys: Sequence[bytes], message: bytes, signature: bytes
    ) -> bool:
        """Say whether proven keys all signed one message."""
        if not _are_keys(keys):
            return False
        return bool(milagro.FastAggregateVerify(list(keys), message, signature))

    def prove(self, secret: int) -> bytes:
        """Prove that one has the secret of a key."""
        point = G2Point.hash_to_curve(self.public_key(secret), PROOF_DOMAIN)
        return (point * Scalar(secret)).to_compressed_bytes()

    def verify_proof(self, key: bytes, proof: bytes) -> bool:
        """Say whether whoever made the proof has the key's secret."""
        if not self.is_key_point(key) or not self.is_signature_point(proof):
            return False
        if key == INFINITY_KEY or proof == INFINITY_SIGNATURE:
            return False
        hashed = G2Point.hash_to_curve(key, PROOF_DOMAIN)
        return bool(
            GT.pairing_check(
                [-_GENERATOR, G1Point.from_compressed_bytes(key)],
                [G2Point.from_compressed_bytes(proof), hashed],
            )
        )

    def is_key_point(self, encoded: bytes) -> bool:
        """Say whether bytes are a point of the keys' group, infinity included."""
        if len(encoded) != KEY_BYTES:
            return False
        try:
            point = G1Point.from_compressed_bytes(encoded)
        except ValueError:
            return False
        return point.to_compressed_bytes() == encoded

    def is_signature_point(self, encoded: bytes) -> bool:
        """Say whether bytes are a point of the signatures' group, infinity included."""
        if len(encoded) != SIGNATURE_BYTES:
            return False
        try:
            point = G2Point.from_compressed_bytes(encoded)
        except ValueError:
            return False
        return point.to_compressed_bytes() == encoded

    def hash_to_curve(self, message: bytes, domain: bytes) -> bytes:
        """Hash a message to a point of the signatures' group (RFC 9380), compressed."""
        return G2Point.hash_to_curve(message, domain).to_compressed_bytes()


def _encoded(secret: int) -> bytes:
    return require_secret(secret).to_bytes(SECRET_BYTES, "big")


def _are_keys(keys: Sequence[bytes]) -> bool:
    """Say whether there are keys, and none is infinity; milagro judges their points."""
    return bool(keys) and all(
        len(key) == KEY_BYTES and key != INFINITY_KEY for key in keys
    )
