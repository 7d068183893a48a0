from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from finance import wallets
from finance.rails import Fault, LineKind, ProviderStatement, StatementLine
from finance.wallets import Difference, PayoutState, Platform, chart
from ledger import entries
from ledger.database import UnitOfWork
from ledger.ids import EntryId, new_id
from ledger.money import Currency, Money


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


def _statement(world: Any, since: datetime | None = None) -> ProviderStatement:
    """Return the provider's book of the time before now; a second passes."""
    world.clock.advance(timedelta(seconds=1))
    began = since or world.clock.now() - timedelta(days=30)
    told: ProviderStatement = world.rail.statement(
        Currency.USD, since=began, until=world.clock.now()
    )
    return told


async def _reconcile(world: Any, statement: ProviderStatement) -> Any:
    return await world.db.transact(wallets.reconcile, statement=statement)


def _found(result: wallets.Reconciliation) -> set[tuple[Difference, str]]:
    return {(item.difference, item.about) for item in result.breaks}


@pytest.fixture
async def busy(world: Any) -> Any:
    """A day with deposits, a settlement, and payouts that went well and badly."""
    party = await world.party(50_000)
    await world.party(25_000)
    settled = world.rail.hand_to_bank(usd(60_000))
    await world.db.transact(
        wallets.settle, provider="fake", settlement_id=settled, amount=usd(60_000)
    )
    for fault in (Fault.NONE, Fault.REFUSED, Fault.LOST_REPLY):
        world.rail.faults.append(fault)
        payout = await world.db.transact(
            wallets.request_withdrawal, party_id=party, amount=usd(7_000)
        )
        await wallets.deliver_payout(world.db, world.rail, payout.id)
    await world.hear()
    return party


async def test_an_honest_day_matches_to_the_cent(world: Any, busy: Any) -> None:
    result = await _reconcile(world, _statement(world))

    assert result.breaks == ()
    assert result.lines == 5
    assert (await world.db.read(wallets.find_stop, currency=Currency.USD)) is None


async def test_the_next_day_starts_where_the_last_one_ended(
    world: Any, busy: Any
) -> None:
    first = _statement(world)
    await _reconcile(world, first)
    await world.party(300)

    second = await _reconcile(world, _statement(world, since=first.until))

    assert (second.lines, second.breaks) == (1, ())


async def test_one_cent_too_many_in_the_ledger_stops_payouts(
    world: Any, busy: Any
) -> None:
    async def inject(uow: UnitOfWork) -> None:
        await entries.post(
            uow,
            [
                entries.NewEntry(
                    EntryId(new_id("entry", uow.now())),
                    "mistake",
                    entries.transfer(
                        debit=await chart.platform(uow, Platform.TRANSIT, Currency.USD),
                        credit=await chart.platform(uow, Platform.FEES, Currency.USD),
                        units=1,
                    ),
                    uow.today(),
                )
            ],
        )

    await world.db.transact(inject)

    result = await _reconcile(world, _statement(world))

    assert _found(result) == {(Difference.TRANSIT_TOTAL, "transit")}
    payout = await world.db.transact(
        wallets.request_withdrawal, party_id=busy, amount=usd(1_000)
    )
    kept = await wallets.deliver_payout(world.db, world.rail, payout.id)
    assert kept.state == PayoutState.REQUESTED
    await world.db.transact(wallets.lift_stop, currency=Currency.USD)
    sent = await wallets.deliver_payout(world.db, world.rail, payout.id)
    assert sent.state == PayoutState.CONFIRMED


async def test_a_stop_does_not_touch_the_other_currency(world: Any, busy: Any) -> None:
    party = await world.party(5_000_000, Currency.KHR)
    statement = _statement(world)
    await _reconcile(world, replace(statement, at_bank=usd(1)))

    payout = await world.db.transact(
        wallets.request_withdrawal,
        party_id=party,
        amount=Money(5_000_000, Currency.KHR),
    )
    done = await wallets.deliver_payout(world.db, world.rail, payout.id)

    assert done.state == PayoutState.CONFIRMED


async def test_a_line_with_another_cent_is_named(world: Any, busy: Any) -> None:
    statement = _statement(world)
    first, *rest = statement.lines
    changed = replace(first, amount=first.amount + usd(1))

    result = await _reconcile(world, replace(statement, lines=(changed, *rest)))

    assert _found(result) == {(Difference.AMOUNT, first.id)}
    again = await _reconcile(world, statement)
    assert again.is_matched


async def test_a_line_we_do_not_know_one_twice_and_one_missing_are_named(
    world: Any, busy: Any
) -> None:
    statement = _statement(world)
    first, second, *rest = statement.lines
    foreign = StatementLine(LineKind.PAYOUT, "somebody elses", usd(5))

    result = await _reconcile(
        world, replace(statement, lines=(second, second, foreign, *rest))
    )

    assert _found(result) == {
        (Difference.MISSING_THERE, first.id),
        (Difference.TWICE, second.id),
        (Difference.MISSING_HERE, "somebody elses"),
    }


async def test_a_payout_the_provider_made_and_we_do_not_know_of_is_a_difference(
    world: Any,
) -> None:
    party = await world.party(50_000)
    payout = await world.db.transact(
        wallets.request_withdrawal, party_id=party, amount=usd(7_000)
    )
    world.rail.faults.append(Fault.LOST_REPLY)
    await wallets.deliver_payout(world.db, world.rail, payout.id)

    result = await _reconcile(world, _statement(world))

    assert _found(result) == {
        (Difference.MISSING_HERE, payout.id),
        (Difference.BANK_TOTAL, "bank"),
    }


async def test_no_name_of_a_line_keeps_the_stop_from_being_raised(
    world: Any, busy: Any
) -> None:
    told = _statement(world)
    odd = [
        StatementLine(LineKind.PAYMENT, "\x01" * 195 + str(number), usd(1))
        for number in range(30)
    ]

    result = await _reconcile(world, replace(told, lines=(*told.lines, *odd)))

    assert len(result.breaks) == 30
    assert await world.db.read(wallets.find_stop, currency=Currency.USD)


async def test_differences_found_twice_raise_one_stop(world: Any, busy: Any) -> None:
    wrong = replace(_statement(world), in_transit=usd(1))

    await _reconcile(world, wrong)
    await _reconcile(world, wrong)

    stop = await world.db.read(wallets.find_stop, currency=Currency.USD)
    assert stop is not None
    await world.db.transact(wallets.lift_stop, currency=Currency.USD)
    with pytest.raises(wallets.StopMissing):
        await world.db.transact(wallets.lift_stop, currency=Currency.USD)
