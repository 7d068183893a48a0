"""Say what is signed, byte for byte, and check who signed it, alone or together.

Each lender signs a message of their own; all of them become one signature that still
binds each (``AggregateVerify``). Few parties sign one agreement; every one is verified
alone before, since keys that cancel each other out would pass together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from contracts import bls
from contracts.errors import LevelTooLow, SignatureInvalid, SignersInvalid
from contracts.keys import ProvenKey
from ledger.canonical import canonical, plain
from ledger.money import Money

MOST_SIGNERS: Final = 100_000


class SignatureLevel(StrEnum):
    """How strongly a signature binds, from the weakest to the strongest."""

    CLICK = "click"
    """A button of a session; nothing is signed."""

    SIMPLE = "simple"
    """A session stepped up by a code or a passkey."""

    BLS = "bls"
    """A key of the signer's over the exact message."""

    CA = "ca"
    """A certificate of a licensed authority."""

    def require(self, least: "SignatureLevel") -> None:
        """Refuse a signature below what a product asks for."""
        if not self.reaches(least):
            raise LevelTooLow(least=least.value)

    def reaches(self, least: "SignatureLevel") -> bool:
        """Say whether it binds at least as strongly as another."""
        ranks = list(SignatureLevel)
        return ranks.index(self) >= ranks.index(least)


@dataclass(frozen=True, slots=True)
class PledgeMessage:
    """What a lender signs: this much to this offer, on the terms with this hash."""

    platform: str
    pledge: str
    offer: str
    lender: str
    amount: Money
    terms_hash: bytes

    def encoded(self) -> bytes:
        """Return the bytes to be signed."""
        return _encoded(
            "pledge",
            {
                "platform": self.platform,
                "pledge": self.pledge,
                "offer": self.offer,
                "lender": self.lender,
                "amount": self.amount,
                "terms_sha256": self.terms_hash.hex(),
            },
        )


@dataclass(frozen=True, slots=True)
class AgreementMessage:
    """What the parties to an agreement sign: the hash of every form it was shown in.

    ``forms`` are the prints and their source, by name; ``document_hash`` is the page's.
    """

    platform: str
    subject: str
    document_hash: bytes
    forms: Mapping[str, bytes] = field(default_factory=dict)

    def names(self, sha256: bytes) -> bool:
        """Say whether a form with this hash is what is signed."""
        return sha256 in (self.document_hash, *self.forms.values())

    def encoded(self) -> bytes:
        """Return the bytes to be signed."""
        return _encoded(
            "agreement",
            {
                "platform": self.platform,
                "subject": self.subject,
                "document_sha256": self.document_hash.hex(),
                "forms_sha256": {name: sha.hex() for name, sha in self.forms.items()},
            },
        )


@dataclass(frozen=True, slots=True)
class SuccessionMessage:
    """What an old key signs so that a new one takes its place."""

    platform: str
    party: str
    old: bytes
    new: bytes

    def encoded(self) -> bytes:
        """Return the bytes to be signed."""
        return _encoded(
            "succession",
            {
                "platform": self.platform,
                "party": self.party,
                "old": self.old.hex(),
                "new": self.new.hex(),
            },
        )


@dataclass(frozen=True, slots=True)
class Signed:
    """A message with one key's signature."""

    key: ProvenKey
    message: bytes
    signature: bytes

    def require_valid(self) -> None:
        """Check the signature alone.

        Raises:
            SignatureInvalid: It is not this key's over this message.
        """
        if not bls.SUITE.verify(self.key.public, self.message, self.signature):
            raise SignatureInvalid


def total_distinct(signed: Sequence[Signed]) -> bytes:
    """Verify signatures over messages of their own one by one, then make them one.

    Bad ones could cancel out in the sum, so the sum alone does not show that each holds.

    Raises:
        SignersInvalid: There are none, too many, or a message comes twice.
        SignatureInvalid: One of them does not hold.
    """
    for one in signed:
        one.require_valid()
    return aggregate_distinct(signed)


def aggregate_distinct(signed: Sequence[Signed]) -> bytes:
    """Make one signature of many over messages of their own, and check it.

    Raises:
        SignersInvalid: There are none, too many, or a message comes twice.
        SignatureInvalid: One of them does not hold.
    """
    total = _sum([one.signature for one in signed])
    require_distinct(
        [one.key for one in signed], [one.message for one in signed], total
    )
    return total


def require_distinct(
    keys: Sequence[ProvenKey], messages: Sequence[bytes], signature: bytes
) -> None:
    """Check one signature of many, each over a message of its own.

    Raises:
        SignersInvalid: There are none, too many, or a message comes twice.
        SignatureInvalid: It does not hold for all of them.
    """
    _require_each_once(messages)
    publics = [key.public for key in keys]
    if not bls.SUITE.aggregate_verify(publics, messages, signature):
        raise SignatureInvalid


def aggregate_common(signed: Sequence[Signed]) -> bytes:
    """Make one signature of a few over one message, each verified alone before.

    Raises:
        SignersInvalid: There are none, a key comes twice, or the messages differ.
        SignatureInvalid: One of them does not hold.
    """
    if len({one.message for one in signed}) > 1:
        raise SignersInvalid(reason="signing different messages")
    for one in signed:
        one.require_valid()
    total = _sum([one.signature for one in signed])
    require_common([one.key for one in signed], signed[0].message, total)
    return total


def require_common(keys: Sequence[ProvenKey], message: bytes, signature: bytes) -> None:
    """Check one signature of several keys over one message.

    It shows that the named keys signed together, not that each signed: whoever relies
    on one of them asks for that one's own signature.

    Raises:
        SignersInvalid: There are none, or a key comes twice.
        SignatureInvalid: It does not hold.
    """
    publics = [key.public for key in keys]
    _require_each_once(publics)
    if not bls.SUITE.fast_aggregate_verify(publics, message, signature):
        raise SignatureInvalid


def _sum(signatures: Sequence[bytes]) -> bytes:
    if not signatures:
        raise SignersInvalid(reason="none")
    try:
        return bls.SUITE.aggregate(signatures)
    except ValueError as error:
        raise SignatureInvalid from error


def _require_each_once(items: Sequence[bytes]) -> None:
    if not items:
        raise SignersInvalid(reason="none")
    if len(items) > MOST_SIGNERS:
        raise SignersInvalid(reason="too many")
    if len(set(items)) != len(items):
        raise SignersInvalid(reason="named twice")


def _encoded(kind: str, fields: Mapping[str, object]) -> bytes:
    """Begin with what it is and its version, so that no signature fits elsewhere."""
    return f"tonle/{kind}/v1\n".encode() + canonical(plain(fields))
