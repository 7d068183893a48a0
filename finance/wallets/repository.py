"""How wallets find things."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from finance.rails import LineKind, ProviderStatement
from finance.wallets.model import (
    Deposit,
    PaymentReference,
    Payout,
    PayoutState,
    PayoutStop,
    ProviderNotice,
    Settlement,
    Wallet,
)
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import IdMalformed, PartyId, read_id
from ledger.money import Currency
from ledger.paging import DEFAULT_PAGE, Page, fetch_page

PAYOUT_BATCH: Final = 500
_OPEN_STATES = (PayoutState.REQUESTED, PayoutState.SENT, PayoutState.UNKNOWN)


async def find_wallet(
    uow: UnitOfWork, party_id: PartyId, currency: Currency
) -> Wallet | None:
    """Return a party's wallet in a currency, None when it was never opened."""
    return await uow.session.scalar(
        select(Wallet).where(Wallet.party == party_id, Wallet.currency == currency)
    )


async def list_wallets(uow: UnitOfWork, party_id: PartyId) -> Sequence[Wallet]:
    """Return a party's wallets: one for each currency at most."""
    rows = await uow.session.scalars(
        select(Wallet).where(Wallet.party == party_id).order_by(Wallet.currency)
    )
    return rows.all()


async def find_reference(
    uow: UnitOfWork, reference: str, currency: Currency
) -> PaymentReference | None:
    """Return what a payer's reference stands for, in the currency it is for."""
    return await uow.session.scalar(
        select(PaymentReference).where(
            PaymentReference.reference == reference,
            PaymentReference.currency == currency,
        )
    )


async def get_deposit_for_update(uow: UnitOfWork, deposit_id: str) -> Deposit:
    """Return a deposit and keep others from changing it."""
    row = await uow.session.get(Deposit, deposit_id, with_for_update=True)
    if row is None:
        raise NotFound(thing="deposit")
    return row


async def find_deposit(
    uow: UnitOfWork, provider: str, payment_id: str
) -> Deposit | None:
    """Return the deposit of a provider's payment."""
    return await uow.session.scalar(
        select(Deposit).where(
            Deposit.provider == provider, Deposit.payment == payment_id
        )
    )


async def get_payout(uow: UnitOfWork, payout_id: str, *, lock: bool = False) -> Payout:
    """Return a payout; with ``lock`` nobody else can move it meanwhile."""
    row = await uow.session.get(Payout, payout_id, with_for_update=lock)
    if row is None:
        raise NotFound(thing="payout")
    return row


async def list_suspense(
    uow: UnitOfWork, *, after: str | None = None, limit: int = DEFAULT_PAGE
) -> Page[Deposit]:
    """Return the deposits whose owner nobody knows, newest first."""
    query: Select[Deposit] = select(Deposit).where(Deposit.subject == "")
    return await fetch_page(uow.session, query, by=Deposit.id, after=after, limit=limit)


async def list_open_payouts(
    uow: UnitOfWork, *, limit: int = PAYOUT_BATCH
) -> Sequence[str]:
    """Return the ids of payouts to be delivered or looked up, the oldest first."""
    rows = await uow.session.scalars(
        select(Payout.id)
        .where(Payout.state.in_([state.value for state in _OPEN_STATES]))
        .order_by(Payout.id)
        .limit(limit)
    )
    return rows.all()


async def list_payouts(
    uow: UnitOfWork,
    *,
    party_id: PartyId | None = None,
    states: Collection[PayoutState] = (),
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Payout]:
    """Return payouts, newest first: all, one party's, or those in some states."""
    query: Select[Payout] = select(Payout)
    if party_id is not None:
        query = query.where(Payout.party == party_id)
    if states:
        query = query.where(Payout.state.in_([state.value for state in states]))
    return await fetch_page(uow.session, query, by=Payout.id, after=after, limit=limit)


async def find_stop(uow: UnitOfWork, currency: Currency) -> PayoutStop | None:
    """Return what stops a currency's payouts, None while they run."""
    return await uow.session.scalar(
        select(PayoutStop).where(
            PayoutStop.currency == currency, PayoutStop.lifted_at.is_(None)
        )
    )


async def keep_notice(uow: UnitOfWork, notice: ProviderNotice) -> bool:
    """Store a provider's event unless it is there; say whether it was new."""
    stored = await uow.session.scalar(
        insert(ProviderNotice)
        .values(
            provider=notice.provider,
            event=notice.event,
            kind=notice.kind,
            subject=notice.subject,
            received_at=notice.received_at,
        )
        .on_conflict_do_nothing()
        .returning(ProviderNotice.event)
    )
    return stored is not None


async def get_notice(uow: UnitOfWork, provider: str, event_id: str) -> ProviderNotice:
    """Return a provider's event."""
    row = await uow.session.get(ProviderNotice, (provider, event_id))
    if row is None:
        raise NotFound(thing="provider event")
    return row


async def list_deposits_to_match(
    uow: UnitOfWork, statement: ProviderStatement
) -> Sequence[Deposit]:
    """Return deposits a statement names, and older ones no statement has named."""
    late = (
        Deposit.matched_at.is_(None)
        & (Deposit.currency == statement.in_transit.currency)
        & (Deposit.paid_at < statement.until)
    )
    named = Deposit.payment.in_(_named(statement, LineKind.PAYMENT))
    rows = await uow.session.scalars(
        select(Deposit).where(Deposit.provider == statement.provider, late | named)
    )
    return rows.all()


async def list_settlements_to_match(
    uow: UnitOfWork, statement: ProviderStatement
) -> Sequence[Settlement]:
    """Return settlements a statement names, and older ones none has named."""
    late = (
        Settlement.matched_at.is_(None)
        & (Settlement.currency == statement.in_transit.currency)
        & (Settlement.recorded_at < statement.until)
    )
    named = Settlement.reference.in_(_named(statement, LineKind.SETTLEMENT))
    rows = await uow.session.scalars(
        select(Settlement).where(
            Settlement.provider == statement.provider, late | named
        )
    )
    return rows.all()


async def list_payouts_to_match(
    uow: UnitOfWork, statement: ProviderStatement
) -> Sequence[Payout]:
    """Return confirmed payouts a statement names, and older ones none has named."""
    late = (
        Payout.matched_at.is_(None)
        & (Payout.currency == statement.in_transit.currency)
        & (Payout.ended_at < statement.until)
    )
    ids = [id_ for id_ in _named(statement, LineKind.PAYOUT) if is_payout_id(id_)]
    rows = await uow.session.scalars(
        select(Payout).where(
            Payout.state == PayoutState.CONFIRMED.value, late | Payout.id.in_(ids)
        )
    )
    return rows.all()


def is_payout_id(text: str) -> bool:
    """Say whether a provider's text can be an id of ours at all."""
    try:
        read_id("pay", text)
    except IdMalformed:
        return False
    return True


def _named(statement: ProviderStatement, kind: LineKind) -> list[str]:
    return [line.id for line in statement.lines if line.kind is kind]
