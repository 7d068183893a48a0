"""Every law of finance finds a corruption made behind the application's back."""

from datetime import timedelta

import psycopg
import pytest

from finance.laws import FINANCE_LAWS
from ledger import invariants
from ledger.database import Database
from risk.identity import PartyKind
from tests.finance.equity.test_share_offer import a_class, an_offer
from tests.journeys.people import World, usd

CORRUPTIONS = {
    "pledges_have_their_hold": "UPDATE pledge SET amount_minor = amount_minor + 1",
    "offers_count_their_pledges": "ALTER TABLE offer DROP CONSTRAINT ck_offer_funded;"
    " UPDATE offer SET pledged_minor = pledged_minor - 1 WHERE pledged_minor > 0",
    "escrow_is_what_was_raised": "UPDATE offer SET status = 'open', closed_at = NULL"
    " WHERE status = 'funded'",
    "notes_are_the_loan": "UPDATE balance SET posted_debits = posted_debits + 1"
    " WHERE account IN (SELECT principal_account FROM loan)",
    "notes_sum_to_the_principal": "UPDATE note SET principal_minor = 1",
    "collections_are_what_waits": "UPDATE receipt SET status = 'distributed'",
    "shares_are_what_was_distributed": "UPDATE distribution SET rounding_minor = 1",
    "shares_are_in_the_journal": "UPDATE distribution_share"
    " SET interest_minor = interest_minor + 1, net_minor = net_minor + 1;"
    " UPDATE distribution SET interest_minor = interest_minor + 1",
    "payouts_are_on_their_way": "UPDATE payout SET amount_minor = amount_minor + 1",
    "decisions_take_two_people": "UPDATE approval SET status = 'declined'",
    "shares_are_what_was_authorised": "UPDATE share_class SET authorised = 1",
    "exchange_is_covered": "UPDATE account SET kind = 'exchange' WHERE kind = 'transit'",
}


@pytest.fixture
async def lived_in(db: Database, clock) -> Database:
    """A funded loan with its payout on the way, a receipt shared and one that waits."""
    world = World(db, clock)
    operators = await world.party("One"), await world.party("Two")
    firm = await world.party("Firm", PartyKind.FIRM)
    lender = await world.lender("Lender", usd(3_000))
    await a_class(db, firm)
    share = await a_class(db, firm)
    await an_offer(db, share, operators)
    world.deliver_payouts = _nothing  # type: ignore[method-assign]  # it stays on its way
    offer = await world.offer(firm, usd(1_000), operators)
    await world.pledge(offer, lender, usd(1_000))
    loan = await world.fund(offer, firm)
    await world.pay(loan.id, usd(20))
    await world.distribute()
    await world.pay(loan.id, usd(50))
    clock.advance(timedelta(minutes=1))
    return db


async def _nothing() -> None:
    """Deliver nothing."""


def test_every_law_has_a_corruption() -> None:
    laws = invariants.read_laws(FINANCE_LAWS)
    assert {law.name for law in laws} == set(CORRUPTIONS)
    assert all(law.says.endswith(".") for law in laws)


@pytest.mark.parametrize("law", CORRUPTIONS)
async def test_a_corruption_is_found_by_its_law(lived_in, admin_of, law) -> None:
    assert await lived_in.read(invariants.find_breaches, [FINANCE_LAWS]) == []
    with psycopg.connect(admin_of) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(CORRUPTIONS[law])

    breaches = await lived_in.read(invariants.find_breaches, [FINANCE_LAWS])

    assert law in {breach.law.name for breach in breaches}
