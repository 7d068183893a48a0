"""A small world of money: parties, wallets, a hostile provider, the books' laws."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from finance import rails, wallets
from finance.wallets import Platform, chart
from ledger import balances, invariants
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from ledger.ids import PartyId
from ledger.money import Currency, Money
from risk import identity


@dataclass
class World:
    """What a test of money needs at hand."""

    db: Database
    clock: StoppedClock
    rail: rails.FakeRail
    parties: list[PartyId] = field(default_factory=list)

    async def party(
        self, minor: int = 0, currency: Currency = Currency.USD, to: str = "ABA 001"
    ) -> PartyId:
        """Return a new party with a wallet and money in it."""
        party = await self.db.transact(_take_in)
        wallet = await self.db.transact(
            wallets.open_wallet, party_id=party, currency=currency, destination=to
        )
        if minor:
            payment = self.rail.receive(wallet.id, Money(minor, currency))
            await self.deposit(payment)
        self.parties.append(party)
        return party

    async def deposit(self, payment_id: str) -> wallets.Deposit:
        """Book a payment as the provider shows it."""
        payment = await self.rail.look_up_payment(payment_id)
        assert payment is not None
        return await self.db.transact(wallets.record_deposit, payment=payment)

    async def hear(self) -> None:
        """Take every webhook that waits, in order, and work it."""
        for delivery in self.rail.deliveries():
            event = self.rail.parse_webhook(delivery.body, delivery.signature)
            await self.db.transact(wallets.keep_notice, event=event)
            await wallets.work_notice(self.db, self.rail, event.event_id)

    async def purse(
        self, party: PartyId, currency: Currency = Currency.USD
    ) -> wallets.Purse:
        return await self.db.read(wallets.get_purse, party_id=party, currency=currency)

    async def standing(self, name: Platform, currency: Currency = Currency.USD) -> int:
        """Return the posted units of one of the platform's accounts."""

        async def look(uow: UnitOfWork) -> int:
            account = await chart.platform(uow, name, currency)
            return (await balances.get(uow, account)).posted

        return await self.db.transact(look)

    async def require_sound_books(self) -> None:
        """Check the ledger's laws and those of money on its way out."""
        assert await self.db.read(invariants.find_breaches) == []
        assert await self.db.read(_payouts_off) == []


async def _take_in(uow: UnitOfWork) -> PartyId:
    """Take in a person and be content with who they are."""
    party = await identity.register_party(
        uow,
        kind=identity.PartyKind.PERSON,
        name="Sok Dara",
        country="KH",
        tax_resident=True,
    )
    await uow.session.flush()
    await identity.verify_party(uow, party_id=party.id, by="the desk")
    return PartyId(party.id)


async def _payouts_off(uow: UnitOfWork) -> list[object]:
    """Find currencies whose payout account is not the sum of open payouts."""
    rows = await uow.session.execute(
        text(
            "SELECT a.asset FROM account a JOIN balance b ON b.account = a.id"
            " LEFT JOIN payout p ON p.currency = a.asset"
            " AND p.state IN ('requested', 'sent', 'unknown')"
            " WHERE a.path = 'payout' GROUP BY a.asset, b.account"
            " HAVING b.posted_credits - b.posted_debits"
            " <> coalesce(sum(p.amount_minor), 0)"
        )
    )
    return list(rows.scalars())


@pytest.fixture
def rail(clock: StoppedClock) -> rails.FakeRail:
    return rails.FakeRail(clock)


@pytest.fixture
async def world(db: Database, clock: StoppedClock, rail: rails.FakeRail) -> World:
    return World(db, clock, rail)
