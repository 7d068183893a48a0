"""Forget where a party's money went, once nothing asks for it to be kept."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from finance.wallets.model import Payout, Wallet
from ledger import idempotency
from ledger.database import UnitOfWork


async def list_destinations(uow: UnitOfWork, party_id: str) -> dict[str, datetime]:
    """Return which payouts name an account of a party, and since when they are over.

    One still on its way is as of now.
    """
    rows = await uow.session.execute(
        select(Payout.id, Payout.ended_at).where(
            Payout.party == party_id, Payout.destination != ""
        )
    )
    return {id_: ended_at or uow.now() for id_, ended_at in rows}


async def forget_destinations(uow: UnitOfWork, payout_ids: Collection[str]) -> None:
    """Take the account out of payouts that are over; all else of them stays."""
    await uow.session.execute(
        update(Payout)
        .where(Payout.id.in_(payout_ids), Payout.ended_at.is_not(None))
        .values(destination="")
    )


async def forget_own_accounts(uow: UnitOfWork, party_id: str) -> None:
    """Take a party's own accounts out of its wallets, and of what it was answered.

    To withdraw, it names one again.
    """
    await uow.session.execute(
        update(Wallet).where(Wallet.party == party_id).values(destination="")
    )
    await idempotency.forget_member(uow, party_id, "destination")
