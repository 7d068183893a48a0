"""Read the books, hand them to other programs, and check their laws."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api import laws
from api.cli.opening import with_database
from ledger import browsing, exports, invariants, statements
from ledger.accounts import Book
from ledger.database import Database
from ledger.exports import BookFormat, StatementFormat
from ledger.ids import AccountId, EntryId, read_id
from ledger.paging import MAX_PAGE

app = typer.Typer(help="The books.", no_args_is_help=True)

DAY = "%Y-%m-%d"
MAX_BRANCHES = 1_000_000

Day = Annotated[datetime, typer.Option(formats=[DAY])]
To = Annotated[Path | None, typer.Option(help="A file; else standard output.")]


@app.command("trial-balance")
def trial_balance() -> None:
    """Write debits and credits of every kind of account, and their sums, as JSON."""

    async def work(db: Database) -> list[statements.TrialLine]:
        return await db.read(statements.trial_balance)

    lines = with_database(work)
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.asset] += line.debits - line.credits
    shown = {"lines": [asdict(line) for line in lines], "sums": dict(sums)}
    typer.echo(json.dumps(shown, indent=2))
    if any(sums.values()):
        raise typer.Exit(1)


@app.command("accounts")
def browse(
    book: Annotated[Book, typer.Argument()],
    path: Annotated[str, typer.Argument(help="Such as wallet.")] = "",
) -> None:
    """Write the sums one step below a path, a JSON line for each path and asset."""

    async def work(db: Database) -> Sequence[browsing.Branch]:
        found: list[browsing.Branch] = []
        after: str | None = ""
        while after is not None and len(found) < MAX_BRANCHES:
            page = await db.read(
                browsing.list_branches,
                book=book.value,
                path=path,
                after=after,
                limit=MAX_PAGE,
            )
            found += page.items
            after = page.next_after
        return found

    for branch in with_database(work):
        typer.echo(json.dumps(asdict(branch), ensure_ascii=False))


@app.command()
def entry(id_: Annotated[str, typer.Argument(metavar="ENTRY")]) -> None:
    """Write one entry with its legs, and the entry that reverses it, as JSON."""
    read_id("entry", id_)

    async def work(db: Database) -> browsing.BookedEntry:
        return await db.read(browsing.get_entry, EntryId(id_))

    found = with_database(work)
    row = found.entry
    shown = {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "effective_on": row.effective_on.isoformat(),
        "booked_at": row.booked_at.isoformat(),
        "memo": row.memo,
        "details": row.details,
        "hold": row.hold,
        "reverses": row.reverses,
        "reversed_by": found.reversed_by,
        "legs": [
            {
                "account": leg.account,
                "units": str(leg.units),
                "version": leg.version,
                "balance_after": str(leg.balance_after),
            }
            for leg in found.legs
        ],
    }
    typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))


@app.command()
def statement(
    account: Annotated[str, typer.Argument()],
    *,
    starts_on: Day,
    ends_on: Day,
    form: Annotated[StatementFormat, typer.Option("--format")] = StatementFormat.JSON,
    to: To = None,
) -> None:
    """Write an account's statement of some days, the last included."""
    read_id("acct", account)
    days = exports.Days(starts_on.date(), ends_on.date())

    async def work(db: Database) -> bytes:
        now = db.clock.now()
        span = days.instants(now)
        read = await db.read(exports.account_statement, AccountId(account), **span)
        return exports.write_statement(read, form, created_at=now)

    written = with_database(work)
    if to is None:
        sys.stdout.buffer.write(written)
    else:
        to.write_bytes(written)


@app.command()
def export(
    form: Annotated[BookFormat, typer.Option("--format")], to: To = None
) -> None:
    """Write the whole book for beancount or hledger, which come to the same sums."""

    async def work(db: Database) -> None:
        with to.open("w", encoding="utf-8") if to else nullcontext(sys.stdout) as file:
            await db.read(exports.write_book, form, file)

    with_database(work)


@app.command()
def check() -> None:
    """Check the laws of the books; exit 1 and say which is broken, where, by how much."""

    async def work(db: Database) -> list[invariants.Breach]:
        return await db.read(invariants.find_breaches, laws.BOOKS)

    breaches = with_database(work)
    for law in dict.fromkeys(breach.law for breach in breaches):
        places = [breach for breach in breaches if breach.law == law]
        typer.echo(f"{law.name}: {law.says}", err=True)
        for breach in places:
            typer.echo(f"  broken at {breach.where}, off by {breach.off_by}", err=True)
        if len(places) == invariants.MAX_PLACES:
            typer.echo("  and perhaps at more places; these are the first", err=True)
    if breaches:
        raise typer.Exit(1)
    typer.echo("Every law of the books holds.")
