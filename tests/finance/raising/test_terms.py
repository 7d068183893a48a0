from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from finance import raising, rulepacks
from finance.raising import Product
from ledger.database import UnitOfWork, sqlstate
from ledger.money import Currency, Money

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


def _market(**values: int) -> rulepacks.RulePack:
    """Return Cambodia's rules with other values for some."""
    return rulepacks.RulePack(
        "xx",
        tuple(
            replace(rule, value=values.get(rule.key, rule.value))
            for rule in rulepacks.load("kh").rules
        ),
    )


async def test_a_share_of_the_offer_is_rounded_up_to_whole_units(market: Any) -> None:
    offer = await market.offer(
        product=Product.EQUITY, step=usd(2_500), market=_market(pledge_share_max=3333)
    )

    assert offer.party_cap_minor == 35_000


async def test_one_party_takes_its_share_of_an_offer_and_no_more(
    market: Any, world: Any
) -> None:
    offer = await market.offer(market=_market(pledge_share_max=2500))
    party = await world.party(100_000)
    first = await market.pledge(offer, party, 15_000)

    with pytest.raises(raising.AboveShare) as refusal:
        await market.pledge(offer, party, 10_001)
    await market.pledge(offer, party, 10_000)
    await market.db.transact(
        raising.withdraw_pledge, pledge_id=first.id, party_id=party
    )
    await market.pledge(offer, party, 15_000)

    assert refusal.value.facts["allowed_minor"] == 10_000
    assert (await market.look(offer)).pledged == usd(25_000)


async def test_the_time_to_think_is_the_one_of_the_day_the_offer_opened(
    market: Any, world: Any
) -> None:
    offer = await market.offer(market=_market(reflection_period=0))
    party = await world.party(100_000)

    await market.pledge(offer, party, 100_000)

    assert (await market.close(offer)).status == raising.OfferStatus.FUNDED


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
