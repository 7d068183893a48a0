"""Compute BLS signatures by py-ecc: plain Python, easy to read, slow.

py-ecc is not audited and its time depends on the secret, so servers sign by the native
back end; this one says what is right.
"""

import hashlib
import sys
from collections.abc import Sequence
from typing import Any

from eth_typing import BLSPubkey, BLSSignature
from eth_utils.exceptions import ValidationError
from py_ecc.bls.ciphersuites import G2ProofOfPossession as Scheme
from py_ecc.bls.g2_primitives import (
    G2_to_signature,
    pubkey_to_G1,
    signature_to_G2,
    subgroup_check,
)
from py_ecc.bls.hash_to_curve import hash_to_G2
from py_ecc.optimized_bls12_381.optimized_curve import is_inf

from contracts.bls.suite import KEY_BYTES, SIGNATURE_BYTES, require_secret

# Importing py-ecc lifts Python's limit to 100,000 for the whole process, where a deeply
# nested JSON text then overruns the stack and ends it. Pairings need no such depth.
DEEPEST_CALLS = 1_000
sys.setrecursionlimit(DEEPEST_CALLS)


class Reference:
    """The scheme as py-ecc computes it."""

    name = "py-ecc"

    def public_key(self, secret: int) -> bytes:
        """Return the key of a secret."""
        return bytes(Scheme.SkToPk(require_secret(secret)))

    def sign(self, secret: int, message: bytes) -> bytes:
        """Sign a message."""
        return bytes(Scheme.Sign(require_secret(secret), message))

    def verify(self, key: bytes, message: bytes, signature: bytes) -> bool:
        """Say whether one key signed one message."""
        return bool(Scheme.Verify(BLSPubkey(key), message, BLSSignature(signature)))

    def aggregate(self, signatures: Sequence[bytes]) -> bytes:
        """Add signatures up to one."""
        if not signatures or not all(map(self.is_signature_point, signatures)):
            raise ValueError("an aggregate is made of one signature or more")
        return bytes(Scheme.Aggregate([BLSSignature(one) for one in signatures]))

    def aggregate_verify(
        self, keys: Sequence[bytes], messages: Sequence[bytes], signature: bytes
    ) -> bool:
        """Say whether each key signed its own message."""
        if not keys or len(keys) != len(messages):
            return False
        shown = [BLSPubkey(key) for key in keys]
        return bool(Scheme.AggregateVerify(shown, messages, BLSSignature(signature)))

    def fast_aggregate_verify(
        self, keys: Sequence[bytes], message: bytes, signature: bytes
    ) -> bool:
        """Say whether proven keys all signed one message."""
        shown = [BLSPubkey(key) for key in keys]
        checked = Scheme.FastAggregateVerify(shown, message, BLSSignature(signature))
        return bool(keys) and bool(checked)

    def prove(self, secret: int) -> bytes:
        """Prove that one has the secret of a key."""
        return bytes(Scheme.PopProve(require_secret(secret)))

    def verify_proof(self, key: bytes, proof: bytes) -> bool:
        """Say whether whoever made the proof has the key's secret."""
        return bool(Scheme.PopVerify(BLSPubkey(key), BLSSignature(proof)))

    def is_key_point(self, encoded: bytes) -> bool:
        """Say whether bytes are a point of the keys' group, infinity included."""
        if len(encoded) != KEY_BYTES:
            return False
        try:
            point = pubkey_to_G1(BLSPubkey(encoded))
        except (ValueError, ValidationError):
            return False
        return is_inf(point) or subgroup_check(point)

    def is_signature_point(self, encoded: bytes) -> bool:
        """Say whether bytes are a point of the signatures' group, infinity included."""
        if len(encoded) != SIGNATURE_BYTES:
            return False
        try:
            point = signature_to_G2(BLSSignature(encoded))
        except (ValueError, ValidationError):
            return False
        return is_inf(point) or subgroup_check(point)

    def hash_to_curve(self, message: bytes, domain: bytes) -> bytes:
        """Hash a message to a point of the signatures' group (RFC 9380), compressed."""
        hashing: Any = hashlib.sha256  # py-ecc means the function and says its result
        return bytes(G2_to_signature(hash_to_G2(message, domain, hashing)))
