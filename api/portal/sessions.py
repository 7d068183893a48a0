"""Remember who is signed in: a signed cookie that names a key, never the key itself.

The cookie is proof for thirty minutes of idleness and twelve hours in all; the key is
looked up at every request, so taking a key back signs its owner out at once. A visit
that was signed out of is remembered until its cookie would have ended by itself.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from api import auth
from api.auth import Caller
from api.portal.model import EndedVisit
from ledger import private_files
from ledger.database import UnitOfWork

COOKIE: Final = "tonle_session"
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
NONCE_BYTES: Final = 18
SECRET_BYTES: Final = 32
_PADDING: Final = "=="
MAX_COOKIE_LETTERS: Final = 500


@dataclass(frozen=True)
class Session:
    """A visit: a nonce that forms are bound to, and the key signed in with, if any."""

    nonce: str
    key: str
    begun_at: datetime
    seen_at: datetime

    @classmethod
    def begin(cls, now: datetime, *, key: str = "") -> "Session":
        """Begin a visit; signing in begins a new one, so no old form fits it."""
        return cls(secrets.token_urlsafe(NONCE_BYTES), key, now, now)

    def seen(self, now: datetime) -> "Session":
        """Return the visit as it is after another request."""
        return replace(self, seen_at=now)

    @property
    def nonce_sha256(self) -> bytes:
        """Return what the visit is remembered by when it was ended."""
        return hashlib.sha256(self.nonce.encode()).digest()

    def is_over(self, now: datetime) -> bool:
        """Say whether it has idled or lasted too long."""
        return now - self.seen_at > IDLE or now - self.begun_at > LONGEST


@dataclass(frozen=True)
class Seal:
    """Signs cookies and forms with a secret of the installation (HMAC-SHA256)."""

    secret: bytes

    def write(self, session: Session) -> str:
        """Return a cookie's value."""
        fields = [
            session.nonce,
            session.key,
            session.begun_at.isoformat(),
            session.seen_at.isoformat(),
        ]
        packed = base64.urlsafe_b64encode(json.dumps(fields).encode())
        body = packed.decode().rstrip("=")
        return f"{body}.{self._mac('session', body)}"

    def read(self, value: str, now: datetime) -> Session | None:
        """Return the visit a cookie proves, or none."""
        body, _, mac = value[:MAX_COOKIE_LETTERS].partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac("session", body).encode()):
            return None
        nonce, key, begun, seen = json.loads(base64.urlsafe_b64decode(body + _PADDING))
        session = Session(
            nonce, key, datetime.fromisoformat(begun), datetime.fromisoformat(seen)
        )
        return None if session.is_over(now) else session

    def token(self, session: Session) -> str:
        """Return what every form of a visit must send along."""
        return self._mac("form", session.nonce)

    def accepts(self, session: Session, token: str) -> bool:
        """Say whether a form belongs to the visit."""
        return hmac.compare_digest(self.token(session).encode(), token.encode())

    def _mac(self, purpose: str, text: str) -> str:
        message = f"{purpose}\n{text}".encode()
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()


def load_seal(file: Path) -> Seal:
    """Read the installation's secret, so that a restart signs nobody out; make it once."""
    made = partial(secrets.token_bytes, SECRET_BYTES)
    return Seal(private_files.read_or_make(file, made))


async def end_visit(uow: UnitOfWork, *, session: Session) -> None:
    """Let no copy of a visit's cookie open anything from now on."""
    forgotten = uow.now() - LONGEST
    await uow.session.execute(delete(EndedVisit).where(EndedVisit.ended_at < forgotten))
    await uow.session.execute(
        insert(EndedVisit)
        .values(nonce_sha256=session.nonce_sha256, ended_at=uow.now())
        .on_conflict_do_nothing()
    )


async def find_standing(uow: UnitOfWork, *, session: Session) -> Caller | None:
    """Return whom a visit stands for: nobody ended it, nor took its key back."""
    row = await uow.session.get(auth.ApiKey, session.key)
    if row is None or row.revoked_at is not None:
        return None
    if await uow.session.get(EndedVisit, session.nonce_sha256) is not None:
        return None
    return Caller(row.party, row.serves, row.id)
