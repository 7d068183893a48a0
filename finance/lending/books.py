"""The journal facts of lending: what each act moves in which book.

Client money: escrow to the borrower and the platform; collections to the lenders, the
platform and the tax office. Loan book: what the borrower owes against what each note
is owed, apart for principal, interest and fees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from sqlalchemy import func, select

from contracts.sharing import Distribution, NoteShare
from finance import wallets
from finance.lending.model import Claim, Holding, Loan, Note, Receipt
from finance.wallets import Platform, chart
from ledger import accounts, balances, entries
from ledger.accounts import LOAN_BOOK, Side, Spec
from ledger.database import UnitOfWork
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.journal import EntryRow, PostingRow
from ledger.money import Currency, Money

NOTES_PER_ENTRY: Final = 1_000
WRITTEN_OFF: Final = "loan.written_off"
RESTORED: Final = "loan.restored"
REPAID: Final = "loan.repaid"
DISTRIBUTED: Final = "repayment.distributed"


def account_of(holder: Loan | Note | Holding, claim: Claim) -> AccountId:
    """Return the account on which a borrower owes, or a note is owed, a claim."""
    return AccountId(
        {
            Claim.PRINCIPAL: holder.principal_account,
            Claim.INTEREST: holder.interest_account,
            Claim.FEES: holder.fee_account,
        }[claim]
    )


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


async def with_losses(uow: UnitOfWork, notes: Sequence[Holding]) -> list[Holding]:
    """Return written-off notes as owed again what they lost and did not recover."""
    lost: dict[AccountId, int] = {}
    for claim in Claim:
        rows = await uow.session.execute(
            select(PostingRow.account, func.sum(PostingRow.units))
            .join(EntryRow, EntryRow.id == PostingRow.entry)
            .where(
                PostingRow.account.in_([account_of(note, claim) for note in notes]),
                EntryRow.kind.in_((WRITTEN_OFF, RESTORED)),
            )
            .group_by(PostingRow.account)
        )
        lost |= {AccountId(account): int(units) for account, units in rows}
    return [
        note._replace(
            owed_principal=lost.get(note.principal_account, 0),
            owed_interest=lost.get(note.interest_account, 0),
            owed_fees=lost.get(note.fee_account, 0),
        )
        for note in notes
    ]


async def owed_by(uow: UnitOfWork, loan: Loan) -> dict[Claim, Money]:
    """Return what the borrower owes by the books."""
    places = {claim: account_of(loan, claim) for claim in Claim}
    standing = await balances.get_many(uow, list(places.values()))
    return {
        claim: Money(standing[account].posted, loan.currency)
        for claim, account in places.items()
    }


async def book_disbursement(
    uow: UnitOfWork, loan: Loan, notes: Sequence[Note], fee: Money
) -> EntryId:
    """Send the escrow to the borrower, less the fee, and begin the notes."""
    currency = loan.currency
    escrow = await chart.escrow(uow, loan.offer, currency)
    payout = await chart.platform(uow, Platform.PAYOUT, currency)
    legs = [
        entries.Leg(escrow, loan.principal_minor),
        entries.Leg(payout, -(loan.principal - fee).minor),
    ]
    if fee:
        fees = await chart.platform(uow, Platform.FEES, currency)
        legs.append(entries.Leg(fees, -fee.minor))
    paid = _entry(uow, loan, kind="loan.disbursed", legs=legs)
    begun = _against_notes(
        uow,
        loan,
        kind="loan.begun",
        claim=Claim.PRINCIPAL,
        parts=[(note, note.principal_minor) for note in notes],
    )
    await entries.post(uow, [paid, *begun])
    return paid.id


async def book_accrual(
    uow: UnitOfWork,
    loan: Loan,
    *,
    notes: Sequence[Holding],
    claim: Claim,
    amount: Money,
) -> list[EntryId]:
    """Let the borrower owe, and the notes be owed, more of a claim (or less)."""
    parts = _share_accrual(notes, claim, amount)
    posted = _against_notes(
        uow,
        loan,
        kind=f"loan.{claim}_accrued",
        claim=claim,
        parts=[
            (note, part.minor) for note, part in zip(notes, parts, strict=True) if part
        ],
    )
    await entries.post(uow, posted)
    return [entry.id for entry in posted]


def _share_accrual(
    notes: Sequence[Holding], claim: Claim, amount: Money
) -> list[Money]:
    """Share what accrues by the principal owed; what is taken back by the claim."""
    basis = Claim.PRINCIPAL if amount.minor > 0 else claim
    weights = [owed(note, basis) for note in notes]
    if not any(weights):
        weights = [note.principal_minor for note in notes]
    return amount.split(weights)


def owed(note: Holding, claim: Claim) -> int:
    """Return what a note is owed of a claim, in minor units."""
    return {
        Claim.PRINCIPAL: note.owed_principal,
        Claim.INTEREST: note.owed_interest,
        Claim.FEES: note.owed_fees,
    }[claim]


@dataclass(frozen=True, slots=True)
class Portion:
    """A note and what it gets of a receipt."""

    note: Holding
    share: NoteShare

    def of(self, claim: Claim) -> Money:
        """Return the part that settles a claim."""
        match claim:
            case Claim.PRINCIPAL:
                return self.share.principal
            case Claim.INTEREST:
                return self.share.interest
            case Claim.FEES:
                return self.share.late_fee
            case _:
                assert_never(claim)


async def book_distribution(
    uow: UnitOfWork,
    loan: Loan,
    *,
    receipt: Receipt,
    portions: Sequence[Portion],
    distribution: Distribution,
) -> list[EntryId]:
    """Give a receipt to the lenders, the platform, the tax office and the borrower."""
    outer = await _outer_accounts(uow, loan)
    posted = []
    for start in range(0, len(portions), NOTES_PER_ENTRY):
        part = portions[start : start + NOTES_PER_ENTRY]
        purses = await _purses(uow, part, loan.currency)
        paid = _paying_legs(part, purses, outer)
        posted.append(_paid(uow, loan, receipt, paid))
        settled = _settling_legs(part, loan)
        posted.append(_entry(uow, loan, kind=REPAID, legs=settled, receipt=receipt.id))
    apart = await _apart_legs(uow, loan, outer, distribution)
    posted.append(_paid(uow, loan, receipt, apart))
    whole = [entry for entry in posted if entry.legs]
    await entries.post(uow, whole)
    return [entry.id for entry in whole]


@dataclass(frozen=True)
class _Outer:
    fees: AccountId
    tax: AccountId


async def _outer_accounts(uow: UnitOfWork, loan: Loan) -> _Outer:
    return _Outer(
        await chart.platform(uow, Platform.FEES, loan.currency),
        await chart.platform(uow, Platform.TAX, loan.currency),
    )


async def _purses(
    uow: UnitOfWork, portions: Sequence[Portion], currency: Currency
) -> dict[PartyId, AccountId]:
    """Return where each lender's money goes; accounts not known are looked up."""
    known = {part.note.lender: part.note.wallet for part in portions}
    without = [lender for lender, account in known.items() if account is None]
    found = await chart.wallets(uow, without, currency) if without else {}
    return found | {lender: account for lender, account in known.items() if account}


