"""Open, read and close wallets, and say where their money may go."""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from finance.wallets import chart, repository
from finance.wallets.errors import WalletMissing
from finance.wallets.events import DestinationChanged, WalletOpened, WalletWasClosed
from finance.wallets.model import PaymentReference, Wallet
from ledger import accounts, balances
from ledger.balances import Balance
from ledger.database import UnitOfWork
from ledger.ids import AccountId, PartyId, new_id
from ledger.money import Currency, Money
from risk import identity

_NOTHING = Balance(posted=0, pending_out=0, pending_in=0, version=0)


@dataclass(frozen=True)
class Purse:
    """A wallet with what is in it: all of it, and what is free of promises."""

    wallet: Wallet
    posted: Money
    available: Money

    @property
    def held(self) -> Money:
        """Return what is promised and not yet gone."""
        return self.posted - self.available


async def open_wallet(
    uow: UnitOfWork, *, party_id: PartyId, currency: Currency, destination: str = ""
) -> Wallet:
    """Give a party a wallet in a currency; the one it has, when it has one.

    Nobody pledges or withdraws without a wallet, so the check of who they are is here.

    Raises:
        PartyNotVerified: Nobody has checked yet who this is, or was not content.
    """
    party = await identity.get_party(uow, party_id=party_id)
    party.require_verified()
    account = await chart.wallet(uow, party_id, currency)
    wallet_id = new_id("wal", uow.now())
    opened: Wallet | None = await uow.session.scalar(
        insert(Wallet)
        .values(
            id=wallet_id,
            party=party_id,
            currency=currency,
            account=account,
            destination=destination,
            opened_at=uow.now(),
        )
        .on_conflict_do_nothing()
        .returning(Wallet)
    )
    if opened is None:
        return await get_wallet(uow, party_id=party_id, currency=currency)
    uow.add(
        PaymentReference(
            reference=wallet_id, currency=currency, account=account, subject=wallet_id
        )
    )
    uow.record(WalletOpened(wallet_id, party_id, currency))
    return opened


async def get_wallet(
    uow: UnitOfWork, *, party_id: PartyId, currency: Currency
) -> Wallet:
    """Return a party's wallet.

    Raises:
        WalletMissing: It was never opened.
    """
    found = await repository.find_wallet(uow, party_id, currency)
    if found is None:
        raise WalletMissing(currency=currency)
    return found


def require_open(wallet: Wallet | None, currency: Currency) -> AccountId:
    """Return the account of a wallet that money can leave, or refuse.

    Raises:
        WalletMissing, WalletClosed: There is none, or no more.
    """
    if wallet is None:
        raise WalletMissing(currency=currency)
    wallet.require_open()
    return AccountId(wallet.account)


async def change_destination(
    uow: UnitOfWork, *, party_id: PartyId, currency: Currency, destination: str
) -> Wallet:
    """Name the owner's own account that withdrawals go to from now on."""
    wallet = await get_wallet(uow, party_id=party_id, currency=currency)
    wallet.require_open()
    wallet.destination = destination
    uow.record(DestinationChanged(wallet.id, destination))
    return wallet


async def close_wallet(
    uow: UnitOfWork, *, party_id: PartyId, currency: Currency
) -> Wallet:
    """Close an empty wallet for good; what is still paid into it goes to suspense."""
    wallet = await get_wallet(uow, party_id=party_id, currency=currency)
    wallet.require_open()
    await accounts.close(uow, AccountId(wallet.account))
    wallet.closed_at = uow.now()
    uow.record(WalletWasClosed(wallet.id))
    return wallet


async def get_purse(uow: UnitOfWork, *, party_id: PartyId, currency: Currency) -> Purse:
    """Return a party's wallet with its balance."""
    wallet = await get_wallet(uow, party_id=party_id, currency=currency)
    return _purse(wallet, await balances.get(uow, AccountId(wallet.account)))


async def list_purses(uow: UnitOfWork, *, party_id: PartyId) -> list[Purse]:
    """Return all wallets of a party with their balances."""
    found = await repository.list_wallets(uow, party_id)
    standing = await balances.get_many(uow, [AccountId(w.account) for w in found])
    return [
        _purse(wallet, standing.get(AccountId(wallet.account), _NOTHING))
        for wallet in found
    ]


def _purse(wallet: Wallet, balance: Balance) -> Purse:
    return Purse(
        wallet,
        Money(balance.posted, wallet.currency),
        Money(balance.available, wallet.currency),
    )
