"""The right to write as a lane: kept in a row, renewed, and fenced by a number.

Whoever takes a lane over raises its epoch; what the one before still writes fails.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import UnitOfWork
from ledger.errors import Unavailable
from ledger.tables import Base

SECONDS: Final = 10
TAKEN_OVER: Final = "another process has taken the writer lane over"

# A commit takes the row for sharing, so who takes the lane over waits for it to end.
_FENCE = text("SELECT 1 FROM lane WHERE name = :name AND epoch = :epoch FOR SHARE")
_RENEW = text(
    "UPDATE lane SET renewed_at = clock_timestamp()"
    " WHERE name = :name AND epoch = :epoch RETURNING 1"
)
_TAKE = text("""
INSERT INTO lane AS kept (name, holder, epoch, renewed_at)
VALUES (:name, :holder, 1, clock_timestamp())
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, epoch = kept.epoch + 1, renewed_at = clock_timestamp()
WHERE kept.holder = ''
   OR kept.renewed_at < clock_timestamp() - make_interval(secs => :seconds)
RETURNING epoch
""")
_GIVE_UP = text("UPDATE lane SET holder = '' WHERE name = :name AND epoch = :epoch")


class LaneRow(Base):
    """Who writes as a lane; each change of hands raises ``epoch``."""

    __tablename__ = "lane"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    epoch: Mapped[int]
    renewed_at: Mapped[datetime]


class LaneTaken(Unavailable):
    """Another process holds the lane."""


@dataclass(frozen=True)
class Lease:
    """The right to write as a lane; ``epoch`` is its fencing number."""

    name: str
    epoch: int


async def take(uow: UnitOfWork, name: str) -> Lease:
    """Take a lane that nobody holds, or whose holder has let it lapse.

    Raises:
        LaneTaken: Another process holds it.
    """
    asked = {"name": name, "holder": secrets.token_hex(8), "seconds": SECONDS}
    epoch = await uow.session.scalar(_TAKE, asked)
    if epoch is None:
        raise LaneTaken("another process holds the writer lane; try again shortly")
    return Lease(name, epoch)


async def require(uow: UnitOfWork, lease: Lease) -> None:
    """See to it that the lane stays with this holder until the commit."""
    await _require(uow, lease, _FENCE)


async def renew(uow: UnitOfWork, lease: Lease) -> None:
    """Say that the holder is still there."""
    await _require(uow, lease, _RENEW)


async def give_up(uow: UnitOfWork, lease: Lease) -> None:
    """Let the lane go, so that another takes it at once."""
    await uow.session.execute(_GIVE_UP, asdict(lease))


async def _require(uow: UnitOfWork, lease: Lease, statement: TextClause) -> None:
    if await uow.session.scalar(statement, asdict(lease)) is None:
        raise LaneTaken(TAKEN_OVER)
