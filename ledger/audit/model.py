"""What the audit log remembers: entries, the tree over them, and signed heads."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables import Base

ENTRY_BYTES = 16 * 1024
STREAMS = 32


class StreamRow(Base):
    """One of the gapless counts of recorded events: the last number given out.

    ``xid`` is the highest transaction that took a number; it never falls.
    """

    __tablename__ = "audit_stream"

    stream: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)
    xid: Mapped[int] = mapped_column(default=0)


class QueueRow(Base):
    """What is told and not sealed yet; leaves only when its audit entry exists.

    ``event`` is an event of the outbox, where ``part`` is 0, or a journal entry.
    """

    __tablename__ = "audit_queue"

    xid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stream: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event: Mapped[UUID]
    part: Mapped[int]


class AuditEntryRow(Base):
    """A sealed entry: the exact bytes that are hashed, and their leaf hash.

    ``event`` and ``part`` are those it had in the queue.
    """

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event: Mapped[UUID]
    part: Mapped[int]
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    canonical: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        UniqueConstraint("event", "part"),
        CheckConstraint("seq >= 0", name="seq"),
        CheckConstraint(f"octet_length(canonical) <= {ENTRY_BYTES}", name="size"),
        CheckConstraint(
            "leaf_hash = sha256('\\x00'::bytea || canonical)", name="leaf_hash"
        ),
    )


class TileRow(Base):
    """Up to 256 hashes of one level of the tree, side by side; only grows."""

    __tablename__ = "audit_tile"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint(
            "octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0",
            name="hashes",
        ),
    )


class CheckpointRow(Base):
    """A signed head: the tree's size and root, and the note as it is published."""

    __tablename__ = "audit_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str]
    epoch: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("octet_length(root) = 32", name="root"),
    )


class CosignatureRow(Base):
    """What a witness signed under a head: its verifier key, its line, its time."""

    __tablename__ = "audit_cosignature"

    witness: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(
        ForeignKey("audit_checkpoint.size"), primary_key=True, autoincrement=False
    )
    line: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_audit_cosignature_size", "size"),)


class TimestampRow(Base):
    """What a time-stamping authority answered about a head, whole (RFC 3161).

    ``at`` is the time it swears to, ``asked_at`` ours.
    """

    __tablename__ = "audit_timestamp"

    size: Mapped[int] = mapped_column(
        ForeignKey("audit_checkpoint.size"), primary_key=True, autoincrement=False
    )
    response: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    asked_at: Mapped[datetime]


class LeaseRow(Base):
    """Who may seal; ``epoch`` fences a sealer off that has lost the lease.

    The row's lock is the turn to seal. There is one row.
    """

    __tablename__ = "audit_lease"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int]
    holder: Mapped[str]
    renewed_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("id = 1", name="one"),)
