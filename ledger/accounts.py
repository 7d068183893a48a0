"""Accounts: where money and shares can stand, one asset each, in a book.

A book is a set of accounts that balances by itself: the clients' money, the claims of
the loan book, the registers of shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    UniqueConstraint,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from ledger.balances import BalanceRow
from ledger.database import UnitOfWork
from ledger.errors import Conflict, NotFound
from ledger.ids import AccountId, IdType, new_id
from ledger.tables import Base

CLIENT_MONEY: Final = "client_money"
LOAN_BOOK: Final = "loan_book"
REGISTER: Final = "register"


class Book(StrEnum):
    """The books of the platform, each a world that balances by itself."""

    CLIENT_MONEY = CLIENT_MONEY
    LOAN_BOOK = LOAN_BOOK
    REGISTER = REGISTER


class Side(StrEnum):
    """The side on which an account normally stands."""

    DEBIT = "debit"
    CREDIT = "credit"


class Freeze(StrEnum):
    """Which movements of an account are stopped."""

    NONE = "none"
    OUTFLOW = "outflow"
    ALL = "all"


class AssetRow(Base):
    """What is counted: a currency or a class of shares, in its smallest unit."""

    __tablename__ = "asset"

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    exponent: Mapped[int]
    settlement_step: Mapped[int]

    __table_args__ = (CheckConstraint("kind IN ('currency', 'share')", "kind"),)


class AccountRow(Base):
    """An account; its sums stand in ``balance``, its history in ``posting``."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(IdType("acct"), primary_key=True)
    book: Mapped[str]
    path: Mapped[str]
    kind: Mapped[str]
    asset: Mapped[str] = mapped_column(ForeignKey("asset.code"))
    normal_side: Mapped[str]
    frozen: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("book", "path", "asset"),
        CheckConstraint("normal_side IN ('debit', 'credit')", "normal_side"),
        CheckConstraint("frozen IN ('none', 'outflow', 'all')", "frozen"),
    )


@dataclass(frozen=True)
class Spec:
    """An account to be opened.

    ``floor`` is the least the account may have available, in units of its normal
    side: 0 allows no overdraft, None allows any. ``ceiling`` bounds it from above.
    """

    book: str
    path: str
    kind: str
    asset: str
    normal_side: Side
    floor: int | None = None
    ceiling: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes the account the same account."""
        return self.book, self.path, self.asset


class AccountNotEmpty(Conflict):
    """Only an account at zero can be closed."""

    code = "account_not_empty"
    message = "The account still holds {units} units. Move them, then close it."


async def register_share_class(uow: UnitOfWork, *, code: str) -> None:
    """Make a class of shares an asset, counted in whole shares."""
    await uow.session.execute(
        insert(AssetRow)
        .values(code=code, kind="share", exponent=0, settlement_step=1)
        .on_conflict_do_nothing()
    )


async def open_all(uow: UnitOfWork, specs: Sequence[Spec]) -> list[AccountId]:
    """Open accounts, or find those that exist; ids come in the order of the specs."""
    known = await _find_all(uow, [spec.key for spec in specs])
    missing = {spec.key: spec for spec in specs if spec.key not in known}
    if missing:
        await _insert(uow, [missing[key] for key in sorted(missing)])
        known |= await _find_all(uow, list(missing))
    return [known[spec.key] for spec in specs]


async def _insert(uow: UnitOfWork, specs: Sequence[Spec]) -> None:
    rows = [
        {
            "id": new_id("acct", uow.now()),
            "book": spec.book,
            "path": spec.path,
            "kind": spec.kind,
            "asset": spec.asset,
            "normal_side": spec.normal_side.value,
            "frozen": Freeze.NONE.value,
            "opened_at": uow.now(),
        }
        for spec in specs
    ]
    inserted = await uow.session.execute(
        insert(AccountRow).values(rows).on_conflict_do_nothing().returning(AccountRow)
    )
    limits = {spec.key: spec for spec in specs}
    balances = [
        _balance_row(row.id, limits[row.book, row.path, row.asset])
        for row in inserted.scalars()
    ]
    if balances:
        await uow.session.execute(insert(BalanceRow), balances)


def _balance_row(account: str, spec: Spec) -> dict[str, object]:
    return {
        "account": account,
        "normal_side": spec.normal_side.value,
        "floor_units": spec.floor,
        "ceiling_units": spec.ceiling,
        "posted_debits": 0,
        "posted_credits": 0,
        "pending_debits": 0,
        "pending_credits": 0,
        "version": 0,
        "booked_at": None,
    }


async def _find_all(
    uow: UnitOfWork, keys: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str, str], AccountId]:
    rows = await uow.session.execute(
        select(AccountRow.book, AccountRow.path, AccountRow.asset, AccountRow.id).where(
            tuple_(AccountRow.book, AccountRow.path, AccountRow.asset).in_(keys)
        )
    )
    return {(book, path, asset): AccountId(id_) for book, path, asset, id_ in rows}


async def find(uow: UnitOfWork, book: str, path: str, asset: str) -> AccountId | None:
    """Look an account up by its place; None when it was never opened."""
    return (await _find_all(uow, [(book, path, asset)])).get((book, path, asset))


async def get(uow: UnitOfWork, account: AccountId) -> AccountRow:
    """Return an account by its id."""
    row = await uow.session.get(AccountRow, account)
    if row is None:
        raise NotFound(thing="account")
    return row


async def freeze(uow: UnitOfWork, account: AccountId, extent: Freeze) -> None:
    """Stop an account's outflow, or everything, or nothing.

    Waits for bookings under way; once it is committed nothing frozen moves. Holds can
    still be let go, which moves nothing.
    """
    row, _ = await _lock(uow, account)
    row.frozen = extent.value


async def close(uow: UnitOfWork, account: AccountId) -> None:
    """Close an account for good; it must stand at zero with nothing pending."""
    row, balance = await _lock(uow, account)
    units = balance.posted_debits - balance.posted_credits
    if units or balance.pending_debits or balance.pending_credits:
        raise AccountNotEmpty(units=units)
    row.closed_at = row.closed_at or uow.now()


async def _lock(uow: UnitOfWork, account: AccountId) -> tuple[AccountRow, BalanceRow]:
    """Wait for bookings under way, and read anew what was read before the wait."""
    anew = {"populate_existing": True}
    held = select(BalanceRow).where(BalanceRow.account == account).with_for_update()
    balance = await uow.session.scalar(held, execution_options=anew)
    kept = select(AccountRow).where(AccountRow.id == account)
    row = await uow.session.scalar(kept, execution_options=anew)
    if balance is None or row is None:
        raise NotFound(thing="account")
    return row, balance
