"""Have the time of a head sworn by a time-stamping authority (RFC 3161).

What is stamped is the signed note as the log signed it, without cosignatures. A token is
kept only when it verifies under the roots the operator trusts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from ledger.audit.model import CheckpointRow, TimestampRow
from ledger.database import UnitOfWork

EACH_DAY = timedelta(days=1)
TOKEN_BYTES = 64 * 1024


class TokenRefused(ValueError):  # noqa: N818 - a refusal, as in ledger.errors
    """What came back is no token of the authority for what was asked."""


@dataclass(frozen=True)
class Token:
    """The authority's whole response, and the time it swears to."""

    response: bytes
    at: datetime


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority: where it is asked, and the roots it is believed under."""

    url: str
    roots: tuple[x509.Certificate, ...]

    @classmethod
    def read(cls, url: str, pem: bytes) -> "Authority":
        """Read the roots; ValueError when there are none."""
        return cls(url, tuple(x509.load_pem_x509_certificates(pem)))

    def ask(self, note: str) -> TimeStampRequest:
        """Return what to ask about a note: its SHA-256, a fresh nonce, the certificates."""
        question = TimestampRequestBuilder(hash_algorithm=HashAlgorithm.SHA256)
        return question.data(note.encode()).cert_request(cert_request=True).build()

    def require_right(self, response: bytes, digest: bytes) -> None:
        """Refuse a token that is not of this authority and of this SHA-256.

        Raises:
            TokenRefused: It is not.
        """
        self._verify(VerifierBuilder(), response, digest)

    def judge(self, note: str, asked: TimeStampRequest, response: bytes) -> Token:
        """Return the token when it is of this authority, this note and this question.

        Raises:
            TokenRefused: It is not.
        """
        digest = hashlib.sha256(note.encode()).digest()
        at = self._verify(VerifierBuilder.from_request(asked), response, digest)
        return Token(response, at)

    def _verify(
        self, verifier: VerifierBuilder, response: bytes, digest: bytes
    ) -> datetime:
        if len(response) > TOKEN_BYTES:
            raise TokenRefused("it is too large")
        try:
            read = decode_timestamp_response(response)
            for root in self.roots:
                verifier = verifier.add_root_certificate(root)
            verifier.build().verify(read, digest)
        except (VerificationError, ValueError, TypeError) as error:
            raise TokenRefused(str(error)[:200]) from error
        return read.tst_info.gen_time


async def find_unstamped(uow: UnitOfWork) -> CheckpointRow | None:
    """Find the newest head, unless one was stamped within a day or it is stamped."""
    last = await uow.session.scalar(
        select(TimestampRow).order_by(TimestampRow.size.desc()).limit(1)
    )
    head = await uow.session.scalar(
        select(CheckpointRow).order_by(CheckpointRow.size.desc()).limit(1)
    )
    if head is None or last is None:
        return head
    is_due = uow.clock.now() - last.asked_at >= EACH_DAY
    return head if is_due and head.size > last.size else None


async def keep_token(uow: UnitOfWork, size: int, token: Token) -> None:
    """Keep the token of a head; the first stays."""
    values = {
        "size": size,
        "response": token.response,
        "at": token.at,
        "asked_at": uow.clock.now(),
    }
    await uow.session.execute(
        insert(TimestampRow).values(values).on_conflict_do_nothing()
    )


async def list_stamped(
    uow: UnitOfWork, size: int
) -> Sequence[tuple[str, TimestampRow]]:
    """Return the stamped notes of heads up to a size, with their tokens."""
    query = (
        select(CheckpointRow.note, TimestampRow)
        .join(TimestampRow, TimestampRow.size == CheckpointRow.size)
        .where(CheckpointRow.size <= size)
        .order_by(CheckpointRow.size)
    )
    return [(note, row) for note, row in await uow.session.execute(query)]
