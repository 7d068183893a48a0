"""The chart of client-money accounts: what each is called and how far it may go.

Assets: ``bank`` is the clients' bank account, ``transit`` what providers have received
and not handed over yet. Everything else is owed: to wallets, to escrows, to payouts on
their way, to loans' collections, to the platform, to the tax office.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger import accounts
from ledger.accounts import CLIENT_MONEY, Freeze, Side, Spec
from ledger.database import UnitOfWork
from ledger.ids import AccountId, PartyId
from ledger.money import Currency


class Platform(StrEnum):
    """The accounts there is one of in each currency."""

    BANK = "bank"
    TRANSIT = "transit"
    PAYOUT = "payout"
    FEES = "fees"
    TAX = "tax"
    SUSPENSE = "suspense"
    ROUNDING = "rounding"


@dataclass(frozen=True)
class _Nature:
    side: Side
    floor: int | None


# The bank's line may come before the provider's word, so assets have no floor here;
# the reconciliation is what judges them. Rounding goes both ways.
_NATURES = {
    Platform.BANK: _Nature(Side.DEBIT, None),
    Platform.TRANSIT: _Nature(Side.DEBIT, None),
    Platform.PAYOUT: _Nature(Side.CREDIT, 0),
    Platform.FEES: _Nature(Side.CREDIT, 0),
    Platform.TAX: _Nature(Side.CREDIT, 0),
    Platform.SUSPENSE: _Nature(Side.CREDIT, 0),
    Platform.ROUNDING: _Nature(Side.CREDIT, None),
}


async def platform(uow: UnitOfWork, name: str, currency: Currency) -> AccountId:
    """Return one of the platform's own accounts, opened when first asked for."""
    place = Platform(name)
    nature = _NATURES[place]
    return await _open(
        uow,
        Spec(
            CLIENT_MONEY,
            place.value,
            place.value,
            currency.value,
            nature.side,
            nature.floor,
        ),
    )


async def wallet(uow: UnitOfWork, party_id: PartyId, currency: Currency) -> AccountId:
    """Return the account of a party's money, which never goes below zero."""
    return await _open(uow, _wallet_spec(party_id, currency))


async def wallets(
    uow: UnitOfWork, party_ids: Collection[PartyId], currency: Currency
) -> dict[PartyId, AccountId]:
    """Return the accounts of many parties at once, for distributions."""
    parties = sorted(set(party_ids))
    opened = await accounts.open_all(
        uow, [_wallet_spec(party, currency) for party in parties]
    )
    return dict(zip(parties, opened, strict=True))


async def escrow(
    uow: UnitOfWork, offer_id: str, currency: Currency, *, cap: int | None = None
) -> AccountId:
    """Return the account of money raised by one offer, which never exceeds its cap."""
    return await _open(
        uow,
        Spec(
            CLIENT_MONEY,
            f"escrow/{offer_id}",
            "escrow",
            currency.value,
            Side.CREDIT,
            floor=0,
            ceiling=cap,
        ),
    )


async def collections(uow: UnitOfWork, loan_id: str, currency: Currency) -> AccountId:
    """Return the account of money a loan's borrower paid and lenders wait for."""
    return await _open(
        uow,
        Spec(
            CLIENT_MONEY,
            f"collections/{loan_id}",
            "collections",
            currency.value,
            Side.CREDIT,
            floor=0,
        ),
    )


async def or_suspense(
    uow: UnitOfWork, account: AccountId, currency: Currency
) -> AccountId:
    """Return the account if it takes money, else the one where money waits."""
    row = await accounts.get(uow, account)
    if row.closed_at is None and row.frozen != Freeze.ALL:
        return account
    return await platform(uow, Platform.SUSPENSE, currency)


def _wallet_spec(party_id: PartyId, currency: Currency) -> Spec:
    return Spec(
        CLIENT_MONEY,
        f"wallet/{party_id}",
        "wallet",
        currency.value,
        Side.CREDIT,
        floor=0,
    )


async def _open(uow: UnitOfWork, spec: Spec) -> AccountId:
    return (await accounts.open_all(uow, [spec]))[0]
