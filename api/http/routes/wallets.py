"""Client money: wallets, what moves in them, and the way out."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Response
from pydantic import StringConstraints

from api.http.callers import Client, Known, Operator, Staff
from api.http.commands import Keyed
from api.http.depends import Db
from api.http.router import make_router
from api.wire import (
    ONE_LINE,
    CurrencyIn,
    Cut,
    DepositRef,
    In,
    MoneyIn,
    MoneyOut,
    Out,
    PageOut,
    PartyRef,
    PayoutRef,
)
from finance import wallets
from finance.wallets import PayoutPurpose, PayoutState
from ledger.money import Currency

router = make_router("wallets")

Destination = Annotated[str, StringConstraints(min_length=1, max_length=100), ONE_LINE]


class WalletIn(In):
    """A wallet to be opened, and the owner's own account withdrawals go to."""

    currency: CurrencyIn
    destination: Destination


class DestinationIn(In):
    """The owner's own account withdrawals go to from now on."""

    destination: Destination


class WalletOut(Out):
    """A wallet; payments that name its id as their reference arrive in it."""

    id: str
    party: str
    currency: Currency
    destination: str
    opened_at: datetime
    closed_at: datetime | None


class PurseOut(Out):
    """A wallet with what is in it, what is free, and what is promised."""

    wallet: WalletOut
    posted: MoneyOut
    available: MoneyOut
    held: MoneyOut


class MovementOut(Out):
    """One change of a wallet: money in is positive."""

    entry: str
    kind: str
    about: str
    effective_on: date
    booked_at: datetime
    amount: MoneyOut
    balance_after: MoneyOut


class WithdrawalIn(In):
    """Money to be sent to its owner's own account."""

    amount: MoneyIn


class PayoutOut(Out):
    """Money on its way out, and the provider's last word on it."""

    id: str
    party: str
    purpose: PayoutPurpose
    subject: str
    amount: MoneyOut
    destination: str
    state: PayoutState
    requested_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


class OwnerIn(In):
    """Whose money a deposit in suspense is."""

    party: PartyRef


class DepositOut(Out):
    """Money that came in, and what it was found to be for."""

    id: str
    provider: str
    payment: str
    reference: str
    subject: str
    amount: MoneyOut
    paid_at: datetime
    recorded_at: datetime


@router.post("/wallets", status_code=201)
async def open_wallet(body: WalletIn, db: Db, client: Client) -> WalletOut:
    """Open one's wallet in a currency; the one there is, when there is one."""
    wallet = await db.transact(
        wallets.open_wallet, party_id=client.party, **body.model_dump()
    )
    return WalletOut.model_validate(wallet)


@router.get("/wallets")
async def list_wallets(
    db: Db, caller: Known, party: PartyRef | None = None
) -> PageOut[PurseOut]:
    """List one's wallets with their balances; staff name the party."""
    purses = await db.read(wallets.list_purses, party_id=caller.about(party))
    return PageOut[PurseOut].whole(purses, PurseOut.model_validate)


@router.put("/wallets/{currency}/destination")
async def change_destination(
    currency: Currency, body: DestinationIn, db: Db, client: Client
) -> WalletOut:
    """Name the owner's own account that withdrawals go to."""
    wallet = await db.transact(
        wallets.change_destination,
        party_id=client.party,
        currency=currency,
        destination=body.destination,
    )
    return WalletOut.model_validate(wallet)


@router.get("/wallets/{currency}/movements")
async def list_movements(
    currency: Currency, db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[MovementOut]:
    """List what moved in a wallet, newest first; staff name the party."""
    page = await db.read(
        wallets.list_movements,
        party_id=caller.about(party),
        currency=currency,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[MovementOut].of(page, MovementOut.model_validate)


@router.post("/withdrawals", status_code=201, response_model=PayoutOut)
async def withdraw(body: WithdrawalIn, client: Client, commands: Keyed) -> Response:
    """Send one's own money to one's own account."""
    return await commands.run(
        PayoutOut.model_validate,
        wallets.request_withdrawal,
        party_id=client.party,
        amount=body.amount.to_money(),
    )


@router.get("/payouts")
async def list_payouts(
    db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[PayoutOut]:
    """List one's money on its way out; staff see all, or that of a party."""
    page = await db.read(
        wallets.list_payouts,
        party_id=caller.within(party),
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[PayoutOut].of(page, PayoutOut.model_validate)


@router.get("/payouts/{payout_id}")
async def get_payout(payout_id: PayoutRef, db: Db, caller: Known) -> PayoutOut:
    """Show what became of money on its way out."""
    payout = await db.read(wallets.get_payout, payout_id=payout_id)
    caller.require_sight(payout.party, "payout")
    return PayoutOut.model_validate(payout)


@router.post("/wallets/{currency}/close")
async def close_wallet(currency: Currency, db: Db, client: Client) -> WalletOut:
    """Close one's empty wallet for good."""
    wallet = await db.transact(
        wallets.close_wallet, party_id=client.party, currency=currency
    )
    return WalletOut.model_validate(wallet)


@router.get("/deposits/suspense")
async def list_suspense(db: Db, cut: Cut, _: Staff) -> PageOut[DepositOut]:
    """List the money that came in and nobody knows whose it is."""
    page = await db.read(wallets.list_suspense, after=cut.after, limit=cut.limit)
    return PageOut[DepositOut].of(page, DepositOut.model_validate)


@router.post(
    "/deposits/{deposit_id}/assign", status_code=200, response_model=DepositOut
)
async def assign_deposit(
    deposit_id: DepositRef, body: OwnerIn, commands: Keyed, _: Operator
) -> Response:
    """Give money in suspense to its owner."""
    return await commands.run(
        DepositOut.model_validate,
        wallets.assign_deposit,
        deposit_id=deposit_id,
        party_id=body.party,
    )
