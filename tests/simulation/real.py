"""A portfolio in PostgreSQL: real offers, notes, receipts, approvals and books."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api import laws
from contracts.loan import LoanState, PayoffQuote
from contracts.terms import Terms
from finance import lending, raising
from finance.lending import Act, Application, ApplicationStatus, Loan, NewPlan
from finance.rails import Payment, PaymentState
from finance.wallets import record_deposit
from ledger import invariants
from ledger.database import UnitOfWork
from ledger.ids import PartyId, new_id
from ledger.money import Currency, Money
from risk.identity import PartyKind
from tests.journeys.people import World
from tests.simulation.agreeing import require_agreement
from tests.simulation.doing import do
from tests.simulation.lives import life_of
from tests.simulation.loans import FIRST_DAY, Planned

LENDERS = 6
NOON = time(12, tzinfo=ZoneInfo("Asia/Phnom_Penh"))
RICH = 10**11
"""More than all lenders' parts together, in minor units."""


@dataclass
class Portfolio:
    """Loans that live side by side under one clock."""

    world: World
    desk: tuple[PartyId, PartyId]
    lenders: list[PartyId]
    hands: dict[int, "Held"] = field(default_factory=dict)
    deeds: Counter[str] = field(default_factory=Counter)

    @classmethod
    async def opened(cls, world: World) -> "Portfolio":
        """Bring two operators and the lenders, every third of them from abroad."""
        desk = (await world.party("One"), await world.party("Two"))
        lenders = [
            await world.lender(
                f"Lender {n}", Money(RICH, Currency.USD), "KH" if n % 3 else "FR"
            )
            for n in range(LENDERS)
        ]
        return cls(world, desk, lenders)

    async def lend(self, plans: Sequence[Planned]) -> None:
        """Have loans of these terms asked for, approved, funded and paid out."""
        world = self.world
        offers = [await self._offer(number, plan) for number, plan in enumerate(plans)]
        world.clock.advance(timedelta(days=5))
        while await world.db.transact(raising.close_due_offers):
            pass
        for number, offer in enumerate(offers):
            loan = await world.db.transact(lending.form_loan, offer_id=offer.id)
            assert loan is not None
            document = await world.db.read(lending.get_agreement, loan_id=loan.id)
            accepted = await world.db.transact(
                lending.accept_agreement,
                loan_id=loan.id,
                party_id=PartyId(loan.borrower),
                document_hash=document.sha256,
            )
            self.hands[number] = Held(self, accepted)
        await world.deliver_payouts()

    async def _offer(self, number: int, plan: Planned) -> raising.Offer:
        world, (one, two) = self.world, self.desk
        firm = await world.party(f"Firm {number}", PartyKind.FIRM)
        asked = await world.db.transact(_ask, party_id=firm, terms=plan.terms)
        await world.db.transact(
            lending.review_application,
            application_id=asked.id,
            operator_id=one,
            note="simulated",
        )
        offer = await world.db.transact(
            lending.approve_application,
            application_id=asked.id,
            operator_id=two,
            open_days=30,
        )
        for lender, part in zip(self.lenders, plan.parts, strict=False):
            await world.pledge(offer, lender, Money(part, plan.terms.currency))
        return offer

    async def live(self, seed: int, months: int) -> int:
        """Let months pass; after each, all books must agree. Return the checks made."""
        waiting = sorted(
            (deed, number)
            for number, hand in self.hands.items()
            for deed in life_of(seed, number, hand.starts_on, months)
        )
        checked, month = 0, waiting[0][0].on.month
        for deed, number in waiting:
            if deed.on.month != month:
                checked += await self.check()
                month = deed.on.month
            self.go_to(deed.on)
            await do(self.hands[number], deed, self.deeds)
        return checked + await self.check()

    def go_to(self, on: date) -> None:
        """Move the clock on to noon of a day."""
        moment = datetime.combine(on, NOON)
        ahead = moment - self.world.clock.now()
        if ahead > timedelta(0):
            self.world.clock.advance(ahead)

    async def check(self) -> int:
        """Hold every law of the books, and every loan's books against its history."""
        breaches = await self.world.db.read(invariants.find_breaches, laws.BOOKS)
        if breaches:
            raise AssertionError(breaches)
        for hand in self.hands.values():
            await hand.count()
            await require_agreement(self.world.db, hand.loan.id)
        return 1 + len(self.hands)


