import asyncio
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance import rails, wallets
from finance.rails import Fault, Outcome, PaymentState
from finance.wallets import Platform
from ledger.errors import Unavailable
from ledger.ids import new_id
from ledger.money import Currency, Money


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


async def _reference(world: Any, party: Any) -> str:
    wallet = await world.db.read(
        wallets.get_wallet, party_id=party, currency=Currency.USD
    )
    return str(wallet.id)


async def _take(world: Any, delivery: rails.Delivery) -> str | None:
    """Take a webhook as the edge does; None when it was forged."""
    try:
        event = world.rail.parse_webhook(delivery.body, delivery.signature)
    except rails.SignatureWrong:
        return None
    await world.db.transact(wallets.keep_notice, event=event)
    return str(event.event_id)


async def test_an_event_is_kept_once_however_often_it_is_told(world: Any) -> None:
    world.rail.receive("x", usd(5))
    (delivery,) = world.rail.deliveries()
    event = world.rail.parse_webhook(delivery.body, delivery.signature)

    kept = await asyncio.gather(
        *(world.db.transact(wallets.keep_notice, event=event) for _ in range(6))
    )

    assert sorted(kept) == [False] * 5 + [True]


async def test_an_event_of_a_pending_payment_books_nothing(world: Any) -> None:
    world.rail.receive("x", usd(5), state=PaymentState.PENDING)

    await world.hear()

    assert await world.standing(Platform.TRANSIT) == 0


async def test_an_early_event_is_kept_and_worked_later(world: Any) -> None:
    event = rails.ProviderEvent("fake", "fevt_0", rails.EventKind.PAYMENT, "fpay_1")
    await world.db.transact(wallets.keep_notice, event=event)
    with pytest.raises(Unavailable):
        await wallets.work_notice(world.db, world.rail, "fevt_0")

    world.rail.receive("x", usd(5), payment_id="fpay_1")
    await wallets.work_notice(world.db, world.rail, "fevt_0")

    assert await world.standing(Platform.SUSPENSE) == 5


@pytest.mark.parametrize("subject", ["not one of ours", ""])
async def test_an_event_of_a_payout_that_is_not_ours_moves_nothing(
    world: Any, subject: str
) -> None:
    subject = subject or new_id("pay", world.clock.now())
    event = rails.ProviderEvent("fake", "fevt_0", rails.EventKind.PAYOUT, subject)
    await world.db.transact(wallets.keep_notice, event=event)

    await wallets.work_notice(world.db, world.rail, "fevt_0")

    assert await world.standing(Platform.PAYOUT) == 0


async def test_an_unknown_payout_is_resolved_by_the_providers_event(
    world: Any,
) -> None:
    party = await world.party(10_000)
    payout = await world.db.transact(
        wallets.request_withdrawal, party_id=party, amount=usd(4_000)
    )
    world.rail.faults.append(Fault.LOST_REPLY)
    await wallets.deliver_payout(world.db, world.rail, payout.id)

    await world.hear()

    found = await world.db.read(wallets.get_payout, payout_id=payout.id)
    assert found.state == wallets.PayoutState.CONFIRMED


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), fails=st.booleans(), wave=st.integers(1, 6))
@pytest.mark.slow
async def test_every_order_of_events_ends_in_the_same_balances(
    world: Any, seed: int, fails: bool, wave: int
) -> None:
    luck = random.Random(seed)
    party = await world.party(10_000)
    before = await world.standing(Platform.BANK)
    reference = await _reference(world, party)
    payout = await world.db.transact(
        wallets.request_withdrawal, party_id=party, amount=usd(4_000)
    )
    world.rail.faults.append(Fault.SLOW)
    await wallets.deliver_payout(world.db, world.rail, payout.id)
    slow = world.rail.receive(reference, usd(70), state=PaymentState.PENDING)
    world.rail.receive(reference, usd(30))
    dropped = world.rail.receive(reference, usd(11), state=PaymentState.PENDING)
    world.rail.finish_payment(slow, PaymentState.SUCCEEDED)
    world.rail.finish_payment(dropped, PaymentState.FAILED)
    world.rail.finish_payout(payout.id, Outcome.FAILED if fails else Outcome.CONFIRMED)

    told = [await _take(world, d) for d in world.rail.hostile_deliveries(luck)]
    known = [event for event in told if event is not None]
    for start in range(0, len(known), wave):
        await asyncio.gather(
            *(
                wallets.work_notice(world.db, world.rail, event)
                for event in known[start : start + wave]
            )
        )

    expected = 10_100 if fails else 6_100
    assert (await world.purse(party)).available == usd(expected)
    assert await world.standing(Platform.PAYOUT) == 0
    spent = before - await world.standing(Platform.BANK)
    assert spent == (0 if fails else 4_000)
    await world.require_sound_books()
