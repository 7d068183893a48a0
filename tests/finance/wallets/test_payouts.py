import asyncio
from datetime import timedelta
from typing import Any

import pytest

from finance import approvals, rails, wallets
from finance.rails import Fault, Outcome
from finance.wallets import PayoutState, Platform
from ledger.database import UnitOfWork
from ledger.entries import InsufficientFunds
from ledger.errors import Unavailable
from ledger.money import AmountNotSettleable, AmountOutOfRange, Currency, Money


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


async def _request(world: Any, minor: int = 4_000) -> tuple[Any, wallets.Payout]:
    party = await world.party(10_000)
    payout = await world.db.transact(
        wallets.request_withdrawal, party_id=party, amount=usd(minor)
    )
    return party, payout


async def test_a_withdrawal_leaves_the_wallet_at_once_and_the_bank_when_confirmed(
    world: Any,
) -> None:
    party, payout = await _request(world)

    assert (await world.purse(party)).available == usd(6_000)
    assert await world.standing(Platform.PAYOUT) == 4_000
    done = await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert done.state == PayoutState.CONFIRMED
    assert await world.standing(Platform.PAYOUT) == 0
    assert await world.standing(Platform.BANK) == -4_000
    assert world.rail.paid_out(Currency.USD) == usd(4_000)
    await world.require_sound_books()


async def test_a_failed_payout_returns_to_the_wallet(world: Any) -> None:
    party, payout = await _request(world)
    world.rail.faults.append(Fault.REFUSED)

    failed = await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert failed.state == PayoutState.FAILED
    assert (await world.purse(party)).available == usd(10_000)
    assert world.rail.paid_out(Currency.USD) == usd(0)


async def test_a_failed_payout_of_a_closed_wallet_waits_in_suspense(world: Any) -> None:
    party, payout = await _request(world, 10_000)
    await world.db.transact(wallets.close_wallet, party_id=party, currency=Currency.USD)
    world.rail.faults.append(Fault.REFUSED)

    await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert await world.standing(Platform.SUSPENSE) == 10_000


async def test_an_unknown_payout_keeps_the_money_on_its_way(world: Any) -> None:
    party, payout = await _request(world)
    world.rail.faults.append(Fault.LOST_REPLY)

    unknown = await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert unknown.state == PayoutState.UNKNOWN
    assert (await world.purse(party)).available == usd(6_000)
    assert await world.standing(Platform.PAYOUT) == 4_000


async def test_an_unknown_payout_that_happened_is_confirmed_by_a_look_up(
    world: Any,
) -> None:
    _, payout = await _request(world)
    world.rail.faults.append(Fault.LOST_REPLY)
    await wallets.deliver_payout(world.db, world.rail, payout.id)

    done = await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert done.state == PayoutState.CONFIRMED
    assert done.attempts == 1
    assert world.rail.paid_out(Currency.USD) == usd(4_000)


async def test_an_unknown_payout_that_failed_returns_after_a_look_up(
    world: Any,
) -> None:
    party, payout = await _request(world)
    world.rail.faults.append(Fault.SLOW)
    await wallets.deliver_payout(world.db, world.rail, payout.id)
    world.rail.finish_payout(payout.id, Outcome.FAILED)

    await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert (await world.purse(party)).available == usd(10_000)


async def test_a_request_that_never_arrived_is_made_again_once(world: Any) -> None:
    _, payout = await _request(world)
    world.rail.faults.append(Fault.LOST_REQUEST)
    await wallets.deliver_payout(world.db, world.rail, payout.id)

    done = await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert (done.state, done.attempts) == (PayoutState.CONFIRMED, 2)
    assert world.rail.paid_out(Currency.USD) == usd(4_000)


async def test_a_late_request_and_its_repetition_pay_once(world: Any) -> None:
    _, payout = await _request(world)
    world.rail.faults.append(Fault.LATE)
    await wallets.deliver_payout(world.db, world.rail, payout.id)

    await wallets.deliver_payout(world.db, world.rail, payout.id)
    world.rail.catch_up()

    assert world.rail.paid_out(Currency.USD) == usd(4_000)


async def test_keys_the_provider_forgot_do_not_pay_twice(world: Any) -> None:
    _, payout = await _request(world)
    world.rail.faults.append(Fault.LOST_REPLY)
    await wallets.deliver_payout(world.db, world.rail, payout.id)
    world.clock.advance(timedelta(hours=25))

    await wallets.deliver_payout(world.db, world.rail, payout.id)
    await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert world.rail.paid_out(Currency.USD) == usd(4_000)


async def test_a_silent_provider_changes_nothing(world: Any) -> None:
    party, payout = await _request(world)
    world.rail.away = True
    await wallets.deliver_payout(world.db, world.rail, payout.id)

    with pytest.raises(Unavailable):
        await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert (await world.purse(party)).available == usd(6_000)
    assert await world.standing(Platform.PAYOUT) == 4_000


