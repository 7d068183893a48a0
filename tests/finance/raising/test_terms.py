from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from finance import raising, rulepacks
from finance.raising import Product, rules
from ledger.database import UnitOfWork, sqlstate
from ledger.ids import PartyId
from ledger.money import Currency, Money, Rounding

INSUFFICIENT_PRIVILEGE = "42501"
CHECK_VIOLATION = "23514"


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


async def test_what_is_left_out_is_filled_in_by_the_markets_rules(market: Any) -> None:
    offer = await market.offer()

    assert (offer.cap, offer.min_pledge, offer.step) == (
        usd(100_000),
        usd(1_000),
        usd(1),
    )
    assert offer.party_cap_minor == 100_000
    assert offer.opens_at == market.clock.now()


async def test_the_least_pledge_is_a_whole_share_and_never_above_the_target(
    market: Any,
) -> None:
    dear = await market.offer(product=Product.EQUITY, step=usd(2_500))
    small = await market.offer(target=600)

    assert dear.min_pledge == usd(2_500)
    assert small.min_pledge == usd(600)


@pytest.mark.parametrize(
    "changes",
    [
        {"cap": usd(100_001)},
        {"cap": usd(99_999)},
        {"product": Product.EQUITY, "cap": usd(150_001)},
        {"product": Product.EQUITY, "step": usd(3_000)},
        {"product": Product.EQUITY, "step": usd(2_500), "cap": usd(101_000)},
        {"product": Product.EQUITY, "step": usd(2_500), "min_pledge": usd(3_000)},
        {"product": Product.EQUITY, "cap": Money(15_000_000, Currency.KHR)},
        {"step": Money(100, Currency.KHR)},
        {"min_pledge": Money(5_000_000, Currency.KHR)},
    ],
)
async def test_terms_the_market_does_not_allow_are_refused(
    market: Any, changes: dict[str, Any]
) -> None:
    with pytest.raises(raising.OfferTermsWrong):
        await market.offer(**changes)


@pytest.mark.parametrize(("opens", "lasts"), [(-1, 10), (0, 0), (0, 61), (5, -2)])
async def test_an_offer_is_open_as_long_as_the_market_allows(
    market: Any, opens: int, lasts: int
) -> None:
    opens_at = market.clock.now() + timedelta(days=opens)

    with pytest.raises(raising.OfferTermsWrong):
        await market.offer(
            opens_at=opens_at, deadline_at=opens_at + timedelta(days=lasts)
        )


def test_a_share_of_the_offer_is_rounded_up_to_whole_units() -> None:
    half = rulepacks.RulePack(
        "xx",
        tuple(
            rulepacks.Rule(**(vars(rule) | {"value": 3333}))
            if rule.key == "pledge_share_max"
            else rule
            for rule in rulepacks.load("kh").rules
        ),
    )
    now = datetime(2026, 1, 5, tzinfo=UTC)
    terms = raising.OfferTerms(
        Product.EQUITY,
        PartyId("party_x"),
        "share_x",
        usd(100_000),
        now + timedelta(days=5),
        step=usd(2_500),
    )

    bounds = rules.settle_bounds(terms, half, now=now)

    assert usd(100_000).times_bps(3333, rounding=Rounding.DOWN) == usd(33_330)
    assert bounds.party_cap == usd(35_000)


async def _refused(market: Any, statement: str) -> str:
    async def run(uow: UnitOfWork) -> None:
        await uow.session.execute(text(statement))

    with pytest.raises(DBAPIError) as error:
        await market.db.transact(run)
    return sqlstate(error.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offer SET target_minor = 1",
        "UPDATE offer SET deadline_at = now()",
        "UPDATE offer SET min_pledge_minor = 1",
        "UPDATE pledge SET amount_minor = 1",
        "UPDATE pledge SET party = offer",
        "DELETE FROM pledge",
        "DELETE FROM offer",
        "UPDATE payout SET amount_minor = 1",
        "UPDATE payout SET destination = 'mine'",
        "UPDATE deposit SET amount_minor = 1",
        "UPDATE wallet SET party = id",
    ],
)
async def test_the_application_cannot_change_terms_amounts_or_owners(
    market: Any, statement: str
) -> None:
    assert await _refused(market, statement) == INSUFFICIENT_PRIVILEGE


async def test_the_database_itself_refuses_one_unit_too_many(market: Any) -> None:
    await market.offer()

    for statement in (
        "UPDATE offer SET pledged_minor = cap_minor + 1",
        "UPDATE offer SET pledged_minor = -1",
        "UPDATE offer SET status = 'funded', closed_at = opens_at",
    ):
        assert await _refused(market, statement) == CHECK_VIOLATION
