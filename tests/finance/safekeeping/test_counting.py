"""Client money is counted each day; each owner finds their own in it, and nobody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from finance import raising, safekeeping, wallets
from finance.safekeeping import tree
from finance.safekeeping.tree import Node
from ledger.errors import NotFound
from ledger.money import Currency, Money
from tests.finance.raising.conftest import Market

USD, KHR = Currency.USD, Currency.KHR


async def counted(db, currency=USD):
    return await db.transact(safekeeping.count_money, currency=currency)


def is_counted(shown):
    way = shown.way
    mine = tree.leaf(tree.blind(way.name, way.salt), way.units)
    top = Node(shown.proof.root, shown.proof.wallets_minor)
    return tree.counts(mine, way.steps, top)


async def show(db, party, on=None):
    return await db.read(
        safekeeping.show_inclusion, party_id=party, currency=USD, on=on
    )


async def test_every_owner_finds_their_balance_in_the_total(db, world):
    amounts = [1_000, 0, 250, 33_333, 1]
    owners = [await world.party(amount) for amount in amounts]
    await world.party(400_000, KHR)

    proof = await counted(db)
    shown = [await show(db, owner) for owner in owners]

    assert (proof.leaves, proof.wallets) == (5, Money(34_584, USD))
    assert [one.balance.minor for one in shown] == amounts
    assert all(map(is_counted, shown))


async def test_what_is_promised_is_still_its_owners_and_what_is_owed_is_there(
    db, world
):
    market, owner = Market(world), await world.party(5_000)
    offer = await market.offer(4_000)
    await market.pledge(offer, owner, 4_000)

    held = await counted(db)
    world.clock.advance(timedelta(days=30))
    await db.transact(raising.close_offer, offer_id=offer.id)
    taken = await counted(db)

    assert held.wallets.minor == 5_000
    assert (taken.wallets.minor, taken.others["escrow"]) == (1_000, "4000")
    for proof in (held, taken):
        owed = proof.wallets_minor + sum(map(int, proof.others.values()))
        assert owed == proof.bank_minor + proof.transit_minor


async def test_a_day_is_counted_once_however_often_asked(db, world):
    owner = await world.party(100)
    first = await counted(db)
    payment = world.rail.receive(
        (await db.read(wallets.get_wallet, party_id=owner, currency=USD)).id,
        Money(50, USD),
    )
    await world.deposit(payment)

    again = await counted(db)
    world.clock.advance(timedelta(days=1))
    tomorrow = await counted(db)

    assert again.id == first.id
    assert (await show(db, owner, on=first.counted_on)).balance.minor == 100
    assert (await show(db, owner)).balance.minor == 150
    assert tomorrow.wallets.minor == 150


async def test_a_salt_of_one_day_says_nothing_of_another(db, world):
    owner = await world.party(100)
    await counted(db)
    first = await show(db, owner)
    world.clock.advance(timedelta(days=1))
    await counted(db)

    assert (await show(db, owner)).way.salt != first.way.salt


async def test_a_wallet_opened_later_is_not_in_it(db, world):
    await counted(db)
    late = await world.party(100)

    with pytest.raises(NotFound):
        await show(db, late)


async def test_the_log_has_the_count_and_no_salt(db, world):
    await world.party(100)
    proof = await counted(db)

    async def look(uow):
        query = text("SELECT data FROM event WHERE type = 'client_money.counted'")
        return (await uow.session.execute(query)).scalars().all()

    (data,) = await db.read(look)
    assert data["root"] == proof.root.hex()
    assert data["wallets"] == {"currency": "USD", "minor": "100"}
    assert data["transit"] == {"currency": "USD", "minor": "100"}
    assert "seed" not in str(data)


@pytest.mark.parametrize("change", ["SET balance_minor = 0", "SET position = 9"])
async def test_the_application_changes_nothing_counted(db, world, change):
    await world.party(100)
    await counted(db)

    async def falsify(uow):
        await uow.session.execute(text(f"UPDATE money_proof_leaf {change}"))

    with pytest.raises(DBAPIError, match="permission denied"):
        await db.transact(falsify)
