import random
from datetime import timedelta

import pytest

from finance import rails
from finance.rails import Fault, Outcome, PaymentState
from ledger.clock import StoppedClock
from ledger.errors import Unavailable
from ledger.money import Currency, Money

FIVE = Money(500, Currency.USD)


async def test_the_same_payout_asked_twice_in_a_day_is_paid_once(
    rail: rails.FakeRail,
) -> None:
    answers = [await rail.send_payout("pay_a", FIVE, "x") for _ in range(2)]

    assert answers == [Outcome.CONFIRMED] * 2
    assert rail.paid_out(Currency.USD) == FIVE


async def test_a_key_older_than_a_day_is_forgotten(
    rail: rails.FakeRail, clock: StoppedClock
) -> None:
    await rail.send_payout("pay_a", FIVE, "x")
    clock.advance(timedelta(hours=24))

    await rail.send_payout("pay_a", FIVE, "x")

    assert rail.paid_out(Currency.USD) == FIVE + FIVE


@pytest.mark.parametrize(
    ("fault", "told", "found", "paid"),
    [
        (Fault.NONE, Outcome.CONFIRMED, Outcome.CONFIRMED, FIVE),
        (Fault.REFUSED, Outcome.FAILED, Outcome.FAILED, Money(0, Currency.USD)),
        (Fault.SLOW, Outcome.PENDING, Outcome.PENDING, Money(0, Currency.USD)),
        (
            Fault.LOST_REQUEST,
            Outcome.UNKNOWN,
            Outcome.NOT_FOUND,
            Money(0, Currency.USD),
        ),
        (Fault.LOST_REPLY, Outcome.UNKNOWN, Outcome.CONFIRMED, FIVE),
        (Fault.LATE, Outcome.UNKNOWN, Outcome.NOT_FOUND, Money(0, Currency.USD)),
    ],
)
async def test_each_fault_says_one_thing_and_does_another(
    rail: rails.FakeRail, fault: Fault, told: Outcome, found: Outcome, paid: Money
) -> None:
    rail.faults.append(fault)

    assert await rail.send_payout("pay_a", FIVE, "x") is told
    assert await rail.look_up("pay_a") is found
    assert rail.paid_out(Currency.USD) == paid


async def test_a_provider_that_is_away_answers_no_look_up(
    rail: rails.FakeRail,
) -> None:
    rail.away = True

    with pytest.raises(Unavailable):
        await rail.look_up("pay_a")
    assert await rail.send_payout("pay_a", FIVE, "x") is Outcome.UNKNOWN


def test_a_forged_webhook_is_refused(rail: rails.FakeRail) -> None:
    rail.receive("wal_x", FIVE)
    (delivery,) = rail.deliveries()

    for body, signature in [
        (delivery.body + b" ", delivery.signature),
        (delivery.body, rails.sign(b"another secret", delivery.body)),
        (delivery.body, ""),
        (delivery.body, "\udcff ០១២"),
    ]:
        with pytest.raises(rails.SignatureWrong):
            rail.parse_webhook(body, signature)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"1",
        b"[" * 100_000,
        b'{"id": "e", "kind": "gift", "subject": "s"}',
        b'{"id": 1, "kind": "payment", "subject": "s"}',
        b'{"id": "e", "kind": "payment", "subject": {}}',
        b'{"id": "e", "kind": "payment", "subject": ""}',
        b'{"id": "e\\u0000", "kind": "payment", "subject": "s"}',
    ],
)
def test_a_signed_webhook_that_says_nothing_is_refused(
    rail: rails.FakeRail, body: bytes
) -> None:
    with pytest.raises(rails.WebhookUnreadable):
        rail.parse_webhook(body, rails.sign(rail.secret, body))


def test_hostile_deliveries_hold_every_event_and_forgeries(
    rail: rails.FakeRail,
) -> None:
    for _ in range(20):
        rail.receive("wal_x", FIVE)
    genuine, forged = set(), 0

    for delivery in rail.hostile_deliveries(random.Random(7)):
        try:
            genuine.add(rail.parse_webhook(delivery.body, delivery.signature).event_id)
        except rails.SignatureWrong:
            forged += 1

    assert len(genuine) == 20
    assert forged > 5


def test_a_payment_counts_in_the_book_once_it_succeeds(
    rail: rails.FakeRail, clock: StoppedClock
) -> None:
    first = clock.now()
    slow = rail.receive("wal_x", FIVE, state=PaymentState.PENDING)
    clock.advance(timedelta(days=1))
    rail.finish_payment(slow, PaymentState.SUCCEEDED)
    rail.hand_to_bank(Money(200, Currency.USD))
    end = clock.now() + timedelta(seconds=1)

    early = rail.statement(Currency.USD, since=first, until=clock.now())
    late = rail.statement(Currency.USD, since=first, until=end)

    assert (early.lines, early.in_transit.minor) == ((), 0)
    assert len(late.lines) == 2
    assert (late.in_transit.minor, late.at_bank.minor) == (300, 200)
