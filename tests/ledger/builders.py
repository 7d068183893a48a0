"""Builders of ledger facts that say only what matters."""

from collections.abc import Sequence

from ledger import accounts, balances, entries, holds
from ledger.database import Database, UnitOfWork
from ledger.ids import AccountId, EntryId, new_id


async def open_accounts(uow: UnitOfWork) -> list[AccountId]:
    """Open a bank (free) and two wallets that may not be overdrawn, in USD."""
    book = accounts.CLIENT_MONEY
    specs = [
        accounts.Spec(book, "bank", "bank", "USD", accounts.Side.DEBIT),
        accounts.Spec(book, "wallet/a", "wallet", "USD", accounts.Side.CREDIT, 0),
        accounts.Spec(book, "wallet/b", "wallet", "USD", accounts.Side.CREDIT, 0),
    ]
    return await accounts.open_all(uow, specs)


async def open_pair(uow: UnitOfWork) -> list[AccountId]:
    """Open two free accounts in a book of their own."""
    side = accounts.Side.DEBIT
    return await accounts.open_all(
        uow, [accounts.Spec("side", path, "side", "USD", side) for path in "xy"]
    )


def an_id(db: Database) -> EntryId:
    return EntryId(new_id("entry", db.clock.now()))


def an_entry(
    db: Database,
    legs: Sequence[entries.Leg],
    *,
    id_: EntryId | None = None,
    memo: str = "",
) -> entries.NewEntry:
    on = db.clock.now().date()
    return entries.NewEntry(id_ or an_id(db), "test", tuple(legs), on, memo)


async def move(
    db: Database, debit: AccountId, credit: AccountId, units: int
) -> entries.Posted:
    legs = entries.transfer(debit=debit, credit=credit, units=units)
    return (await db.transact(entries.post, [an_entry(db, legs)]))[0]


async def hold(
    db: Database, debit: AccountId, credit: AccountId, units: int
) -> EntryId:
    new = holds.NewHold(an_id(db), debit, credit, units, db.clock.now().date())
    await db.transact(holds.place, [new])
    return new.id


async def available(db: Database, account: AccountId) -> int:
    return (await db.read(balances.get, account)).available
