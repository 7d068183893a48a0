from datetime import timedelta
from typing import Any

import pytest

from finance import raising, wallets
from finance.raising import PledgeStatus, Product
from ledger.entries import InsufficientFunds
from ledger.errors import NotFound
from ledger.money import (
    AmountNotSettleable,
    AmountOutOfRange,
    Currency,
    CurrencyMismatch,
    Money,
)


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


async def test_a_pledge_holds_the_money_and_counts_towards_the_target(
    market: Any, world: Any
) -> None:
    offer = await market.offer()
    party = await world.party(50_000)

    pledge = await market.pledge(offer, party, 30_000)

    purse = await world.purse(party)
    assert (purse.posted, purse.available, purse.held) == (
        usd(50_000),
        usd(20_000),
        usd(30_000),
    )
    assert (await market.look(offer)).pledged == usd(30_000)
    assert pledge.status == PledgeStatus.HELD
    assert pledge.reflection_until == world.clock.now() + timedelta(days=4)


@pytest.mark.parametrize("before", [0, 60_000])
@pytest.mark.parametrize(("over", "refused"), [(-1, False), (0, False), (1, True)])
async def test_the_target_is_met_exactly_and_never_passed(
    market: Any, world: Any, before: int, over: int, refused: bool
) -> None:
    offer = await market.offer()
    if before:
        await market.lend(offer, before)
    party = await world.party(200_000)
    amount = 100_000 - before + over

    if refused:
        with pytest.raises(raising.BeyondTarget) as refusal:
            await market.pledge(offer, party, amount)
        assert refusal.value.facts["remaining_minor"] == 100_000 - before
    else:
        await market.pledge(offer, party, amount)

    assert (await market.look(offer)).pledged_minor == (
        before if refused else before + amount
    )


async def test_a_full_offer_says_so(market: Any, world: Any) -> None:
    offer = await market.offer()
    await market.lend(offer, 100_000)
    party = await world.party(5_000)

    with pytest.raises(raising.OfferFull):
        await market.pledge(offer, party, 5_000)

    assert (await world.purse(party)).available == usd(5_000)


async def test_the_last_pledge_may_be_smaller_than_the_least(
    market: Any, world: Any
) -> None:
    offer = await market.offer()
    await market.lend(offer, 99_500)
    party = await world.party(1_000)

    with pytest.raises(raising.BelowMinimum):
        await market.pledge(offer, party, 499)
    await market.pledge(offer, party, 500)

    assert not (await market.look(offer)).remaining


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (Money(0, Currency.USD), AmountOutOfRange),
        (Money(-1_000, Currency.USD), AmountOutOfRange),
        (Money(999, Currency.USD), raising.BelowMinimum),
        (Money(5_000_000, Currency.KHR), CurrencyMismatch),
        (Money(5_000_050, Currency.KHR), AmountNotSettleable),
        (Money(50_001, Currency.USD), InsufficientFunds),
    ],
)
async def test_an_amount_that_cannot_be_pledged_is_refused_without_effect(
    market: Any, world: Any, amount: Money, refusal: type[Exception]
) -> None:
    offer = await market.offer()
    party = await world.party(50_000)

    with pytest.raises(refusal):
        await market.db.transact(
            raising.place_pledge, offer_id=offer.id, party_id=party, amount=amount
        )

    assert (await world.purse(party)).available == usd(50_000)
    assert (await market.look(offer)).pledged_minor == 0


async def test_held_money_cannot_be_pledged_twice(market: Any, world: Any) -> None:
    first, second = await market.offer(), await market.offer()
    party = await world.party(50_000)
    await market.pledge(first, party, 40_000)

    with pytest.raises(InsufficientFunds):
        await market.pledge(second, party, 20_000)