async def test_many_deliveries_at_once_pay_once(world: Any) -> None:
    _, payout = await _request(world)

    await asyncio.gather(
        *(wallets.deliver_payout(world.db, world.rail, payout.id) for _ in range(8))
    )

    assert world.rail.paid_out(Currency.USD) == usd(4_000)
    assert await world.standing(Platform.BANK) == -4_000


async def test_a_provider_that_takes_back_its_word_moves_no_money(world: Any) -> None:
    party, payout = await _request(world)
    await wallets.deliver_payout(world.db, world.rail, payout.id)

    await world.db.transact(
        wallets.resolve_payout, payout_id=payout.id, outcome=Outcome.FAILED
    )

    assert (await world.purse(party)).available == usd(6_000)


async def test_two_withdrawals_at_once_cannot_take_more_than_there_is(
    world: Any,
) -> None:
    party = await world.party(10_000)

    answers = await asyncio.gather(
        *(
            world.db.transact(
                wallets.request_withdrawal, party_id=party, amount=usd(6_000)
            )
            for _ in range(4)
        ),
        return_exceptions=True,
    )

    refused = [a for a in answers if isinstance(a, InsufficientFunds)]
    assert len(refused) == 3
    assert (await world.purse(party)).available == usd(4_000)


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (Money(0, Currency.USD), AmountOutOfRange),
        (Money(-5, Currency.USD), AmountOutOfRange),
        (Money(400_050, Currency.KHR), AmountNotSettleable),
        (Money(400_000, Currency.KHR), wallets.WalletMissing),
        (Money(99, Currency.USD), wallets.BelowWithdrawalMinimum),
        (Money(10_001, Currency.USD), InsufficientFunds),
    ],
)
async def test_a_withdrawal_that_cannot_be_is_refused(
    world: Any, amount: Money, refusal: type[Exception]
) -> None:
    party = await world.party(10_000)

    with pytest.raises(refusal):
        await world.db.transact(
            wallets.request_withdrawal, party_id=party, amount=amount
        )

    assert (await world.purse(party)).posted == usd(10_000)


async def test_the_last_cents_may_always_leave(world: Any) -> None:
    party = await world.party(50)

    payout = await world.db.transact(
        wallets.request_withdrawal, party_id=party, amount=usd(50)
    )

    assert payout.amount == usd(50)


async def test_money_does_not_leave_for_nowhere(world: Any) -> None:
    party = await world.party(10_000, to="")

    with pytest.raises(wallets.DestinationMissing):
        await world.db.transact(
            wallets.request_withdrawal, party_id=party, amount=usd(1_000)
        )

    assert (await world.purse(party)).available == usd(10_000)


def test_the_fake_is_a_rail(rail: rails.FakeRail) -> None:
    port: rails.Rail = rail

    assert port.name == "fake"


async def test_payouts_are_listed_by_owner_and_by_state(world: Any) -> None:
    mine, other = await world.party(10_000), await world.party(10_000)
    for party in (mine, other):
        await world.db.transact(
            wallets.request_withdrawal, party_id=party, amount=usd(5_000)
        )

    own = await world.db.read(wallets.list_payouts, party_id=mine)
    lost = await world.db.read(
        wallets.list_payouts, states=[PayoutState.UNKNOWN, PayoutState.FAILED]
    )

    assert [payout.party for payout in own.items] == [mine]
    assert lost.items == []


async def _forget(world: Any, payout: wallets.Payout) -> None:
    """Forget as an erasure does: in the commit in which a second operator approves it."""
    one, other = await world.party(0), await world.party(0)

    async def erase(uow: UnitOfWork) -> None:
        asked: dict[str, Any] = {"by": one, "concerns": payout.party, "request": {}}
        proposed = await approvals.propose(uow, kind="erasure", note="", **asked)
        await approvals.approve(uow, approval_id=proposed.id, request={}, by=other)
        await wallets.forget_destinations(uow, [payout.id])

    await world.db.transact(erase)


async def test_the_account_of_a_payout_is_forgotten_once_it_is_over(world: Any) -> None:
    party, payout = await _request(world)
    before = await world.db.read(wallets.list_destinations, party)
    await _forget(world, payout)
    sent = await wallets.deliver_payout(world.db, world.rail, payout.id)
    world.clock.advance(timedelta(days=1))

    over = await world.db.read(wallets.list_destinations, party)
    await _forget(world, payout)

    assert before[payout.id] < world.clock.now()
    assert over == {payout.id: sent.ended_at}
    assert sent.destination
    assert await world.db.read(wallets.list_destinations, party) == {}
