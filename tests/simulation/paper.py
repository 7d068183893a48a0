"""A loan and its lenders on paper: the same rules as in the books, kept in memory.

The contract engine, the claims, the sharing and the sharing again are the product's own
functions; only where the units stand is a counter here. Every change is a double entry:
``post`` refuses one that does not sum to nothing.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from contracts import loan as loans
from contracts import sharing
from contracts.errors import EventInvalid, TermsInvalid
from contracts.loan import Allocation, LoanState, PayoffQuote, Status
from contracts.terms import Terms
from finance.lending import (
    Act,
    Claim,
    LoanNotOpen,
    NewPlan,
    WriteOffTooEarly,
    books,
    resharing,
    rules,
)
from finance.lending.model import Holding
from finance.lending.resharing import Wanted
from ledger.errors import ensure
from ledger.ids import AccountId, PartyId
from ledger.money import Money
from risk.identity import TaxResidency

SERVICING_BPS, LOST_AFTER_DAYS = 1_000, 360
TAX_BPS = {TaxResidency.RESIDENT: 1_500, TaxResidency.NON_RESIDENT: 1_400}


def rate_of(note: Holding, on: date) -> int:
    """Return the tax withheld from a lender's interest; the same on every day."""
    _ = on
    return TAX_BPS[note.residency]