async def test_without_a_wallet_or_with_a_closed_one_nothing_is_pledged(
    market: Any, world: Any
) -> None:
    offer = await market.offer()
    party = await world.party(0)

    await market.db.transact(
        wallets.close_wallet, party_id=party, currency=Currency.USD
    )

    with pytest.raises(wallets.WalletClosed):
        await market.pledge(offer, party, 1_000)
    with pytest.raises(wallets.WalletMissing):
        await market.pledge(offer, offer.issuer.replace("party_0", "party_1"), 1_000)


async def test_nobody_funds_their_own_offer(market: Any, world: Any) -> None:
    issuer = await world.party(50_000)
    offer = await market.offer(issuer=issuer)

    with pytest.raises(raising.OwnOffer):
        await market.pledge(offer, issuer, 10_000)


async def test_an_offer_takes_pledges_from_its_opening_to_its_deadline(
    market: Any, world: Any
) -> None:
    opens_at = market.clock.now() + timedelta(days=2)
    offer = await market.offer(opens_at=opens_at)
    party = await world.party(50_000)

    with pytest.raises(raising.OfferNotStarted):
        await market.pledge(offer, party, 10_000)
    market.days(2)
    await market.pledge(offer, party, 10_000)
    market.days(8)
    with pytest.raises(raising.DeadlinePassed):
        await market.pledge(offer, party, 10_000)


async def test_shares_are_sold_whole(market: Any, world: Any) -> None:
    offer = await market.offer(product=Product.EQUITY, step=usd(2_500))
    party = await world.party(50_000)

    with pytest.raises(raising.NotWholeUnits):
        await market.pledge(offer, party, 6_000)
    await market.pledge(offer, party, 7_500)

    assert (await market.look(offer)).pledged == usd(7_500)


async def test_equity_takes_more_than_its_target_up_to_its_cap(
    market: Any, world: Any
) -> None:
    offer = await market.offer(
        product=Product.EQUITY, step=usd(2_500), cap=usd(150_000)
    )
    await market.lend(offer, 100_000)
    party = await world.party(100_000)

    await market.pledge(offer, party, 50_000)
    with pytest.raises(raising.OfferFull):
        await market.pledge(offer, party, 2_500)

    assert (await market.look(offer)).pledged == usd(150_000)


async def test_a_pledge_withdrawn_in_time_frees_the_money_and_the_room(
    market: Any, world: Any
) -> None:
    offer = await market.offer()
    party = await world.party(100_000)
    pledge = await market.pledge(offer, party, 100_000)
    market.days(3)

    await market.db.transact(
        raising.withdraw_pledge, pledge_id=pledge.id, party_id=party
    )

    assert (await world.purse(party)).available == usd(100_000)
    assert (await market.look(offer)).remaining == usd(100_000)
    with pytest.raises(raising.PledgeEnded):
        await market.db.transact(
            raising.withdraw_pledge, pledge_id=pledge.id, party_id=party
        )


async def test_a_pledge_stands_once_the_time_to_think_is_over(
    market: Any, world: Any
) -> None:
    offer = await market.offer()
    party = await world.party(100_000)
    pledge = await market.pledge(offer, party, 50_000)
    market.days(4)

    with pytest.raises(raising.ReflectionOver):
        await market.db.transact(
            raising.withdraw_pledge, pledge_id=pledge.id, party_id=party
        )

    assert (await world.purse(party)).available == usd(50_000)


async def test_another_partys_pledge_does_not_exist(market: Any, world: Any) -> None:
    offer = await market.offer()
    owner = await world.party(50_000)
    pledge = await market.pledge(offer, owner, 50_000)
    stranger = await world.party(0)

    with pytest.raises(NotFound):
        await market.db.transact(
            raising.withdraw_pledge, pledge_id=pledge.id, party_id=stranger
        )
    with pytest.raises(NotFound):
        await market.db.read(raising.get_pledge, pledge_id=pledge.id, party_id=stranger)

    listed = await market.db.read(raising.list_pledges, party_id=stranger)
    assert listed.items == []
