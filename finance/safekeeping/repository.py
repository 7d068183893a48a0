"""How safekeeping finds balances and proofs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import undefer

from finance.safekeeping.model import MoneyProof, MoneyProofLeaf
from ledger.accounts import CLIENT_MONEY, AccountRow
from ledger.balances import BalanceRow
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import AccountId
from ledger.money import Currency
from ledger.paging import DEFAULT_PAGE, Page, fetch_page


@dataclass(frozen=True)
class Standing:
    """What one client-money account is owed; below zero when it owes, as a bank does."""

    account: str
    kind: str
    owed: int


async def list_standings(uow: UnitOfWork, currency: Currency) -> list[Standing]:
    """Return every client-money account of a currency: one statement, one moment."""
    owed = BalanceRow.posted_credits - BalanceRow.posted_debits
    rows = await uow.session.execute(
        select(AccountRow.id, AccountRow.kind, owed)
        .join(BalanceRow, BalanceRow.account == AccountRow.id)
        .where(AccountRow.book == CLIENT_MONEY, AccountRow.asset == currency.value)
    )
    return [Standing(*row) for row in rows]


async def find_proof(
    uow: UnitOfWork, currency: Currency, on: date | None = None
) -> MoneyProof | None:
    """Return a currency's proof of a day, or the newest, with its seed."""
    query = (
        select(MoneyProof)
        .options(undefer(MoneyProof.seed))
        .where(MoneyProof.currency == currency)
    )
    if on is not None:
        query = query.where(MoneyProof.counted_on == on)
    return await uow.session.scalar(
        query.order_by(MoneyProof.counted_on.desc()).limit(1)
    )


async def add_leaves(
    uow: UnitOfWork, proof_id: str, leaves: Sequence[tuple[str, int]]
) -> None:
    """Keep which account was counted with what, in the tree's order."""
    rows = [
        {"proof": proof_id, "position": at, "account": account, "balance_minor": units}
        for at, (account, units) in enumerate(leaves)
    ]
    if rows:
        await uow.session.execute(insert(MoneyProofLeaf), rows)


async def list_leaves(uow: UnitOfWork, proof_id: str) -> Sequence[MoneyProofLeaf]:
    """Return what was counted, in the tree's order."""
    rows = await uow.session.scalars(
        select(MoneyProofLeaf)
        .where(MoneyProofLeaf.proof == proof_id)
        .order_by(MoneyProofLeaf.position)
    )
    return rows.all()


async def get_leaf(
    uow: UnitOfWork, proof_id: str, account: AccountId
) -> MoneyProofLeaf:
    """Return what an account was counted with."""
    leaf = await uow.session.scalar(
        select(MoneyProofLeaf).where(
            MoneyProofLeaf.proof == proof_id, MoneyProofLeaf.account == account
        )
    )
    if leaf is None:
        raise NotFound(thing="proof")
    return leaf


async def list_proofs(
    uow: UnitOfWork,
    *,
    currency: Currency | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[MoneyProof]:
    """Return proofs, newest first."""
    query: Select[MoneyProof] = select(MoneyProof)
    if currency is not None:
        query = query.where(MoneyProof.currency == currency)
    return await fetch_page(
        uow.session, query, by=MoneyProof.id, after=after, limit=limit
    )
