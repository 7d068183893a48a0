import asyncio
from dataclasses import replace
from typing import Any

import pytest

from finance import wallets
from finance.rails import PaymentState
from finance.wallets import Platform, chart
from ledger import accounts, balances
from ledger.accounts import Freeze
from ledger.database import UnitOfWork
from ledger.ids import AccountId
from ledger.money import Currency, Money


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


async def _wallet(world: Any, party: Any) -> wallets.Wallet:
    found: wallets.Wallet = await world.db.read(
        wallets.get_wallet, party_id=party, currency=Currency.USD
    )
    return found


async def test_a_deposit_is_the_owners_money_and_in_transit(world: Any) -> None:
    party = await world.party(12_345)

    assert (await world.purse(party)).available == usd(12_345)
    assert await world.standing(Platform.TRANSIT) == 12_345
    await world.require_sound_books()


async def test_one_payment_told_eight_times_at_once_is_one_deposit(
    world: Any,
) -> None:
    party = await world.party(0)
    payment = world.rail.receive((await _wallet(world, party)).id, usd(700))

    told = await asyncio.gather(*(world.deposit(payment) for _ in range(8)))

    assert len({deposit.id for deposit in told}) == 1
    assert (await world.purse(party)).posted == usd(700)


@pytest.mark.parametrize("written", ["", "thank you", "a\0b", "សូម", "x" * 9_000])
async def test_money_without_a_known_reference_waits_in_suspense(
    world: Any, written: str
) -> None:
    payment = world.rail.receive(written, usd(900))

    deposit = await world.deposit(payment)

    assert deposit.subject == ""
    assert await world.standing(Platform.SUSPENSE) == 900


async def test_money_of_another_currency_waits_in_that_currencys_suspense(
    world: Any,
) -> None:
    party = await world.party(0)
    riel = Money(4_000_000, Currency.KHR)

    await world.deposit(world.rail.receive((await _wallet(world, party)).id, riel))

    assert await world.standing(Platform.SUSPENSE, Currency.KHR) == 4_000_000
    assert (await world.purse(party)).posted == usd(0)


@pytest.mark.parametrize("how", ["closed", "frozen"])
async def test_money_for_an_account_that_takes_none_waits_in_suspense(
    world: Any, how: str
) -> None:
    party = await world.party(0)
    wallet = await _wallet(world, party)
    if how == "closed":
        await world.db.transact(
            wallets.close_wallet, party_id=party, currency=Currency.USD
        )
    else:
        await world.db.transact(accounts.freeze, AccountId(wallet.account), Freeze.ALL)

    await world.deposit(world.rail.receive(wallet.id, usd(900)))

    assert await world.standing(Platform.SUSPENSE) == 900


async def test_the_operator_gives_money_in_suspense_to_its_owner_once(
    world: Any,
) -> None:
    party = await world.party(0)
    deposit = await world.deposit(world.rail.receive("from Sok", usd(900)))

    await world.db.transact(
        wallets.assign_deposit, deposit_id=deposit.id, party_id=party
    )

    assert (await world.purse(party)).available == usd(900)
    with pytest.raises(wallets.NotInSuspense):
        await world.db.transact(
            wallets.assign_deposit, deposit_id=deposit.id, party_id=party
        )


async def test_a_payment_that_has_not_succeeded_is_no_deposit(world: Any) -> None:
    payment = world.rail.receive("x", usd(900), state=PaymentState.PENDING)

    with pytest.raises(wallets.PaymentNotFinal):
        await world.deposit(payment)


async def test_money_for_a_loan_goes_where_its_reference_says(world: Any) -> None:
    async def expect(uow: UnitOfWork) -> AccountId:
        account = await chart.collections(uow, "loan_a", Currency.USD)
        for _ in range(2):
            await wallets.register_reference(
                uow,
                reference="LOAN-A",
                account=account,
                currency=Currency.USD,
                subject="loan_a",
            )
        return account

    account = await world.db.transact(expect)

    deposit = await world.deposit(world.rail.receive("LOAN-A", usd(5_000)))

    assert deposit.subject == "loan_a"
    standing = await world.db.read(balances.get, account)
    assert standing.available == 5_000


async def test_a_reference_stands_for_one_thing(world: Any) -> None:
    party = await world.party(0)
    wallet = await _wallet(world, party)

    with pytest.raises(wallets.ReferenceTaken):
        await world.db.transact(
            wallets.register_reference,
            reference=wallet.id,
            account=AccountId(wallet.account),
            currency=Currency.USD,
            subject="somebody else",
        )


async def test_a_settlement_moves_money_from_transit_to_the_bank_once(
    world: Any,
) -> None:
    await world.party(10_000)
    settled = {"provider": "fake", "settlement_id": "fset_1"}

    for _ in range(2):
        await world.db.transact(wallets.settle, **settled, amount=usd(9_000))
    with pytest.raises(wallets.SettlementDiffers):
        await world.db.transact(wallets.settle, **settled, amount=usd(9_001))

    assert await world.standing(Platform.BANK) == 9_000
    assert await world.standing(Platform.TRANSIT) == 1_000


async def test_a_party_has_one_wallet_in_a_currency(world: Any) -> None:
    party = await world.party(0)

    again = await asyncio.gather(
        *(
            world.db.transact(
                wallets.open_wallet, party_id=party, currency=currency, destination="x"
            )
            for currency in (Currency.KHR, Currency.USD) * 4
        )
    )

    assert len({wallet.id for wallet in again}) == 2
    purses = await world.db.read(wallets.list_purses, party_id=party)
    assert [purse.wallet.currency for purse in purses] == ["KHR", "USD"]
    assert purses[1].wallet.destination == "ABA 001"


async def test_a_wallet_with_money_is_not_closed(world: Any) -> None:
    party = await world.party(1)

    with pytest.raises(accounts.AccountNotEmpty):
        await world.db.transact(
            wallets.close_wallet, party_id=party, currency=Currency.USD
        )


async def test_a_statement_shows_each_movement_with_the_balance_after_it(
    world: Any,
) -> None:
    party = await world.party(10_000)
    wallet = await _wallet(world, party)
    await world.deposit(world.rail.receive(wallet.id, usd(500)))
    await world.db.transact(
        wallets.request_withdrawal, party_id=party, amount=usd(4_000)
    )

    async def page(after: str | None) -> Any:
        return await world.db.read(
            wallets.list_movements,
            party_id=party,
            currency=Currency.USD,
            after=after,
            limit=2,
        )

    first = await page(None)
    second = await page(first.next_after)

    assert [(m.kind, m.amount.minor, m.balance_after.minor) for m in first.items] == [
        ("withdrawal", -4_000, 6_500),
        ("deposit", 500, 10_500),
    ]
    assert [m.balance_after.minor for m in second.items] == [10_000]
    assert second.next_after is None


async def test_a_changed_payment_is_not_booked_again(world: Any) -> None:
    party = await world.party(0)
    payment_id = world.rail.receive((await _wallet(world, party)).id, usd(700))
    await world.deposit(payment_id)
    payment = await world.rail.look_up_payment(payment_id)

    again = await world.db.transact(
        wallets.record_deposit, payment=replace(payment, amount=usd(70_000))
    )

    assert again.amount == usd(700)
    assert (await world.purse(party)).posted == usd(700)