async def _ask(uow: UnitOfWork, *, party_id: PartyId, terms: Terms) -> Application:
    """Put a request on the table as if its score had been good."""
    application = Application(
        id=new_id("app", uow.now()),
        party=party_id,
        amount=terms.principal,
        term_months=terms.instalments,
        purpose="simulated",
        statements=[],
        invoice_files=[],
        decision={"price": {"lgd_bps": 5_000}, "pd_bps": 200, "grade": "B"},
        quote={"terms": terms.to_json()},
        overrides=[],
        status=ApplicationStatus.ASSESSED.value,
        submitted_at=uow.now(),
    )
    uow.add(application)
    return application


@dataclass
class Held:
    """One loan, held by the doors that people and rails use."""

    portfolio: Portfolio
    loan: Loan
    payments: int = 0

    @property
    def starts_on(self) -> date:
        """The day the money went out."""
        return self.loan.disbursed_on or FIRST_DAY

    async def state(self) -> LoanState:
        """Return where the loan stands today."""
        return await self.portfolio.world.db.read(
            lending.loan_state, loan_id=self.loan.id
        )

    async def quote(self) -> PayoffQuote:
        """Return what closes the loan today."""
        return await self.portfolio.world.db.read(
            lending.quote_payoff, loan_id=self.loan.id
        )

    async def receipts(self) -> list[tuple[str, Money]]:
        """Return what was paid and not taken back."""
        db = self.portfolio.world.db
        events = await db.read(lending.list_events, loan_id=self.loan.id)
        gone = {e.details["receipt_id"] for e in events if e.kind == "charged_back"}
        rows = await db.read(lending.list_receipts, loan_id=self.loan.id)
        return [(r.id, r.amount) for r in rows if r.id not in gone and not r.recovery]

    async def pay(self, amount: Money, counts_on: date) -> None:
        """Pay by bank; the word of it comes today, the money may have come before."""
        db, self.payments = self.portfolio.world.db, self.payments + 1
        payment = Payment(
            provider="fake",
            payment_id=f"{self.loan.id}-{self.payments}",
            reference=self.loan.id,
            amount=amount,
            state=PaymentState.SUCCEEDED,
            paid_at=datetime.combine(counts_on, NOON),
        )
        deposit = await db.transact(record_deposit, payment=payment)
        receipt = await db.transact(
            lending.record_payment,
            loan_id=self.loan.id,
            deposit_id=deposit.id,
            amount=amount,
        )
        await db.transact(lending.distribute, receipt_id=receipt.id)

    async def act(self, act: Act) -> None:
        """Let one operator propose and the other agree."""
        one, two = self.portfolio.desk
        db = self.portfolio.world.db
        proposed = await db.transact(
            lending.propose_act,
            loan_id=self.loan.id,
            act=act,
            operator_id=one,
            note="simulated",
        )
        await db.transact(lending.approve_act, approval_id=proposed.id, operator_id=two)

    async def restructure(self, plan: NewPlan) -> None:
        """Let new terms take the place of the old."""
        await self.act(
            await self.portfolio.world.db.read(
                lending.restructuring, loan_id=self.loan.id, plan=plan
            )
        )

    async def write_off(self) -> None:
        """Let two operators give the loan up."""
        one, two = self.portfolio.desk
        db = self.portfolio.world.db
        proposed = await db.transact(
            lending.propose_write_off,
            loan_id=self.loan.id,
            operator_id=one,
            note="simulated",
        )
        await db.transact(
            lending.approve_write_off, approval_id=proposed.id, operator_id=two
        )

    async def count(self) -> None:
        """Let the day end."""
        await self.portfolio.world.db.transact(lending.count_day, loan_id=self.loan.id)
