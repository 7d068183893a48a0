"""Sign with BLS12-381: keys of 48 bytes, signatures of 96, many of which become one.

Ciphersuite ``BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_`` of draft-irtf-cfrg-bls-signature,
the one of Ethereum's consensus. Two back ends give the same bytes: ``reference`` is
py-ecc, plain Python; ``native`` is compiled and a hundred times as fast.
"""

from contracts.bls.choosing import SUITE
from contracts.bls.suite import (
    INFINITY_KEY,
    INFINITY_SIGNATURE,
    KEY_BYTES,
    ORDER,
    SECRET_BYTES,
    SIGNATURE_BYTES,
    Suite,
)

__all__ = [
    "INFINITY_KEY",
    "INFINITY_SIGNATURE",
    "KEY_BYTES",
    "ORDER",
    "SECRET_BYTES",
    "SIGNATURE_BYTES",
    "SUITE",
    "Suite",
]
