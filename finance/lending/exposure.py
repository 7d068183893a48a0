"""What is owed and promised in a currency, by firm, group, sector and province.

Counted from the books: principal that stands on the loans' accounts, loans that wait to
be signed, and offers lenders are pledging to. A firm nobody described is in a sector and
a province of its own kind, so that saying nothing is no way around a limit.
"""

from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, case, func, select, text, union_all

from finance.lending.model import Application, ApplicationStatus, Loan, LoanStatus
from finance.rulepacks import RulePack
from ledger.balances import BalanceRow
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.money import Currency, Money
from risk.decision import Limit, LimitKind
from risk.identity import Firm
from risk.limits import share_limit

UNDESCRIBED: Final = "undescribed"
_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('finance.lending.limits'))")


async def lock_limits(uow: UnitOfWork) -> None:
    """Let one offer at a time take room, so that two cannot both take the last of it."""
    await uow.session.execute(_ALONE)


async def limits_for(
    uow: UnitOfWork, pack: RulePack, *, party_id: PartyId, amount: Money, on: date
) -> tuple[Limit, ...]:
    """Return the limits a loan of an amount would be held against, and what they hold now."""
    owed = _owed(amount.currency)
    group, sector, province = await _place(uow, party_id)
    row = (
        await uow.session.execute(
            select(
                _sum(owed, owed.c.party == party_id),
                _sum(owed, func.coalesce(Firm.head, owed.c.party) == group),
                _sum(owed, func.coalesce(Firm.sector, UNDESCRIBED) == sector),
                _sum(owed, func.coalesce(Firm.province, UNDESCRIBED) == province),
                func.coalesce(func.sum(owed.c.minor), 0),
            ).join_from(owed, Firm, Firm.party == owed.c.party, isouter=True)
        )
    ).one()
    borrower, together, of_sector, of_province, all_owed = map(int, row)
    floor = pack.money("limit_floor", amount.currency, on=on).minor
    book = all_owed + amount.minor

    def most(key: str) -> int:
        return pack.money(key, amount.currency, on=on).minor

    def share(kind: LimitKind, used: int, key: str) -> Limit:
        bps = pack.bps(key, on=on)
        return share_limit(
            kind, used, book_minor=book, share_bps=bps, floor_minor=floor
        )

    return (
        Limit(LimitKind.BORROWER, borrower, most("limit_borrower")),
        Limit(LimitKind.GROUP, together, most("limit_group")),
        share(LimitKind.SECTOR, of_sector, "limit_sector"),
        share(LimitKind.PROVINCE, of_province, "limit_province"),
    )


async def _place(uow: UnitOfWork, party_id: PartyId) -> tuple[str, str, str]:
    """Return the group, sector and province of a party."""
    firm = await uow.session.get(Firm, party_id)
    if firm is None:
        return party_id, UNDESCRIBED, UNDESCRIBED
    return firm.head or party_id, firm.sector.value, firm.province


def _owed(currency: Currency) -> Subquery:
    """Return party and minor units of every loan and open offer of a currency."""
    owed = BalanceRow.posted_debits - BalanceRow.posted_credits
    active = Loan.status == LoanStatus.ACTIVE.value
    waiting = Loan.status == LoanStatus.AWAITING_SIGNATURE.value
    loans = (
        select(
            Loan.borrower.label("party"),
            case((active, owed), else_=Loan.principal_minor).label("minor"),
        )
        .join(BalanceRow, BalanceRow.account == Loan.principal_account)
        .where(active | waiting, Loan.currency == currency)
    )
    offered = select(Application.party, Application.amount_minor).where(
        Application.status == ApplicationStatus.LISTED.value,
        Application.currency == currency,
    )
    return union_all(loans, offered).subquery("owed")


def _sum(owed: Subquery, where: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(owed.c.minor).filter(where), 0)
