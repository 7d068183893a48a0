"""Ask a time-stamping authority for the time of the newest head, once a day.

An authority that is away, slow or wrong keeps nobody waiting: it is asked again an hour later.
"""

import asyncio
import time
from dataclasses import dataclass

import httpx
import structlog

from ledger import audit
from ledger.audit.stamping import TOKEN_BYTES
from ledger.database import Database

WAIT_SECONDS = 15
HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
}

log = structlog.get_logger()


@dataclass(frozen=True)
class SealTimes:
    """Gets a seal its time from the authority; one that fails leaves the seal without."""

    authority: audit.Authority
    transport: httpx.BaseTransport | None = None

    def ask(self, query: bytes, digest: bytes) -> bytes:
        """Return the authority's token of a digest.

        Raises:
            OSError: It is away, slow, or what it sent cannot be believed.
        """
        try:
            answer = self._post(query, until=time.monotonic() + WAIT_SECONDS)
            self.authority.require_right(answer, digest)
        except (httpx.HTTPError, httpx.InvalidURL, audit.TokenRefused) as error:
            kind = type(error).__name__
            log.warning("seal_without_timestamp", error=kind, why=str(error))
            raise OSError(kind) from error
        return answer

    def _post(self, query: bytes, *, until: float) -> bytes:
        """Send a question; an answer that does not end is cut, and so refused."""
        read = bytearray()
        with (
            httpx.Client(timeout=WAIT_SECONDS, transport=self.transport) as client,
            client.stream(
                "POST", self.authority.url, content=query, headers=HEADERS
            ) as answer,
        ):
            answer.raise_for_status()
            for part in answer.iter_raw(TOKEN_BYTES):
                read += part
                if len(read) > TOKEN_BYTES or time.monotonic() > until:
                    break
        return bytes(read)


@dataclass(frozen=True)
class Stamping:
    """Has heads stamped; ``transport`` reaches the authority another way."""

    db: Database
    authority: audit.Authority
    transport: httpx.AsyncBaseTransport | None = None

    async def stamp(self) -> None:
        """Have the newest head stamped, unless one was within a day."""
        head = await self.db.read(audit.find_unstamped)
        if head is None:
            return
        asked = self.authority.ask(head.note)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                answer = await self._post(asked.as_bytes())
            token = self.authority.judge(head.note, asked, answer)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            kind = type(error).__name__
            log.warning("timestamp_authority_away", size=head.size, error=kind)
        except audit.TokenRefused as refused:
            why = str(refused)
            log.error("timestamp_refused", size=head.size, why=why)  # noqa: TRY400 - says all
        else:
            await self.db.transact(audit.keep_token, head.size, token)

    async def _post(self, query: bytes) -> bytes:
        """Send a question; an answer that does not end is cut, and so refused."""
        read = bytearray()
        timeout = httpx.Timeout(WAIT_SECONDS)
        async with (
            httpx.AsyncClient(timeout=timeout, transport=self.transport) as client,
            client.stream(
                "POST", self.authority.url, content=query, headers=HEADERS
            ) as answer,
        ):
            answer.raise_for_status()
            async for part in answer.aiter_raw(TOKEN_BYTES):
                read += part
                if len(read) > TOKEN_BYTES:
                    break
        return bytes(read)
