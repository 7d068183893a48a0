"""A small world for pages: a firm with a reviewed loan, lenders with money, two operators."""

from dataclasses import dataclass, field
from datetime import timedelta

from api import auth
from api.auth import Role
from finance import equity, lending, rails, raising, wallets
from finance.lending import Application, Loan
from finance.raising import Offer
from ledger import audit
from ledger.clock import StoppedClock, business_date
from ledger.database import Database, UnitOfWork
from ledger.ids import PartyId
from ledger.money import Currency, Money
from risk import identity, statements
from risk.identity import PartyKind
from risk.statements.sample import Profile, sample_statement

FIRM = "រោងម៉ាស៊ីនកិនស្រូវ <Battambang> & Sons"
OPEN_DAYS = 30


def usd(dollars: int) -> Money:
    return Money(dollars * 100, Currency.USD)


@dataclass
class World:
    """Everybody that pages are about."""

    db: Database
    clock: StoppedClock
    rail: rails.FakeRail
    signer: audit.Signer | None = None
    operators: list[PartyId] = field(default_factory=list)

    async def join(
        self, name: str, kind: PartyKind = PartyKind.PERSON, *, pays_in: int = 0
    ) -> PartyId:
        """Let somebody join, verified, with a wallet and some dollars in it."""

        async def join(uow: UnitOfWork) -> tuple[PartyId, str]:
            party = await identity.register_party(
                uow, kind=kind, name=name, country="KH", tax_resident=True
            )
            await uow.session.flush()
            await identity.verify_party(uow, party_id=party.id, by="founder")
            wallet = await wallets.open_wallet(
                uow,
                party_id=PartyId(party.id),
                currency=Currency.USD,
                destination="ABA 000 123",
            )
            return PartyId(party.id), wallet.id

        party, wallet = await self.db.transact(join)
        if pays_in:
            await self.pay(wallet, usd(pays_in))
        return party

    async def pay(self, reference: str, amount: Money) -> None:
        """Let money arrive over the rail."""
        payment_id = self.rail.receive(reference, amount)
        payment = await self.rail.look_up_payment(payment_id)
        assert payment is not None
        await self.db.transact(wallets.record_deposit, payment=payment)

    async def key(self, party: PartyId, role: Role) -> str:
        """Give a party a key."""
        return (await self.db.transact(auth.create_key, party=party, role=role)).shown

    async def apply(
        self, firm: PartyId, amount: Money, profile: Profile = Profile.STRONG
    ) -> Application:
        """Let a firm ask for a loan with a year of its account."""
        kept = await statements.receive_statement(
            self.db,
            party_id=firm,
            file_name="year.csv",
            content=sample_statement(
                seed=7,
                profile=profile,
                currency=amount.currency,
                ends_on=business_date(self.clock.now()) - timedelta(days=1),
            ),
        )
        return await self.db.transact(
            lending.submit_application,
            party_id=firm,
            wanted=lending.LoanRequest(amount, 12),
            purpose="Rice for the harvest",
            statement_ids=[kept.id],
        )

    async def offer(self, application: Application) -> Offer:
        """Let two operators open an application to lenders."""
        one, two = self.operators
        await self.db.transact(
            lending.review_application,
            application_id=application.id,
            operator_id=one,
            note="Read and sound.",
        )
        return await self.db.transact(
            lending.approve_application,
            application_id=application.id,
            operator_id=two,
            open_days=OPEN_DAYS,
        )

    async def share_offer(self, firm: PartyId) -> Offer:
        """Let a firm offer shares at ten dollars each, approved by two operators."""
        one, two = self.operators
        share = await self.db.transact(
            equity.create_share_class,
            issuer_id=firm,
            name="Ordinary A",
            price=usd(10),
            authorised=5_000,
        )
        await self.db.transact(
            equity.review_share_offer,
            share_id=share.id,
            operator_id=one,
            target=usd(4_000),
            open_days=OPEN_DAYS,
            note="Accounts read.",
        )
        return await self.db.transact(
            equity.approve_share_offer, share_id=share.id, operator_id=two
        )

    async def fund(self, offer: Offer, lender: PartyId) -> Loan:
        """Let one lender fund all that is left, and the offer close."""
        await self.db.transact(
            raising.place_pledge,
            offer_id=offer.id,
            party_id=lender,
            amount=offer.target,
        )
        self.clock.advance(timedelta(days=offer.reflection_days, minutes=1))
        await self.db.transact(raising.close_offer, offer_id=offer.id)
        loan = await self.db.transact(lending.form_loan, offer_id=offer.id)
        assert loan is not None
        return loan

    async def lend(self, firm: str, dollars: int) -> Loan:
        """Let one lender fund a new firm's loan, whose agreement waits to be signed."""
        borrower = await self.join(firm, PartyKind.FIRM, pays_in=1_000)
        lender = await self.join(f"Lender of {firm}", pays_in=dollars)
        applied = await self.apply(borrower, usd(dollars))
        return await self.fund(await self.offer(applied), lender)

    async def sign(self, loan: Loan) -> None:
        """Let the firm accept its agreement."""
        document = await self.db.read(lending.get_agreement, loan_id=loan.id)
        await self.db.transact(
            lending.accept_agreement,
            loan_id=loan.id,
            party_id=PartyId(loan.borrower),
            document_hash=document.sha256,
        )

    async def agree(self, loan: Loan, act: lending.Act) -> None:
        """Let two operators do something to a loan."""
        one, two = self.operators
        asked = await self.db.transact(
            lending.propose_act, loan_id=loan.id, act=act, operator_id=one, note="asked"
        )
        await self.db.transact(
            lending.approve_act, approval_id=asked.id, operator_id=two
        )

    async def seal(self) -> None:
        """Seal what was told."""
        assert self.signer is not None
        while await self.db.transact(audit.seal, self.signer):
            pass


async def make_world(
    db: Database, clock: StoppedClock, rail: rails.FakeRail, signer: audit.Signer
) -> World:
    """Make a world with two operators in it."""
    world = World(db, clock, rail, signer)
    world.operators = [await world.join("Sokunthea"), await world.join("Borey")]
    return world
