"""Run a command at most once per Idempotency-Key, and keep what was answered."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api.http.depends import Db
from api.http.errors import IdempotencyKeyMalformed, IdempotencyKeyMissing
from api.http.sealing import APPLIED, SEALED, MaybeSealing, Sealing, Told
from api.http.strict import JSON, StrictRequest
from ledger import audit, idempotency
from ledger.database import Database, UnitOfWork
from ledger.ids import PartyId

P = ParamSpec("P")
T = TypeVar("T")

REPLAYED = "Idempotent-Replayed"
OK = 200
MOST_KEY = 255
KEY_HEADER = "Idempotency-Key"
NEEDED = "A new one for each new command; the same one on a retry."
WELCOME = f"May be left out. {NEEDED}"
GivenKey = Annotated[str | None, Header(alias=KEY_HEADER, description=NEEDED)]
MaybeKey = Annotated[str | None, Header(alias=KEY_HEADER, description=WELCOME)]
_KEY = re.compile(rf"[\x21-\x7e]{{1,{MOST_KEY}}}", re.ASCII)


@dataclass(frozen=True)
class Commands:
    """The commands of one request: one key, one effect, one stored answer."""

    db: Database
    command: idempotency.Command
    status: int
    sealing: Sealing | None = None

    async def run(
        self,
        answer: Callable[[T], BaseModel],
        use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Response:
        """Run a use case unless its key has an answer already; answer as it was stored."""

        async def effect(uow: UnitOfWork) -> dict[str, Any]:
            result = await use_case(uow, *args, **kwargs)
            return {
                "status": self.status,
                idempotency.BODY: answer(result).model_dump(mode="json"),
                "told": [str(id_) for id_ in uow.told()],
                "request": uow.actor.request_id,
            }

        stored = await self.db.transact(idempotency.once, self.command, effect)
        body, headers = stored.body[idempotency.BODY], {REPLAYED: "true"}
        if not stored.replayed:
            headers = {}
        if self.sealing is not None:
            receipt = await self.sealing.wait(self.db, Told.of(stored.body))
            body = {**body, SEALED: self.sealing.answer(receipt, self.command.key)}
            headers = {**headers, **APPLIED}
        # Names in order: what is read back from the store is the same to the byte.
        return Response(
            _dump(body),
            status_code=stored.body["status"],
            headers=headers,
            media_type=JSON,
        )


async def prove_command(
    uow: UnitOfWork, *, party: PartyId, key: str, policy: audit.Policy | None
) -> tuple[str, audit.Receipt] | None:
    """Return the request and the receipt of somebody's command; None while there is none."""
    stored = await idempotency.find_answer(uow, party, key)
    if stored is None or "told" not in stored.body:
        return None
    told = Told.of(stored.body)
    receipt = await audit.find_receipt(uow, told.ids, about=told.request, policy=policy)
    return (told.request, receipt) if receipt else None


def _commands(
    request: Request, db: Db, sealing: MaybeSealing, key: GivenKey = None
) -> Commands:
    if key is None:
        raise IdempotencyKeyMissing
    return _keyed(request, db, key, sealing=sealing)


def _retried(request: Request, db: Db, key: MaybeKey = None) -> Commands | None:
    return None if key is None else _keyed(request, db, key)


def _keyed(
    request: Request, db: Database, key: str, *, sealing: Sealing | None = None
) -> Commands:
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyMalformed
    command = idempotency.Command(
        principal=request.state.caller.party,
        key=key,
        fingerprint=idempotency.fingerprint(
            request.method, request.url.path, _canonical(request)
        ),
    )
    status = request.scope["route"].status_code or OK
    return Commands(db, command, status, sealing)


def _canonical(request: Request) -> bytes:
    """Return the body so that spaces and the order of names make no other request."""
    parsed = request.parsed if isinstance(request, StrictRequest) else None
    return _dump(parsed)


def _dump(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


# Money moves by these: each is done once for its Idempotency-Key.
Keyed = Annotated[Commands, Depends(_commands)]
# No money moves, but who sends it again on a bad line may give a key, and gets one thing.
MaybeKeyed = Annotated[Commands | None, Depends(_retried)]
