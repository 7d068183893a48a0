"""How lending finds what was given out, to whom, and what is owed back."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, func, select, text

from contracts.sharing import NoteShare
from finance.lending.distributed import (
    Debt,
    Distribution,
    Given,
    OwedBack,
    Share,
    TreatyResidence,
)
from finance.lending.model import Note, Receipt
from ledger.balances import BalanceRow
from ledger.database import UnitOfWork
from ledger.drafting import array, key_of
from ledger.ids import AccountId, PartyId, read_id
from ledger.money import Currency

_ADD_SHARES: Final = text("""
INSERT INTO distribution_share
  (receipt, number, note, principal_minor, interest_minor, fee_minor,
   servicing_minor, tax_minor, net_minor, withholding_bps)
SELECT CAST(:receipt AS uuid), :number, t.*
  FROM unnest(CAST(:notes AS uuid[]), CAST(:principal AS bigint[]),
              CAST(:interest AS bigint[]), CAST(:fees AS bigint[]),
              CAST(:servicing AS bigint[]), CAST(:tax AS bigint[]),
              CAST(:net AS bigint[]), CAST(:rates AS bigint[])) AS t
""")


async def add_shares(
    uow: UnitOfWork,
    distribution: Distribution,
    *,
    shares: Sequence[NoteShare],
    rates_bps: Sequence[int],
) -> None:
    """Keep what every note got of a distribution, in one statement."""
    uow.add(distribution)
    await uow.session.flush()
    await uow.session.execute(
        _ADD_SHARES,
        {
            "receipt": read_id("rcpt", distribution.receipt),
            "number": distribution.number,
            "notes": array(key_of("note", share.note_id) for share in shares),
            "principal": array(share.principal_minor for share in shares),
            "interest": array(share.interest_minor for share in shares),
            "fees": array(share.late_fee_minor for share in shares),
            "servicing": array(share.servicing_fee_minor for share in shares),
            "tax": array(share.tax_withheld_minor for share in shares),
            "net": array(share.net_minor for share in shares),
            "rates": array(rates_bps),
        },
    )


async def list_shares_of(
    uow: UnitOfWork, note_ids: Sequence[str]
) -> Sequence[tuple[Share, date]]:
    """Return what notes got, each with the day it counts for."""
    rows = await uow.session.execute(
        select(Share, Distribution.counted_on)
        .join(
            Distribution,
            (Distribution.receipt == Share.receipt)
            & (Distribution.number == Share.number),
        )
        .where(Share.note.in_(note_ids))
        .order_by(Distribution.counted_on, Share.receipt, Share.number)
    )
    return [(share, on) for share, on in rows]


async def list_given(uow: UnitOfWork, loan_id: str) -> dict[str, Given]:
    """Return what each distributed receipt of a loan paid so far, by receipt."""
    columns = (
        Distribution.penalty_minor,
        Distribution.fee_minor,
        Distribution.interest_minor,
        Distribution.principal_minor,
        Distribution.excess_minor,
        Distribution.rounding_minor,
    )
    rows = await uow.session.execute(
        select(
            Distribution.receipt,
            *(func.sum(column) for column in columns),
            func.max(Distribution.number),
        )
        .join(Receipt, Receipt.id == Distribution.receipt)
        .where(Receipt.loan == loan_id)
        .group_by(Distribution.receipt)
    )
    return {row[0]: Given(*map(int, row[1:])) for row in rows}


async def list_given_shares(
    uow: UnitOfWork, receipt_ids: Collection[str], currency: Currency
) -> dict[str, dict[str, NoteShare]]:
    """Return what each note got of receipts so far, by receipt and note."""
    columns = (
        Share.principal_minor,
        Share.interest_minor,
        Share.fee_minor,
        Share.servicing_minor,
        Share.tax_minor,
    )
    rows = await uow.session.execute(
        select(Share.receipt, Share.note, *(func.sum(column) for column in columns))
        .where(Share.receipt.in_(receipt_ids))
        .group_by(Share.receipt, Share.note)
    )
    found: dict[str, dict[str, NoteShare]] = {id_: {} for id_ in receipt_ids}
    for receipt, note, *sums in rows:
        found[receipt][note] = NoteShare(note, currency, *map(int, sums))
    return found


async def list_debts(
    uow: UnitOfWork, currency: Currency, *, parties: Collection[str] | None = None
) -> dict[PartyId, Debt]:
    """Return what is owed back: by everybody who owes, or by parties that ever did."""
    units = BalanceRow.posted_debits - BalanceRow.posted_credits
    query = (
        select(OwedBack.party, OwedBack.account, units)
        .join(BalanceRow, BalanceRow.account == OwedBack.account)
        .where(OwedBack.currency == currency)
    )
    # Few ever owe, and a loan may have ten thousand lenders to ask about.
    query = query.where(units > 0 if parties is None else OwedBack.party.in_(parties))
    return {
        PartyId(party): Debt(AccountId(account), int(owed))
        for party, account, owed in await uow.session.execute(query)
    }


async def list_treaties(uow: UnitOfWork, party_id: str) -> Sequence[TreatyResidence]:
    """Return the certificates of residence that a party brought, newest first."""
    return await _list_treaties(uow, TreatyResidence.party == party_id)


async def list_treaties_of_lenders(
    uow: UnitOfWork, loan_id: str
) -> Sequence[TreatyResidence]:
    """Return what the lenders of a loan brought of these, each one's newest first."""
    lenders = select(Note.lender).where(Note.loan == loan_id)
    return await _list_treaties(uow, TreatyResidence.party.in_(lenders))


async def _list_treaties(
    uow: UnitOfWork, whose: ColumnElement[bool]
) -> Sequence[TreatyResidence]:
    newest = TreatyResidence.id.desc()
    rows = await uow.session.scalars(
        select(TreatyResidence).where(whose).order_by(newest)
    )
    return rows.all()