@dataclass
class Paper:
    """One loan: its history, its notes, and where the money went."""

    terms: Terms
    notes: list[Holding]
    today: date
    events: list[loans.Event] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    given: dict[str, Allocation] = field(default_factory=dict)
    shares: dict[str, Mapping[str, sharing.NoteShare]] = field(default_factory=dict)
    booked: Counter[Claim] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    lost: list[tuple[int, int, int]] = field(default_factory=list)
    _replayed: tuple[tuple[int, date], LoanState] | None = None

    @classmethod
    def lent(cls, terms: Terms, parts: list[int]) -> "Paper":
        """Pay a loan out; each part is a note's, every third lender lives abroad."""
        notes = [_note(number, part) for number, part in enumerate(parts)]
        paper = cls(terms, notes, terms.disbursed_on)
        paper._add(
            loans.Disbursed(
                on=terms.disbursed_on, ordinal=paper.next, amount=terms.principal
            )
        )
        paper.booked[Claim.PRINCIPAL] = terms.principal.minor
        paper.lost = [(0, 0, 0) for _ in notes]
        return paper

    @property
    def next(self) -> int:
        """The number of the next event."""
        return len(self.events) + 1

    async def state(self) -> LoanState:
        """Return where the loan stands today."""
        return self._state()

    def _state(self) -> LoanState:
        """Replay the loan, unless nothing happened since it was replayed for the day."""
        asked = (len(self.events), self.today)
        if self._replayed is None or self._replayed[0] != asked:
            state = loans.replay(self.terms, self.events, self.today)
            self._replayed = (asked, state)
        return self._replayed[1]

    async def quote(self) -> PayoffQuote:
        """Return what closes the loan today."""
        return loans.payoff_quote(self.terms, self.events, self.today)

    async def receipts(self) -> list[tuple[str, Money]]:
        """Return what was paid and not taken back."""
        gone = {e.receipt_id for e in self.events if isinstance(e, loans.ChargedBack)}
        return [
            (event.receipt_id, event.amount)
            for event in self.events
            if isinstance(event, loans.ReceiptReceived) and event.receipt_id not in gone
        ]

    async def pay(self, amount: Money, counts_on: date) -> None:
        """Take a payment, and give it to the lenders."""
        written_off = self._written_off_on()
        lost = written_off is not None and counts_on >= written_off
        event = (loans.RecoveryReceived if lost else loans.ReceiptReceived)(
            on=counts_on,
            ordinal=self.next,
            receipt_id=f"r{self.next}",
            amount=amount,
        )
        if counts_on < self.today:
            try:
                loans.replay(self.terms, [*self.events, event], self.today)
            except (EventInvalid, TermsInvalid):
                event = replace(event, on=self.today)
        self._add(event)
        self.waiting.add(event.receipt_id)
        self.post({"transit": amount.minor, "collections": -amount.minor})
        self.settle(event.on)

    async def act(self, act: Act) -> None:
        """Let something happen to the loan today."""
        live = Status.PAID_OFF if isinstance(act, loans.ChargedBack) else Status.ACTIVE
        status = (await self.state()).status
        if status not in (Status.ACTIVE, Status.ARREARS, live):
            raise LoanNotOpen(status=status)
        act = replace(act, ordinal=self.next)
        loans.replay(self.terms, [*self.events, act], self.today)
        if isinstance(act, loans.Waived):
            act = replace(act, up_to=True)
        if isinstance(act, loans.Restructured):
            act = replace(act, is_owed=True)
        self._add(act)
        if isinstance(act, loans.ChargedBack):
            back = act.amount.minor
            self.post({"transit": -back, "taken back": back})
        self.settle(act.on)

    async def restructure(self, plan: NewPlan) -> None:
        """Let new terms take the place of the old."""
        quote = await self.quote()
        owed = quote.total if plan.capitalises else quote.principal
        if not owed:
            raise LoanNotOpen(status=Status.PAID_OFF)
        terms = replace(
            self.terms,
            principal=owed,
            rate_bps=plan.rate_bps,
            instalments=plan.instalments,
            disbursed_on=plan.on,
            first_due_on=plan.first_due_on,
        )
        await self.act(
            loans.Restructured(
                on=plan.on,
                ordinal=self.next,
                terms=terms,
                capitalises=plan.capitalises,
            )
        )

    async def write_off(self) -> None:
        """Give up what is owed, once it is late enough."""
        state = await self.state()
        late = state.days_past_due
        if state.status is not Status.ARREARS or late < LOST_AFTER_DAYS:
            raise WriteOffTooEarly(days_late=late, needed=LOST_AFTER_DAYS)
        self._add(loans.WrittenOff(on=self.today, ordinal=self.next))
        self._book_claims(await self.state())
        self.lost = [note.owed for note in self.notes]
        self.notes = [note.plus(books.turned(note.owed)) for note in self.notes]

    async def count(self) -> None:
        """Charge late fees and book what fell due."""
        if self._state().days_past_due and not self.written_off:
            for fee in loans.late_fees_due(self.terms, self.events, self.today):
                self._add(
                    loans.LateFeeCharged(
                        on=self.today,
                        ordinal=self.next,
                        instalment=fee.instalment,
                        amount=fee.amount,
                    )
                )
        self.settle()

    def settle(self, since: date | None = None) -> LoanState:
        """Bring notes and money to what the history says; by the difference only."""
        since = since or self.today
        for fee in loans.late_fees_unfounded(self.terms, self.events, since):
            self._add(
                loans.ChargeCancelled(
                    on=self.today, ordinal=self.next, charge=fee.ordinal
                )
            )
        state = self._state()
        changed = [
            one
            for one in state.allocations
            if self.given.get(one.receipt_id) not in (None, one)
        ]
        if changed:
            self._share_again(state, changed)
        self._book_claims(state)
        for one in state.allocations:
            if one.receipt_id in self.waiting:
                self._share_out(one)
        if state.overpaid:
            self._add(
                loans.Refunded(
                    on=self.today,
                    ordinal=self.next,
                    amount=state.overpaid,
                    up_to=True,
                )
            )
        return state

    def post(self, changes: Mapping[str, int]) -> None:
        """Book one entry: what comes somewhere comes from somewhere."""
        ensure(sum(changes.values()) == 0, "an entry sums to nothing")
        self.accounts.update(changes)

    @property
    def written_off(self) -> bool:
        """Say whether the loan was given up."""
        return self._written_off_on() is not None

    @property
    def overpaid(self) -> Money:
        """Return what was too much and did not go back."""
        return self._state().overpaid

    def standing(self) -> list[Holding]:
        """Return the notes as owed; written off, as what they lost."""
        return [
            note.plus(lost) for note, lost in zip(self.notes, self.lost, strict=True)
        ]

    def _add(self, event: loans.Event) -> None:
        self.events.append(event)

    def _written_off_on(self) -> date | None:
        gone = [e.on for e in self.events if isinstance(e, loans.WrittenOff)]
        return gone[0] if gone else None

    def _fresh(self, state: LoanState) -> dict[Claim, Money]:
        currency = self.terms.currency
        return {
            claim: amount - Money(self.booked[claim], currency)
            for claim, amount in rules.claimed(state).items()
        }

    def _book_claims(self, state: LoanState) -> None:
        for claim, more in self._fresh(state).items():
            if more:
                parts = books.share_claim(self.notes, claim, more)
                self.notes = [
                    note.plus(books.in_claim(claim, part))
                    for note, part in zip(self.notes, parts, strict=True)
                ]
                self.booked[claim] += more.minor

    def _share_again(self, state: LoanState, changed: list[Allocation]) -> None:
        fresh = self._fresh(state)
        wanted = [
            Wanted(one, SERVICING_BPS, self.shares[one.receipt_id]) for one in changed
        ]
        shared, changes = resharing.reshare(
            self.standing(), wanted, fresh=fresh, rates=rate_of
        )
        for claim, more in fresh.items():
            self.booked[claim] += more.minor
        self._owe(changes)
        for one, again in zip(changed, shared, strict=True):
            before = self.given[one.receipt_id]
            moved: Counter[str] = Counter()
            for share in again.differences:
                _count(moved, share)
            moved["fees"] -= one.fee.minor - before.fee.minor
            moved["borrower"] -= one.excess.minor - before.excess.minor
            moved["taken back"] -= sum(moved.values())
            self.post(moved)
            self._keep(one, again.differences)

    def _owe(self, changes: list[tuple[int, int, int]]) -> None:
        if self._written_off_on() is None:
            pairs = zip(self.notes, changes, strict=True)
            self.notes = [note.plus(change) for note, change in pairs]
            return
        self.lost = [
            (had[0] + more[0], had[1] + more[1], had[2] + more[2])
            for had, more in zip(self.lost, changes, strict=True)
        ]

    def _share_out(self, one: Allocation) -> None:
        owed = self.standing()
        shared = sharing.distribute(
            one,
            [resharing.holding_of(note, rate_of(note, one.on)) for note in owed],
            servicing_fee_bps=SERVICING_BPS,
        )
        moved: Counter[str] = Counter()
        for share in shared.shares:
            _count(moved, share)
        moved["fees"] -= one.fee.minor
        moved["rounding"] -= shared.rounding.minor
        moved["borrower"] -= one.excess.minor
        moved["collections"] += one.total.minor
        self.post(moved)
        paid = [resharing.paid(share) for share in shared.shares]
        self._owe(paid)
        self.waiting.remove(one.receipt_id)
        self._keep(one, shared.shares)

    def _keep(self, one: Allocation, shares: tuple[sharing.NoteShare, ...]) -> None:
        known = dict(self.shares.get(one.receipt_id, {}))
        for share in shares:
            before = known.get(share.note_id)
            known[share.note_id] = before.plus(share) if before else share
        self.shares[one.receipt_id] = known
        self.given[one.receipt_id] = one


def _count(moved: Counter[str], share: sharing.NoteShare) -> None:
    moved["lenders"] -= share.net_minor
    moved["fees"] -= share.servicing_fee_minor
    moved["tax"] -= share.tax_withheld_minor


def _note(number: int, part: int) -> Holding:
    abroad = number % 3 == 0
    here = AccountId(f"acct{number}")
    return Holding(
        id=f"note{number}",
        lender=PartyId(f"party{number}"),
        residency=TaxResidency.NON_RESIDENT if abroad else TaxResidency.RESIDENT,
        principal_minor=part,
        principal_account=here,
        interest_account=here,
        fee_account=here,
        owed_principal=part,
        owed_interest=0,
        owed_fees=0,
        wallet=here,
    )
