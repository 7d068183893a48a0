"""Entries by hand take two people, exactly what was proposed, and no product's money."""

from datetime import date, timedelta

import psycopg
import pytest

from finance import approvals, bookkeeping
from finance.bookkeeping import (
    AccountNotAdjustable,
    EntryOfProduct,
    NewAdjustment,
    NotACorrection,
)
from finance.wallets import chart
from ledger import accounts, balances, browsing, invariants
from ledger.accounts import CLIENT_MONEY, Freeze, Side, Spec
from ledger.database import Database
from ledger.entries import AccountFrozen, EntryUnbalanced, Leg, NotReversible
from ledger.errors import NotFound
from ledger.ids import AccountId, PartyId
from ledger.money import Currency
from tests.journeys.people import World
from tests.ledger.builders import an_id, move

TODAY = date(2026, 1, 5)


@pytest.fixture
async def people(db: Database, clock) -> tuple[PartyId, PartyId]:
    world = World(db, clock)
    return await world.party("One"), await world.party("Two")


@pytest.fixture
async def bank_and_fees(db: Database) -> tuple[AccountId, AccountId]:
    bank = await db.transact(chart.platform, "bank", Currency.USD)
    return bank, await db.transact(chart.platform, "fees", Currency.USD)


async def proposed(db, legs, by, *, on: date = TODAY):
    return await db.transact(
        bookkeeping.propose_adjustment,
        adjustment=NewAdjustment(legs, on, "A bank charge."),
        operator_id=by,
    )


async def approved(db, approval, by):
    return await db.transact(
        bookkeeping.approve_correction, approval_id=approval.id, operator_id=by
    )


async def fees_of(db, accounts_) -> int:
    return (await db.read(balances.get, accounts_[1])).posted


async def test_two_people_post_an_adjustment_and_undo_it(
    db, people, bank_and_fees
) -> None:
    one, two = people
    bank, fees = bank_and_fees
    asked = await proposed(db, [Leg(bank, 500), Leg(fees, -500)], one)
    assert await fees_of(db, bank_and_fees) == 0

    posted = await approved(db, asked, two)

    assert await fees_of(db, bank_and_fees) == 500
    assert posted.entry.kind == "adjustment"
    assert posted.entry.memo == "A bank charge."
    assert posted.entry.details == {"approval": asked.id}
    undo = {"effective_on": TODAY, "reason": "It was ours."}
    back = await db.transact(
        bookkeeping.propose_reversal,
        entry_id=posted.entry.id,
        operator_id=two,
        **undo,
    )
    mirror = await approved(db, back, one)
    assert await fees_of(db, bank_and_fees) == 0
    assert mirror.entry.reverses == posted.entry.id
    again = await db.read(browsing.get_entry, posted.entry.id)
    assert again.reversed_by == mirror.entry.id
    for entry in (posted.entry.id, mirror.entry.id):
        with pytest.raises(NotReversible):
            await db.transact(
                bookkeeping.propose_reversal, entry_id=entry, operator_id=one, **undo
            )
    assert await db.read(invariants.find_breaches) == []


async def test_one_person_is_not_enough(db, people, bank_and_fees) -> None:
    one, two = people
    bank, fees = bank_and_fees
    asked = await proposed(db, [Leg(bank, 5), Leg(fees, -5)], one)

    with pytest.raises(approvals.SamePerson):
        await approved(db, asked, one)
    await approved(db, asked, two)
    with pytest.raises(approvals.ApprovalDecided):
        await approved(db, asked, two)

    assert await fees_of(db, bank_and_fees) == 5


async def test_a_declined_or_stale_proposal_posts_nothing(
    db, people, bank_and_fees, clock
) -> None:
    one, two = people
    legs = [Leg(bank_and_fees[0], 5), Leg(bank_and_fees[1], -5)]
    first, second = await proposed(db, legs, one), await proposed(db, legs, one)

    await db.transact(
        bookkeeping.decline_correction, approval_id=first.id, operator_id=two
    )
    clock.advance(timedelta(days=15))

    with pytest.raises(approvals.ApprovalDecided):
        await approved(db, first, two)
    with pytest.raises(approvals.ApprovalExpired):
        await approved(db, second, two)
    assert await fees_of(db, bank_and_fees) == 0


async def test_a_proposal_changed_behind_the_back_is_refused(
    db, people, bank_and_fees, admin_of
) -> None:
    one, two = people
    asked = await proposed(
        db, [Leg(bank_and_fees[0], 5), Leg(bank_and_fees[1], -5)], one
    )
    with psycopg.connect(admin_of) as connection:
        connection.execute(
            "UPDATE approval SET request = replace(request::text, '5', '6')::jsonb"
        )

    with pytest.raises(approvals.RequestChanged):
        await approved(db, asked, two)


async def test_a_refused_posting_leaves_the_proposal_open(
    db, people, bank_and_fees
) -> None:
    one, two = people
    bank, fees = bank_and_fees
    asked = await proposed(db, [Leg(bank, 5), Leg(fees, -5)], one)
    await db.transact(
        bookkeeping.freeze_account,
        account_id=fees,
        extent=Freeze.ALL,
        reason="A court.",
    )

    with pytest.raises(AccountFrozen):
        await approved(db, asked, two)

    kept = await db.read(approvals.get_approval, asked.id)
    assert kept.status == "pending"


async def test_what_does_not_balance_is_not_even_proposed(
    db, people, bank_and_fees
) -> None:
    bank, fees = bank_and_fees

    with pytest.raises(EntryUnbalanced) as refused:
        await proposed(db, [Leg(bank, 5), Leg(fees, -4)], people[0])

    assert refused.value.facts["units"] == 1


@pytest.mark.parametrize("kind", ["escrow", "payout", "collections", "suspense", "x"])
async def test_what_a_product_counts_is_not_adjusted(
    db, people, bank_and_fees, kind
) -> None:
    spec = Spec(CLIENT_MONEY, kind, kind, "USD", Side.CREDIT)
    (account,) = await db.transact(accounts.open_all, [spec])

    with pytest.raises(AccountNotAdjustable):
        await proposed(db, [Leg(bank_and_fees[0], 5), Leg(account, -5)], people[0])


async def test_an_entry_of_a_product_is_not_reversed_by_hand(
    db, people, bank_and_fees
) -> None:
    booked = await move(db, *bank_and_fees, 5)

    with pytest.raises(EntryOfProduct):
        await db.transact(
            bookkeeping.propose_reversal,
            entry_id=booked.id,
            effective_on=TODAY,
            operator_id=people[0],
            reason="",
        )


async def test_nobody_adjusts_the_own_wallet(db, people, bank_and_fees) -> None:
    one, two = people
    wallet = await db.transact(chart.wallet, two, Currency.USD)
    legs = [Leg(bank_and_fees[0], 5), Leg(wallet, -5)]

    with pytest.raises(approvals.OwnCase):
        await proposed(db, legs, two)
    asked = await proposed(db, legs, one)
    with pytest.raises(approvals.OwnCase):
        await approved(db, asked, two)


async def test_other_proposals_and_entries_are_not_found(db, people) -> None:
    other = await db.transact(
        approvals.propose,
        kind="test",
        concerns="thing",
        request={"kind": "test"},
        by=people[0],
        note="",
    )
    with pytest.raises(NotACorrection):
        await approved(db, other, people[1])
    with pytest.raises(NotFound):
        await db.transact(
            bookkeeping.propose_reversal,
            entry_id=an_id(db),
            effective_on=TODAY,
            operator_id=people[0],
            reason="",
        )
