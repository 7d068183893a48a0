"""Very many running loans of any age, made in seconds: for day-ends and their speed.

Loans, notes and their accounts are real. The offers, pledges and receipts that would
have led there are left out, so only the laws of the loan book hold of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import make_url, text

from contracts import carrying, schedule
from contracts import loan as loans
from contracts.standing import Standing
from contracts.terms import Terms
from finance import rulepacks
from finance.lending import Claim, Loan, LoanStatus, Note, books, quoting
from finance.lending.dayend.model import LoanStanding
from finance.lending.history import History
from ledger import accounts, entries
from ledger.accounts import CLIENT_MONEY, Side, Spec
from ledger.clock import Clock
from ledger.database import Database, UnitOfWork, make_engine
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.money import Currency, Money

USD = Currency.USD
AT_ONCE = 250
LATE_EVERY = 20
TERM_MONTHS = 24
SPREAD_DAYS = 30
_A_DAY = timedelta(days=1)
_WITHOUT_OFFERS = text("""
ALTER TABLE loan DROP CONSTRAINT IF EXISTS fk_loan_application,
    DROP CONSTRAINT IF EXISTS fk_loan_offer;
ALTER TABLE note DROP CONSTRAINT IF EXISTS fk_note_pledge
""")


@dataclass(frozen=True)
class Life:
    """A loan to be made: its terms, and what happened to it before a day."""

    terms: Terms
    events: list[loans.Event]
    counted_to: date

    def standing(self) -> Standing:
        """Return where it stood on the day it was counted to."""
        book, _ = carrying.begin(self.terms, self.events)
        assert book is not None
        return book.stand(self.counted_to)


def aged(number: int, days: int, on: date) -> Life:
    """Return a loan that is some days old on a day, or up to a month older.

    So on every day a thirtieth of all loans falls due. One in twenty did not pay last.
    """
    began = on - timedelta(days=days + number % SPREAD_DAYS)
    terms = quoting.terms_of(
        rulepacks.home(),
        quoting.LoanRequest(Money(200_000 + number % 977 * 100, USD), TERM_MONTHS),
        rate_bps=1_800,
        starts_on=began,
    )
    paid = [row for row in schedule.build(terms).rows if row.due_on < on - _A_DAY]
    if number % LATE_EVERY == 0:
        paid = paid[:-1]
    money_out = loans.Disbursed(on=began, ordinal=1, amount=terms.principal)
    receipts = [
        loans.ReceiptReceived(
            on=row.due_on,
            ordinal=row.number + 1,
            receipt_id=f"{number}/{row.number}",
            amount=row.payment,
        )
        for row in paid
    ]
    return Life(terms, [money_out, *receipts], on - _A_DAY)


async def make_portfolio(
    admin_url: str,
    clock: Clock,
    lives: Sequence[Life],
    *,
    borrower: PartyId,
    lenders: Sequence[PartyId],
) -> None:
    """Make loans, each with a note for every lender, in the database of a superuser."""
    db = Database(make_engine(admin_url, pool_size=1), clock)
    for start in range(0, len(lives), AT_ONCE):
        some = lives[start : start + AT_ONCE]
        await db.transact(_make, lives=some, borrower=borrower, lenders=lenders)
    await db.engine.dispose()


def url_of(server_url: str, database: str) -> str:
    """Return a server's URL for one of its databases."""
    url = make_url(server_url).set(database=database)
    return url.render_as_string(hide_password=False)


async def _make(
    uow: UnitOfWork,
    *,
    lives: Sequence[Life],
    borrower: PartyId,
    lenders: Sequence[PartyId],
) -> None:
    await uow.session.execute(_WITHOUT_OFFERS)
    ids = [new_id("loan", uow.now()) for _ in lives]
    notes = [new_id("note", uow.now()) for _ in lives for _ in lenders]
    places = await accounts.open_all(
        uow, [spec for id_ in ids for spec in _specs("loan", id_, Side.DEBIT)]
    )
    held = await accounts.open_all(
        uow, [spec for id_ in notes for spec in _specs("note", id_, Side.CREDIT)]
    )
    waiting = await accounts.open_all(uow, [_collections(id_) for id_ in ids])
    made = [
        _loan(uow, id_, life, [*places[at * len(Claim) :][: len(Claim)], waiting[at]])
        for at, (id_, life) in enumerate(zip(ids, lives, strict=True))
    ]
    for loan in made:
        loan.borrower = borrower
    uow.add(*made)
    await uow.session.flush()
    begun = []
    for number, (loan, life) in enumerate(zip(made, lives, strict=True)):
        _live(uow, loan, life)
        first = number * len(lenders)
        parts = life.terms.principal.split([1] * len(lenders))
        legs = [entries.Leg(AccountId(loan.principal_account), loan.principal_minor)]
        for place, (lender, part) in enumerate(zip(lenders, parts, strict=True), first):
            theirs = held[place * len(Claim) :][: len(Claim)]
            legs.append(entries.Leg(theirs[0], -part.minor))
            uow.add(_note(uow, notes[place], loan, lender, part, theirs))
        begun.append(
            entries.NewEntry(
                EntryId(new_id("entry", uow.now())),
                "loan.begun",
                tuple(legs),
                uow.today(),
            )
        )
    await entries.post(uow, begun)
    await uow.session.flush()


def _specs(what: str, id_: str, side: Side) -> list[Spec]:
    return [
        Spec(
            books.LOAN_BOOK,
            f"{what}/{id_}/{claim}",
            f"{what}.{claim}",
            USD.value,
            side,
            floor=0,
        )
        for claim in Claim
    ]


def _collections(loan_id: str) -> Spec:
    path = f"collections/{loan_id}"
    return Spec(CLIENT_MONEY, path, "collections", USD.value, Side.CREDIT, floor=0)


def _loan(
    uow: UnitOfWork, loan_id: str, life: Life, places: Sequence[AccountId]
) -> Loan:
    standing = life.standing()
    return Loan(
        id=loan_id,
        application=new_id("app", uow.now()),
        offer=new_id("offer", uow.now()),
        principal=life.terms.principal,
        terms=life.terms.to_json(),
        principal_account=places[0],
        interest_account=places[1],
        fee_account=places[2],
        collections_account=places[3],
        status=LoanStatus.ACTIVE.value,
        created_at=uow.now(),
        principal_booked_minor=standing.claimed_principal,
        interest_booked_minor=standing.claimed_interest,
        fees_booked_minor=standing.claimed_fees,
        disbursed_on=life.terms.disbursed_on,
    )


def _live(uow: UnitOfWork, loan: Loan, life: Life) -> None:
    """Store what happened to a loan, and where it stood when it was last counted."""
    history = History(uow, loan, life.terms, [])
    for event in life.events:
        history.append(event)
    uow.add(_standing(loan.id, life.standing(), life.counted_to))


def _standing(loan_id: str, standing: Standing, counted_to: date) -> LoanStanding:
    return LoanStanding(
        loan=loan_id,
        counted_to=counted_to,
        days_past_due=standing.days_past_due,
        overdue_minor=standing.overdue,
        accrued_minor=standing.accrued,
        band="",
        loan_class="",
        provision_bps=0,
        stage=1,
    )


def _note(
    uow: UnitOfWork,
    note_id: str,
    loan: Loan,
    lender: PartyId,
    part: Money,
    places: Sequence[AccountId],
) -> Note:
    return Note(
        id=note_id,
        loan=loan.id,
        lender=lender,
        pledge=new_id("plg", uow.now()),
        principal=part,
        withholding_bps=1_500,
        principal_account=places[0],
        interest_account=places[1],
        fee_account=places[2],
    )
