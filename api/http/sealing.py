"""Wait, when a command's caller asks, until the log has what the command did.

``?await=sealed``, or ``Prefer: await=sealed, wait=SECONDS`` (RFC 7240). The command is
done before the waiting begins, so a wait that ends without the seal refuses nothing.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Header, Query

from api.http.depends import Outside
from ledger import audit
from ledger.database import Database
from ledger.errors import Unavailable

SEALED: Final = "sealed"
APPLIED: Final = {"Preference-Applied": "await=sealed"}
WAIT_SECONDS: Final = 5
MOST_SECONDS: Final = 10
LOOK_SECONDS: Final = 0.2
MOST_WAITING: Final = 32
"""Who comes when so many wait in this process is answered at once."""

_waiting = 0


def waiting() -> int:
    """Return how many wait in this process now."""
    return _waiting


@dataclass(frozen=True)
class Told:
    """What a command told the log: under which ids, and in which request."""

    ids: Sequence[UUID]
    request: str

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Told":
        """Read it from a stored answer."""
        return cls([UUID(id_) for id_ in stored["told"]], stored["request"])


@dataclass(frozen=True)
class Sealing:
    """A caller's wish to wait for the log."""

    policy: audit.Policy | None
    seconds: int

    async def wait(self, db: Database, told: Told) -> audit.Receipt | None:
        """Return the receipt of a command as soon as its head has all it needs.

        At the end of the wait what there is by then; None when it is not sealed.
        """
        global _waiting  # noqa: PLW0603 - one count for the process, like the pool
        is_full = _waiting >= MOST_WAITING or not told.ids
        ends = asyncio.get_running_loop().time() + (0 if is_full else self.seconds)
        _waiting += 1
        try:
            return await self._look(db, told, ends)
        finally:
            _waiting -= 1

    async def _look(
        self, db: Database, told: Told, ends: float
    ) -> audit.Receipt | None:
        receipt = None
        while True:
            # The command is done: a database that is away now changes nothing of that.
            with suppress(Unavailable):
                receipt = await db.read(
                    audit.find_receipt,
                    told.ids,
                    about=told.request,
                    policy=self.policy,
                )
            if receipt is not None and self._is_enough(receipt):
                return receipt
            if asyncio.get_running_loop().time() >= ends:
                return receipt
            await asyncio.sleep(LOOK_SECONDS)

    def _is_enough(self, receipt: audit.Receipt) -> bool:
        return self.policy is None or receipt.head.is_witnessed

    def answer(self, receipt: audit.Receipt | None, key: str) -> dict[str, Any]:
        """Say how far the log is, and where to look later."""
        state = "waiting"
        if receipt is not None:
            state = "witnessed" if receipt.head.is_witnessed else "signed"
        return {
            "state": state,
            "is_enough": receipt is not None and self._is_enough(receipt),
            "receipt": receipt.content.decode() if receipt else None,
            "look": f"/v1/commands/proof?key={quote(key, safe='')}",
        }


def _sealing(
    outside: Outside,
    await_: Annotated[
        Literal["sealed"] | None,
        Query(alias="await", description="Answer when the log has what this did."),
    ] = None,
    prefer: Annotated[
        str, Header(description="`await=sealed`, `wait=SECONDS` (RFC 7240).")
    ] = "",
) -> Sealing | None:
    """Read the wish; a server without a log does not apply it."""
    wishes = dict(_wish(one) for one in prefer.split(","))
    if outside.signer is None or (await_ or wishes.get("await")) != SEALED:
        return None
    wait = wishes.get("wait", "")
    is_number = wait.isascii() and wait.isdigit() and len(wait) <= len("100")
    seconds = int(wait) if is_number else WAIT_SECONDS
    return Sealing(outside.policy, min(seconds, MOST_SECONDS))


def _wish(text: str) -> tuple[str, str]:
    name, _, value = text.partition(";")[0].partition("=")
    return name.strip().lower(), value.strip().strip('"').lower()


MaybeSealing = Annotated[Sealing | None, Depends(_sealing)]
