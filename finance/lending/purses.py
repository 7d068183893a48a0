"""Give parties what is theirs, and take back what is not, without overdrawing anyone.

Who must give back gives what is in the wallet; the rest is owed back on an account of
its own, and the next money that comes for the party goes there first.
"""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select

from finance.lending import given
from finance.lending.distributed import OwedBack
from finance.wallets import Platform, chart
from ledger import accounts, entries
from ledger.accounts import CLIENT_MONEY, AccountRow, Freeze, Side, Spec
from ledger.balances import BalanceRow
from ledger.database import UnitOfWork
from ledger.ids import AccountId, PartyId
from ledger.money import Currency

OWED_BACK: Final = "owed_back"


async def legs_for(
    uow: UnitOfWork,
    currency: Currency,
    *,
    changes: Mapping[PartyId, int],
    wallets: Mapping[PartyId, AccountId | None],
) -> list[entries.Leg]:
    """Return the legs that give each party its change: more, or with a minus less.

    Wallets that are lowered are locked, so what is in them stays until it is taken.
    """
    debts = await given.list_debts(uow, currency)
    purses = await _purses(uow, wallets, currency)
    taken = await _take(uow, purses, changes)
    short = {party: -changes[party] - units for party, units in taken.items()}
    places = await _debt_accounts(uow, [p for p in short if short[p]], currency)
    legs = []
    for party, change in changes.items():
        if change < 0:
            legs.append(entries.Leg(purses[party], taken[party]))
            if short[party]:
                legs.append(entries.Leg(places[party], short[party]))
            continue
        debt = debts.get(party)
        back = min(debt.units, change) if debt else 0
        if debt and back:
            legs.append(entries.Leg(debt.account, -back))
        legs.append(entries.Leg(purses[party], back - change))
    return [leg for leg in legs if leg.units]


async def _take(
    uow: UnitOfWork, purses: Mapping[PartyId, AccountId], changes: Mapping[PartyId, int]
) -> dict[PartyId, int]:
    """Return how much of what parties must give back their wallets have."""
    wanted = {party: -change for party, change in changes.items() if change < 0}
    if not wanted:
        return {}
    free = await _available(uow, [purses[party] for party in wanted])
    return {
        party: min(units, free.get(purses[party], 0)) for party, units in wanted.items()
    }


async def _purses(
    uow: UnitOfWork, wallets: Mapping[PartyId, AccountId | None], currency: Currency
) -> dict[PartyId, AccountId]:
    """Return where each party's money goes; for a wallet that takes none, to suspense."""
    if all(wallets.values()):
        return {party: account for party, account in wallets.items() if account}
    waiting = await chart.platform(uow, Platform.SUSPENSE, currency)
    return {party: account or waiting for party, account in wallets.items()}


async def _available(
    uow: UnitOfWork, wallets: Collection[AccountId]
) -> dict[AccountId, int]:
    """Lock wallets and return what may leave each; a frozen one gives nothing."""
    rows = await uow.session.execute(
        select(
            BalanceRow.account,
            BalanceRow.posted_credits
            - BalanceRow.posted_debits
            - BalanceRow.pending_debits,
        )
        .join(AccountRow, AccountRow.id == BalanceRow.account)
        .where(
            AccountRow.kind == "wallet",
            BalanceRow.account.in_(wallets),
            AccountRow.frozen == Freeze.NONE.value,
            AccountRow.closed_at.is_(None),
        )
        .order_by(BalanceRow.account)
        .with_for_update(of=BalanceRow)
    )
    return {AccountId(account): int(units) for account, units in rows}


async def _debt_accounts(
    uow: UnitOfWork, parties: Collection[PartyId], currency: Currency
) -> dict[PartyId, AccountId]:
    """Return the account of what each party owes back, opened when first needed."""
    if not parties:
        return {}
    known = await given.list_debts(uow, currency, parties=parties)
    places = {party: debt.account for party, debt in known.items()}
    fresh = sorted(set(parties) - places.keys())
    specs = [
        Spec(
            CLIENT_MONEY,
            f"{OWED_BACK}/{party}",
            OWED_BACK,
            currency.value,
            Side.DEBIT,
            floor=0,
        )
        for party in fresh
    ]
    opened = dict(zip(fresh, await accounts.open_all(uow, specs), strict=True))
    uow.add(
        *(
            OwedBack(party=party, currency=currency, account=account)
            for party, account in opened.items()
        )
    )
    return places | opened
