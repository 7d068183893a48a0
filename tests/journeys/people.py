"""The people and machinery of a journey: parties, money, days, and the jobs between."""

from dataclasses import dataclass, field
from datetime import timedelta

from finance import lending, raising, wallets
from finance.rails import FakeRail
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from ledger.ids import PartyId
from ledger.money import Currency, Money
from risk import identity, statements
from risk.identity import PartyKind
from risk.statements.sample import sample_statement

USD = Currency.USD


def usd(dollars: int, cents: int = 0) -> Money:
    return Money(dollars * 100 + cents, USD)


@dataclass
class World:
    """A database, a clock, a bank; and the acts that need several steps."""

    db: Database
    clock: StoppedClock
    rail: FakeRail = field(init=False)

    def __post_init__(self) -> None:
        self.rail = FakeRail(self.clock)

    async def party(
        self, name: str, kind: PartyKind = PartyKind.PERSON, country: str = "KH"
    ) -> PartyId:
        async def join(uow: UnitOfWork) -> PartyId:
            party = await identity.register_party(
                uow, kind=kind, name=name, country=country, tax_resident=country == "KH"
            )
            await uow.session.flush()
            await identity.verify_party(uow, party_id=party.id, by="somebody")
            await wallets.open_wallet(
                uow, party_id=PartyId(party.id), currency=USD, destination=f"ABA {name}"
            )
            return PartyId(party.id)

        return await self.db.transact(join)

    async def lender(self, name: str, money: Money, country: str = "KH") -> PartyId:
        party = await self.party(name, country=country)
        await self.pay_in(party, money)
        return party

    async def pay_in(self, party: PartyId, money: Money) -> None:
        wallet = await self.db.read(
            wallets.get_wallet, party_id=party, currency=money.currency
        )
        await self.pay(wallet.id, money)

    async def pay(self, reference: str, money: Money) -> None:
        """Let somebody pay by bank under a reference, and the word of it reach us."""
        payment_id = self.rail.receive(reference, money)
        payment = await self.rail.look_up_payment(payment_id)
        assert payment is not None
        deposit = await self.db.transact(wallets.record_deposit, payment=payment)
        if deposit.subject.startswith("loan_"):
            await self.db.transact(
                lending.record_payment,
                loan_id=deposit.subject,
                deposit_id=deposit.id,
                amount=deposit.amount,
            )

    async def available(self, party: PartyId) -> Money:
        purse = await self.db.read(wallets.get_purse, party_id=party, currency=USD)
        return purse.available

    async def application(
        self, firm: PartyId, amount: Money, months: int = 12
    ) -> lending.Application:
        content = sample_statement(
            seed=7,
            profile="strong",
            months=12,
            currency=amount.currency,
            ends_on=self.clock.now().date() - timedelta(days=1),
        )
        statement = await statements.receive_statement(
            self.db, party_id=firm, file_name="year.csv", content=content
        )
        return await self.db.transact(
            lending.submit_application,
            party_id=firm,
            wanted=lending.LoanRequest(amount, months),
            purpose="stock",
            statement_ids=[statement.id],
        )

    async def offer(
        self, firm: PartyId, amount: Money, operators: tuple[PartyId, PartyId]
    ) -> raising.Offer:
        application = await self.application(firm, amount)
        await self.db.transact(
            lending.review_application,
            application_id=application.id,
            operator_id=operators[0],
            note="sound",
        )
        return await self.db.transact(
            lending.approve_application,
            application_id=application.id,
            operator_id=operators[1],
            open_days=30,
        )

    async def pledge(self, offer: raising.Offer, party: PartyId, amount: Money) -> str:
        pledge = await self.db.transact(
            raising.place_pledge, offer_id=offer.id, party_id=party, amount=amount
        )
        return pledge.id

    async def fund(self, offer: raising.Offer, firm: PartyId) -> lending.Loan:
        """Close a full offer, make its loan, accept it, and deliver the money."""
        self.clock.advance(timedelta(days=5))
        await self.db.transact(raising.close_due_offers)
        loan = await self.db.transact(lending.form_loan, offer_id=offer.id)
        assert loan is not None
        document = await self.db.read(lending.get_agreement, loan_id=loan.id)
        await self.db.transact(
            lending.accept_agreement,
            loan_id=loan.id,
            party_id=firm,
            document_hash=document.sha256,
        )
        await self.deliver_payouts()
        return await self.db.read(lending.get_loan, loan_id=loan.id)

    async def deliver_payouts(self) -> None:
        for payout_id in await self.db.read(wallets.list_open_payouts):
            await wallets.deliver_payout(self.db, self.rail, payout_id)

    async def distribute(self) -> None:
        for receipt_id in await self.db.read(lending.list_waiting_receipts):
            await self.db.transact(lending.distribute, receipt_id=receipt_id)

    async def live(self, loan: lending.Loan, days: int) -> None:
        """Let days pass, each counted once."""
        for _ in range(days):
            self.clock.advance(timedelta(days=1))
            await self.db.transact(lending.count_day, loan_id=loan.id)
