"""The register of shares: ledger accounts, one asset a class, one account a holder.

What is authorised stands against what is not issued yet; issuing moves shares from
there to holders. No account can go below zero, so never more is issued than authorised.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ledger import accounts, balances, entries
from ledger.accounts import REGISTER, AccountRow, Side, Spec
from ledger.balances import BalanceRow
from ledger.database import UnitOfWork
from ledger.ids import AccountId, EntryId, PartyId, new_id

_HOLDER = "holder/"


@dataclass(frozen=True)
class Holding:
    """Shares of a class that a party holds, and where the register has them."""

    share_id: str
    holder: str
    units: int
    account: AccountId


async def open_class(uow: UnitOfWork, share_id: str, authorised: int) -> AccountId:
    """Make a class of shares, with all that is authorised not issued yet."""
    await accounts.register_share_class(uow, code=share_id)
    places = await accounts.open_all(
        uow,
        [
            Spec(REGISTER, "authorised", "authorised", share_id, Side.DEBIT, floor=0),
            Spec(REGISTER, "unissued", "unissued", share_id, Side.CREDIT, floor=0),
        ],
    )
    legs = entries.transfer(debit=places[0], credit=places[1], units=authorised)
    await entries.post(uow, [_entry(uow, "shares.authorised", legs, share_id)])
    return places[1]


async def issue(
    uow: UnitOfWork,
    share_id: str,
    unissued: AccountId,
    allotments: Sequence[tuple[PartyId, int]],
) -> EntryId:
    """Write shares into the register for their holders."""
    specs = [
        Spec(REGISTER, f"{_HOLDER}{party}", "holder", share_id, Side.CREDIT, floor=0)
        for party, _ in allotments
    ]
    opened = await accounts.open_all(uow, specs)
    legs = [entries.Leg(unissued, sum(units for _, units in allotments))]
    legs += [
        entries.Leg(account, -units)
        for account, (_, units) in zip(opened, allotments, strict=True)
    ]
    entry = _entry(uow, "shares.issued", legs, share_id)
    await entries.post(uow, [entry])
    return entry.id


async def list_holdings(
    uow: UnitOfWork, *, share_id: str | None = None, holder: str | None = None
) -> list[Holding]:
    """Return who holds what: of one class, of one holder, or of both."""
    query = (
        select(AccountRow.asset, AccountRow.path, BalanceRow)
        .join(BalanceRow, BalanceRow.account == AccountRow.id)
        .where(AccountRow.book == REGISTER, AccountRow.kind == "holder")
        .order_by(AccountRow.asset, AccountRow.path)
    )
    if share_id is not None:
        query = query.where(AccountRow.asset == share_id)
    if holder is not None:
        query = query.where(AccountRow.path == f"{_HOLDER}{holder}")
    return [
        Holding(
            asset,
            path.removeprefix(_HOLDER),
            row.posted_credits - row.posted_debits,
            AccountId(row.account),
        )
        for asset, path, row in await uow.session.execute(query)
        if row.posted_credits > row.posted_debits
    ]


async def count_unissued(uow: UnitOfWork, unissued: AccountId) -> int:
    """Return how many shares may still be issued."""
    return (await balances.get(uow, unissued)).posted


def _entry(
    uow: UnitOfWork, kind: str, legs: Sequence[entries.Leg], share_id: str
) -> entries.NewEntry:
    return entries.NewEntry(
        EntryId(new_id("entry", uow.now())),
        kind,
        tuple(legs),
        uow.today(),
        metadata={"share_class": share_id},
    )
