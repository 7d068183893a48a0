"""Gather one BLS line for a head that its witnesses cosigned, outside of any transaction.

Who is away or answers wrongly is left out; with too few there is no line, and nothing
depends on it.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import httpx
import structlog

from api.witness import ask
from contracts.quorum import Group
from ledger import audit
from ledger.audit import Checkpoint, Note
from ledger.database import Database

WAIT_SECONDS = 5
ANSWER_BYTES = 1024
OK = 200

log = structlog.get_logger()


@dataclass(frozen=True)
class Gathering:
    """Asks a group's members for the newest witnessed head, and keeps their one line."""

    db: Database
    policy: audit.Policy
    group: Group
    transport: httpx.AsyncBaseTransport | None = None

    async def gather(self) -> None:
        """Make the line of the newest witnessed head, unless it has one."""
        published = await self.db.read(audit.find_witnessed_head, self.policy)
        if published is None or any(Note.read(published.note).by(self.group.key)):
            return
        head = Checkpoint.read(Note.read(published.note).text)
        at = self.db.clock.now().replace(microsecond=0)
        signatures = await self._ask_all(published, head, at)
        if len(signatures) < self.group.needed:
            log.warning("group_too_small", size=head.size, signed=len(signatures))
            return
        line = self.group.line(head, at, signatures)
        self.group.check(published.note + line)
        vkey = str(self.group.key)
        await self.db.transact(
            audit.keep_beside, head.size, vkey=vkey, line=line, at=at
        )

    async def _ask_all(
        self, published: audit.PublishedHead, head: Checkpoint, at: datetime
    ) -> dict[str, bytes]:
        """Return the right signatures of those whose own line is there."""
        asked = [
            one
            for one in self.policy.witnesses
            if one.name in published.witnesses and one.name in self.group.members
        ]
        body = ask(self.group.name, at, head)
        async with httpx.AsyncClient(
            timeout=httpx.Timeout(WAIT_SECONDS), transport=self.transport
        ) as client:
            told = await asyncio.gather(*(self._ask(client, o, body) for o in asked))
        answers = zip(asked, told, strict=True)
        return {
            one.name: answer
            for one, answer in answers
            if self.group.is_signed(one.name, head, at, signature=answer)
        }

    async def _ask(
        self, client: httpx.AsyncClient, one: audit.Witness, body: bytes
    ) -> bytes:
        """Return what a member answers; nothing when it is no signature."""
        address = f"{one.url.rstrip('/')}/sign-quorum"
        try:
            async with (
                asyncio.timeout(WAIT_SECONDS),
                client.stream("POST", address, content=body) as answer,
            ):
                read = bytearray()
                async for part in answer.aiter_raw(ANSWER_BYTES):
                    read += part
                    if len(read) > ANSWER_BYTES:
                        return b""
                is_ok = answer.status_code == OK
                return bytes.fromhex(read.decode().strip()) if is_ok else b""
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            log.warning("member_away", witness=one.name, error=type(error).__name__)
            return b""
