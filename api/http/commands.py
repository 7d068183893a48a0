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
from api.http.strict import JSON, StrictRequest
from ledger import idempotency
from ledger.database import Database, UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")

REPLAYED = "Idempotent-Replayed"
OK = 200
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


@dataclass(frozen=True)
class Commands:
    """The commands of one request: one key, one effect, one stored answer."""

    db: Database
    command: idempotency.Command
    status: int

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
            body = answer(result).model_dump(mode="json")
            return {"status": self.status, "body": body}

        stored = await self.db.transact(idempotency.once, self.command, effect)
        # Names in order: what is read back from the store is the same to the byte.
        return Response(
            _dump(stored.body["body"]),
            status_code=stored.body["status"],
            headers={REPLAYED: "true"} if stored.replayed else {},
            media_type=JSON,
        )


def _commands(
    request: Request,
    db: Db,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="A new one for each new command; the same one on a retry.",
        ),
    ] = None,
) -> Commands:
    if key is None:
        raise IdempotencyKeyMissing
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyMalformed
    command = idempotency.Command(
        principal=request.state.caller.party,
        key=key,
        fingerprint=idempotency.fingerprint(
            request.method, request.url.path, _canonical(request)
        ),
    )
    return Commands(db, command, request.scope["route"].status_code or OK)


def _canonical(request: Request) -> bytes:
    """Return the body so that spaces and the order of names make no other request."""
    parsed = request.parsed if isinstance(request, StrictRequest) else None
    return _dump(parsed)


def _dump(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


# Money moves by these: each is done once for its Idempotency-Key.
Keyed = Annotated[Commands, Depends(_commands)]
