"""Statements of accounts, and the whole book, in formats of other programs."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.http.callers import Known, Staff
from api.http.depends import Db
from api.http.router import make_router
from api.wire import AccountRef, BusinessDate, PartyRef
from finance import wallets
from ledger import exports
from ledger.database import Database
from ledger.exports import BookFormat, StatementFormat
from ledger.ids import AccountId
from ledger.money import Currency

router = make_router("ledger")

TEXT = "text/plain; charset=utf-8"


def _described(*media_types: str) -> dict[str, Any]:
    """Return what a route says of the files it answers with."""
    content = {one: {"schema": {"type": "string"}} for one in media_types}
    return {"response_class": Response, "responses": {200: {"content": content}}}


STATEMENT = _described(*(form.media_type for form in StatementFormat))


class Wanted:
    """Which days a statement is of, the last included, and how it is written."""

    def __init__(
        self,
        starts_on: BusinessDate,
        ends_on: BusinessDate,
        form: StatementFormat = StatementFormat.JSON,
    ) -> None:
        self.days = exports.Days(starts_on, ends_on)
        self.form = form

    async def answer(self, db: Database, account: AccountId) -> Response:
        """Read the statement and hand it out as a file."""
        now = db.clock.now()
        span = self.days.instants(now)
        read = await db.read(exports.account_statement, account, **span)
        # A long statement takes a second to write; nobody else is to wait for it.
        written = await asyncio.to_thread(
            exports.write_statement, read, self.form, created_at=now
        )
        days = f"{self.days.starts_on:%Y%m%d}-{self.days.ends_on:%Y%m%d}"
        return Response(
            written,
            media_type=self.form.media_type,
            headers=_named(f"statement-{days}.{self.form.suffix}"),
        )


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file}"'}


@router.get("/ledger/accounts/{account_id}/statement", **STATEMENT)
async def get_account_statement(
    account_id: AccountRef, db: Db, wanted: Annotated[Wanted, Depends()], _: Staff
) -> Response:
    """Write an account's statement: opening balance, what moved, closing balance."""
    return await wanted.answer(db, account_id)


@router.get("/wallets/{currency}/statement", **STATEMENT)
async def get_wallet_statement(
    currency: Currency,
    db: Db,
    caller: Known,
    wanted: Annotated[Wanted, Depends()],
    party: PartyRef | None = None,
) -> Response:
    """Write the statement of one's wallet; staff name the party."""
    wallet = await db.read(
        wallets.get_wallet, party_id=caller.about(party), currency=currency
    )
    return await wanted.answer(db, AccountId(wallet.account))


@router.get("/ledger/export", **_described(TEXT))
async def export_book(db: Db, form: BookFormat, _: Staff) -> Response:
    """Write every entry of all books for beancount or hledger, whose sums are ours."""
    place = Path(tempfile.mkdtemp(prefix="tonle-book-"))
    cleaning = BackgroundTask(shutil.rmtree, place, ignore_errors=True)
    file = place / f"tonle.{form.suffix}"
    try:
        with file.open("w", encoding="utf-8") as written:
            await db.read(exports.write_book, form, written)
    except BaseException:
        await cleaning()
        raise
    return FileResponse(
        file, media_type=TEXT, headers=_named(file.name), background=cleaning
    )
