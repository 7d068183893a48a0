"""Where payment providers tell that something changed."""

from typing import Annotated

from fastapi import Header, Path, Request

from api.http.callers import Anyone
from api.http.depends import Db, Outside
from api.http.router import make_router
from api.wire import Out
from finance import wallets
from ledger.outbox import Actor

router = make_router("rails")

Signature = Annotated[str, Header(alias="Webhook-Signature", max_length=512)]


class NoticeOut(Out):
    """Whether the event was news; either way it is kept and need not be sent again."""

    kept: bool


@router.post("/rails/{name}/webhook")
async def receive_webhook(
    name: Annotated[str, Path(max_length=32)],
    request: Request,
    outside: Outside,
    db: Db,
    _: Anyone,
    signature: Signature = "",
) -> NoticeOut:
    """Keep a provider's event after proving its signature; it is worked later."""
    event = outside.provider(name).parse_webhook(await request.body(), signature)
    by = Actor(event.provider, "webhook", db.actor.request_id)
    return NoticeOut(
        kept=await db.acting(by).transact(wallets.keep_notice, event=event)
    )
