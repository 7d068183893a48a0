"""The journal facts of lending: what each act moves in the loan book.

What the borrower owes stands against what each note is owed, apart for principal,
interest and fees. What moves in client money by a receipt is in ``distributing``.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import func, select

from finance.lending.model import Claim, Holding, Loan, Note, Units
from finance.wallets import Platform, chart
from ledger import accounts, balances, entries
from ledger.accounts import LOAN_BOOK, Side, Spec
from ledger.database import UnitOfWork
from ledger.entries import Leg, NewEntry
from ledger.ids import AccountId, EntryId, new_id
from ledger.journal import EntryRow, PostingRow
from ledger.money import Currency, Money

NOTES_PER_ENTRY: Final = 1_000
WRITTEN_OFF: Final = "loan.written_off"
RESTORED: Final = "loan.restored"
_FELL_DUE: Final = {
    Claim.PRINCIPAL: "loan.principal_changed",
    Claim.INTEREST: "loan.interest_accrued",
    Claim.FEES: "loan.fees_accrued",
}

Change = tuple[Note | Holding, Units]
"""A note, and how much more it is to be owed of each claim."""


def account_of(holder: Loan | Note | Holding, claim: Claim) -> AccountId:
    """Return the account on which a borrower owes, or a note is owed, a claim."""
    return holder.accounts[list(Claim).index(claim)]


def _spec(path: str, kind: str, currency: Currency, side: Side) -> Spec:
    return Spec(LOAN_BOOK, path, kind, currency.value, side, floor=0)


async def open_loan_accounts(
    uow: UnitOfWork, loan_id: str, currency: Currency
) -> dict[Claim, AccountId]:
    """Open the accounts of what a borrower owes."""
    specs = [
        _spec(f"loan/{loan_id}/{claim}", f"loan.{claim}", currency, Side.DEBIT)
        for claim in Claim
    ]
    return dict(zip(Claim, await accounts.open_all(uow, specs), strict=True))


async def open_note_accounts(
    uow: UnitOfWork, note_ids: Sequence[str], currency: Currency
) -> list[dict[Claim, AccountId]]:
    """Open the accounts of what notes are owed, for many notes at once."""
    opened: list[AccountId] = []
    for start in range(0, len(note_ids), NOTES_PER_ENTRY):
        specs = [
            _spec(f"note/{note}/{claim}", f"note.{claim}", currency, Side.CREDIT)
            for note in note_ids[start : start + NOTES_PER_ENTRY]
            for claim in Claim
        ]
        opened += await accounts.open_all(uow, specs)
    width = len(Claim)
    return [
        dict(zip(Claim, opened[start : start + width], strict=True))
        for start in range(0, len(opened), width)
    ]


async def owed_to(uow: UnitOfWork, notes: Sequence[Note], claim: Claim) -> list[int]:
    """Return what each note is owed of a claim, in minor units."""
    ids = [account_of(note, claim) for note in notes]
    standing = await balances.get_many(uow, ids)
    return [standing[account].posted for account in ids]


async def losses(uow: UnitOfWork, notes: Sequence[Holding]) -> list[Units]:
    """Return what each note lost by the write-off and did not recover."""
    places = [account for note in notes for account in note.accounts]
    rows = await uow.session.execute(
        select(PostingRow.account, func.sum(PostingRow.units))
        .join(EntryRow, EntryRow.id == PostingRow.entry)
        .where(
            PostingRow.account.in_(places), EntryRow.kind.in_((WRITTEN_OFF, RESTORED))
        )
        .group_by(PostingRow.account)
    )
    lost = {AccountId(account): int(units) for account, units in rows}
    found = []
    for note in notes:
        principal, interest, fees = (lost.get(place, 0) for place in note.accounts)
        found.append((principal, interest, fees))
    return found


async def owed_by(uow: UnitOfWork, loan: Loan) -> dict[Claim, Money]:
    """Return what the borrower owes by the books."""
    standing = await balances.get_many(uow, loan.accounts)
    return {
        claim: Money(standing[account].posted, loan.currency)
        for claim, account in zip(Claim, loan.accounts, strict=True)
    }


async def book_disbursement(
    uow: UnitOfWork, loan: Loan, notes: Sequence[Note], fee: Money
) -> EntryId:
    """Send the escrow to the borrower, less the fee, and begin the notes."""
    currency = loan.currency
    escrow = await chart.escrow(uow, loan.offer, currency)
    payout = await chart.platform(uow, Platform.PAYOUT, currency)
    legs = [
        Leg(escrow, loan.principal_minor),
        Leg(payout, -(loan.principal - fee).minor),
    ]
    if fee:
        fees = await chart.platform(uow, Platform.FEES, currency)
        legs.append(Leg(fees, -fee.minor))
    paid = new_entry(uow, loan, kind="loan.disbursed", legs=legs)
    begun = change_entries(
        uow,
        loan,
        kind="loan.begun",
        changes=[(note, (note.principal_minor, 0, 0)) for note in notes],
    )
    await entries.post(uow, [paid, *begun])
    return paid.id


def accrual_entries(
    uow: UnitOfWork,
    loan: Loan,
    *,
    notes: Sequence[Holding],
    fresh: Mapping[Claim, Money],
) -> tuple[list[NewEntry], list[Holding]]:
    """Let the borrower owe, and the notes be owed, more of claims (or less).

    Returns the entries, and the notes as they stand once those are posted.
    """
    made: list[NewEntry] = []
    standing = list(notes)
    for claim, amount in fresh.items():
        if not amount:
            continue
        changes = [
            in_claim(claim, part) for part in share_claim(standing, claim, amount)
        ]
        made += change_entries(
            uow,
            loan,
            kind=_FELL_DUE[claim],
            changes=list(zip(standing, changes, strict=True)),
        )
        standing = [
            note.plus(change) for note, change in zip(standing, changes, strict=True)
        ]
    return made, standing


def in_claim(claim: Claim, units: int) -> Units:
    """Return units of one claim and none of the others."""
    principal, interest, fees = (units if one is claim else 0 for one in Claim)
    return principal, interest, fees


def turned(change: Units) -> Units:
    """Return the opposite of a change."""
    principal, interest, fees = change
    return -principal, -interest, -fees


def share_claim(notes: Sequence[Holding], claim: Claim, amount: Money) -> list[int]:
    """Share what falls due by the principal owed; what is taken back by the claim."""
    at = 0 if amount.minor > 0 else list(Claim).index(claim)
    weights = [note.owed[at] for note in notes]
    if not any(weights):
        weights = [note.principal_minor for note in notes]
    return [part.minor for part in amount.split(weights)]


async def book_loss(
    uow: UnitOfWork, loan: Loan, notes: Sequence[Holding]
) -> list[EntryId]:
    """Write all that is still owed off the notes and the loan."""
    changes: list[Change] = [
        (note, (-note.owed_principal, -note.owed_interest, -note.owed_fees))
        for note in notes
    ]
    made = change_entries(uow, loan, kind=WRITTEN_OFF, changes=changes)
    await entries.post(uow, made)
    return [entry.id for entry in made]


def change_entries(
    uow: UnitOfWork,
    loan: Loan,
    *,
    kind: str,
    changes: Sequence[Change],
    receipt: str = "",
) -> list[NewEntry]:
    """Let the loan owe, and each note be owed, more or less; a thousand notes an entry."""
    changed = [change for change in changes if any(change[1])]
    made = []
    for start in range(0, len(changed), NOTES_PER_ENTRY):
        some = changed[start : start + NOTES_PER_ENTRY]
        legs = [
            Leg(account, -units)
            for note, change in some
            for account, units in zip(note.accounts, change, strict=True)
            if units
        ]
        sums = [sum(column) for column in zip(*(of for _, of in some), strict=True)]
        legs += [
            Leg(account, units)
            for account, units in zip(loan.accounts, sums, strict=True)
        ]
        made.append(new_entry(uow, loan, kind=kind, legs=legs, receipt=receipt))
    return made


def new_entry(
    uow: UnitOfWork, loan: Loan, *, kind: str, legs: Sequence[Leg], receipt: str = ""
) -> NewEntry:
    """Return an entry of today that says which loan, and which receipt, it is about."""
    about = {"loan": loan.id} | ({"receipt": receipt} if receipt else {})
    return NewEntry(
        EntryId(new_id("entry", uow.now())),
        kind,
        tuple(leg for leg in legs if leg.units),
        uow.today(),
        metadata=about,
    )
