"""Make signing keys, prove that one has them, and keep their secrets sealed.

A key counts only with a proof of possession: without it somebody could choose a key
that cancels another's out of a common signature.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts import bls
from contracts.errors import KeyUnproven
from ledger.errors import Unavailable, ensure

WRAPPING_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_NAME_BYTES: Final = 4
_PURPOSE: Final = b"tonle/signing-key/v1\n"


@dataclass(frozen=True, slots=True)
class ProvenKey:
    """A public key whose owner has shown to have its secret.

    Made by ``of``; ``kept`` takes one back from where only proven keys are kept.
    """

    public: bytes

    @classmethod
    def of(cls, public: bytes, proof: bytes) -> "ProvenKey":
        """Check a proof of possession.

        Raises:
            KeyUnproven: It is not that key's, or the key is none.
        """
        if not bls.SUITE.verify_proof(public, proof):
            raise KeyUnproven
        return cls(public)

    @classmethod
    def kept(cls, public: bytes) -> "ProvenKey":
        """Take back a key that was proven when it was registered."""
        return cls(public)


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A key made here: its public half, the proof, and the secret under a wrapping key."""

    public: bytes
    proof: bytes
    sealed: bytes


class Vault:
    """Seals signing secrets, and opens one for as long as a signature takes.

    AES-256-GCM under a wrapping key that lies outside the database; the public key is
    bound in, so a sealed secret cannot be put in another's place. The first wrapping
    key seals; the others open what was sealed before they were replaced.
    """

    def __init__(self, *wrapping: bytes) -> None:
        ensure(wrapping, "a vault has a wrapping key")
        ensure(
            all(len(key) == WRAPPING_BYTES for key in wrapping),
            "a wrapping key has 32 bytes",
        )
        self._newest = _name(wrapping[0])
        self._ciphers = {_name(key): AESGCM(key) for key in wrapping}

    def make(self) -> SealedKey:
        """Make a key whose secret nobody sees."""
        secret = secrets.randbelow(bls.ORDER - 1) + 1
        public = bls.SUITE.public_key(secret)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        encoded = secret.to_bytes(bls.SECRET_BYTES, "big")
        closed = self._ciphers[self._newest].encrypt(nonce, encoded, _PURPOSE + public)
        sealed = self._newest + nonce + closed
        return SealedKey(public, bls.SUITE.prove(secret), sealed)

    def sign(self, sealed: bytes, public: bytes, message: bytes) -> bytes:
        """Sign a message with a sealed secret.

        Raises:
            Unavailable: The wrapping key is not here, or the seal is broken.
        """
        return bls.SUITE.sign(self._open(sealed, public), message)

    def _open(self, sealed: bytes, public: bytes) -> int:
        name, rest = sealed[:_NAME_BYTES], sealed[_NAME_BYTES:]
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise Unavailable(
                "the wrapping key of a signing key is missing; restore it"
            )
        nonce, closed = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return int.from_bytes(
                cipher.decrypt(nonce, closed, _PURPOSE + public), "big"
            )
        except InvalidTag as error:
            raise Unavailable("a sealed signing key is damaged; restore it") from error


def _name(wrapping: bytes) -> bytes:
    """Return by which of several wrapping keys something was sealed."""
    return hashlib.sha256(_PURPOSE + wrapping).digest()[:_NAME_BYTES]
