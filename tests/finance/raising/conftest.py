"""Offers to pledge to."""

from datetime import timedelta
from typing import Any

import pytest

from finance import raising
from finance.raising import Offer, OfferTerms, Product
from ledger.ids import PartyId, new_id
from ledger.money import Currency, Money

TARGET = 100_000


class Market:
    """Opens offers and places pledges in a world."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.db = world.db
        self.clock = world.clock

    async def offer(self, target: int = TARGET, **changes: Any) -> Offer:
        """Open a loan offer for ten days; say only what matters."""
        terms: dict[str, Any] = {
            "product": Product.LOAN,
            "issuer": PartyId(new_id("party", self.clock.now())),
            "subject": "app_test",
            "target": Money(target, Currency.USD),
            "deadline_at": self.clock.now() + timedelta(days=10),
        }
        rules = changes.pop("market", None)
        opened: Offer = await self.db.transact(
            raising.open_offer, terms=OfferTerms(**(terms | changes)), market=rules
        )
        return opened

    async def pledge(self, offer: Offer, party: PartyId, minor: int) -> Any:
        return await self.db.transact(
            raising.place_pledge,
            offer_id=offer.id,
            party_id=party,
            amount=Money(minor, Currency.USD),
        )

    async def lend(self, offer: Offer, minor: int) -> PartyId:
        """Let a new lender with just that money pledge it."""
        party: PartyId = await self.world.party(minor)
        await self.pledge(offer, party, minor)
        return party

    async def look(self, offer: Offer) -> Offer:
        found: Offer = await self.db.read(raising.get_offer, offer_id=offer.id)
        return found

    async def close(self, offer: Offer) -> Offer:
        closed: Offer = await self.db.transact(raising.close_offer, offer_id=offer.id)
        return closed

    def days(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))


@pytest.fixture
async def market(world: Any) -> Market:
    return Market(world)