def _paying_legs(
    portions: Sequence[Portion], purses: dict[PartyId, AccountId], outer: _Outer
) -> list[entries.Leg]:
    shares = [portion.share for portion in portions]
    legs = [
        entries.Leg(purses[portion.note.lender], -portion.share.net.minor)
        for portion in portions
    ]
    legs.append(entries.Leg(outer.fees, -sum(s.servicing_fee.minor for s in shares)))
    legs.append(entries.Leg(outer.tax, -sum(s.tax_withheld.minor for s in shares)))
    return legs


async def _apart_legs(
    uow: UnitOfWork, loan: Loan, outer: _Outer, distribution: Distribution
) -> list[entries.Leg]:
    """Return what is not the lenders': the operator's fee, dust, and what was too much."""
    legs = [entries.Leg(outer.fees, -distribution.operator_fee.minor)]
    if distribution.rounding:
        rounding = await chart.platform(uow, Platform.ROUNDING, loan.currency)
        legs.append(entries.Leg(rounding, -distribution.rounding.minor))
    if distribution.excess:
        wallet = await wallets.open_wallet(
            uow, party_id=PartyId(loan.borrower), currency=loan.currency
        )
        account = AccountId(wallet.account)
        legs.append(entries.Leg(account, -distribution.excess.minor))
    return legs


