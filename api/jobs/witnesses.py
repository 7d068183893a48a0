"""Ask the witnesses to cosign the newest head, outside of any transaction.

Each beat asks those who have not. A witness that is away, slow or wrong keeps nobody
waiting but its own line; one that says the log has changed sounds the alarm.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx
import structlog

from ledger import audit
from ledger.database import Database

BEAT = timedelta(seconds=1)
WAIT_SECONDS = 5
ANSWER_BYTES = 16 * 1024
ALARM_AFTER = timedelta(minutes=10)
OK, CONFLICT, CHANGED = 200, 409, 422

log = structlog.get_logger()


@dataclass(frozen=True)
class Told:
    """What a witness answered."""

    status: int
    text: str


@dataclass(frozen=True)
class Round:
    """One round of asking; any number of processes may make it at once.

    ``transport`` reaches the witnesses another way than over the network.
    """

    db: Database
    policy: audit.Policy
    transport: httpx.AsyncBaseTransport | None = None

    async def ask_all(self) -> None:
        """Ask every witness who has not cosigned the newest head."""
        asking = await self.db.read(audit.list_asking, self.policy)
        if asking:
            timeout = httpx.Timeout(WAIT_SECONDS)
            async with httpx.AsyncClient(
                timeout=timeout, transport=self.transport
            ) as client:
                await asyncio.gather(*(self._ask(client, one) for one in asking))
            await self._sound_alarm()

    async def _ask(self, client: httpx.AsyncClient, one: audit.Asking) -> None:
        name, size = one.witness.name, one.size
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                told = await self._submit(client, one)
                found = self._cosignatures(one, told.text) if told.status == OK else ()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            kind = type(error).__name__
            log.warning("witness_away", witness=name, size=size, error=kind)
            return
        if found:
            await self.db.transact(audit.keep_cosignatures, size, found)
        elif told.status == CHANGED:
            log.error("witness_saw_another_log", witness=name, size=size)
        else:
            log.warning("witness_did_not", witness=name, size=size, status=told.status)

    async def _submit(self, client: httpx.AsyncClient, one: audit.Asking) -> Told:
        """Submit a head; once more when the witness knows another size."""
        told = await _post(client, one)
        if told.status != CONFLICT:
            return told
        known = int(told.text.strip()[:20])
        again = await self.db.read(audit.submit_again, one, known)
        if again is not None:
            return await _post(client, again)
        newest = await self.db.read(audit.find_head)
        if newest and newest.size < known:
            log.error("log_was_rolled_back", size=newest.size, witness_knows=known)
        return told

    def _cosignatures(
        self, one: audit.Asking, lines: str
    ) -> Sequence[audit.Cosignature]:
        """Return the right cosignature of the witness that was asked, if it is there."""
        note = one.submission.note
        return audit.read_cosignatures(
            audit.Note.read(note + lines), [one.witness.key], self.db.clock.now()
        )

    async def _sound_alarm(self) -> None:
        newest = await self.db.read(audit.find_head, self.policy)
        witnessed = await self.db.read(audit.find_witnessed_head, self.policy)
        if newest is None or newest.is_witnessed:
            return
        since = witnessed.at if witnessed else newest.at
        if self.db.clock.now() - since > ALARM_AFTER:
            log.error("head_unwitnessed", size=newest.size, since=since.isoformat())


async def _post(client: httpx.AsyncClient, one: audit.Asking) -> Told:
    """Send a head to a witness; an answer that does not end is cut."""
    address = f"{one.witness.url.rstrip('/')}/add-checkpoint"
    body = one.submission.text().encode()
    read = bytearray()
    async with client.stream("POST", address, content=body) as answer:
        async for part in answer.aiter_raw(ANSWER_BYTES):
            read += part
            if len(read) > ANSWER_BYTES:
                raise audit.NoteRefused("the answer is too large")
    return Told(answer.status_code, read.decode())