def _settling_legs(portions: Sequence[Portion], loan: Loan) -> list[entries.Leg]:
    legs = [
        entries.Leg(account_of(portion.note, claim), portion.of(claim).minor)
        for claim in Claim
        for portion in portions
    ]
    legs += [
        entries.Leg(account_of(loan, claim), -sum(p.of(claim).minor for p in portions))
        for claim in Claim
    ]
    return legs


def _paid(
    uow: UnitOfWork,
    loan: Loan,
    receipt: Receipt,
    legs: Sequence[entries.Leg],
) -> entries.NewEntry:
    """Debit the collections for what the legs give out."""
    collections = AccountId(loan.collections_account)
    out = entries.Leg(collections, -sum(leg.units for leg in legs))
    return _entry(uow, loan, kind=DISTRIBUTED, legs=[out, *legs], receipt=receipt.id)


async def book_loss(
    uow: UnitOfWork, loan: Loan, notes: Sequence[Note]
) -> list[EntryId]:
    """Write all that is still owed off the notes and the loan."""
    posted = []
    for claim in Claim:
        owed = await owed_to(uow, notes, claim)
        parts = [
            (note, -units) for note, units in zip(notes, owed, strict=True) if units
        ]
        posted += _against_notes(uow, loan, kind=WRITTEN_OFF, claim=claim, parts=parts)
    await entries.post(uow, posted)
    return [entry.id for entry in posted]


async def book_restored(
    uow: UnitOfWork,
    loan: Loan,
    portions: Sequence[Portion],
) -> list[EntryId]:
    """Bring back as much of a written-off loan as a recovery is about to settle."""
    posted = []
    for claim in Claim:
        parts = [(portion.note, portion.of(claim).minor) for portion in portions]
        posted += _against_notes(
            uow,
            loan,
            kind=RESTORED,
            claim=claim,
            parts=[part for part in parts if part[1]],
        )
    await entries.post(uow, posted)
    return [entry.id for entry in posted]


def _against_notes(
    uow: UnitOfWork,
    loan: Loan,
    *,
    kind: str,
    claim: Claim,
    parts: Sequence[tuple[Note | Holding, int]],
) -> list[entries.NewEntry]:
    """Debit the loan and credit its notes of a claim, a thousand notes an entry."""
    place = account_of(loan, claim)
    made = []
    for start in range(0, len(parts), NOTES_PER_ENTRY):
        some = parts[start : start + NOTES_PER_ENTRY]
        legs = [entries.Leg(place, sum(units for _, units in some))]
        legs += [entries.Leg(account_of(note, claim), -units) for note, units in some]
        made.append(_entry(uow, loan, kind=kind, legs=legs))
    return made


def _entry(
    uow: UnitOfWork,
    loan: Loan,
    *,
    kind: str,
    legs: Sequence[entries.Leg],
    receipt: str = "",
) -> entries.NewEntry:
    about = {"loan": loan.id} | ({"receipt": receipt} if receipt else {})
    return entries.NewEntry(
        EntryId(new_id("entry", uow.now())),
        kind,
        tuple(leg for leg in legs if leg.units),
        uow.today(),
        metadata=about,
    )
