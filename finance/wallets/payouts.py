"""Let money out: an intent first, then only what the provider says of it."""

from dataclasses import dataclass

from finance import rails, rulepacks
from finance.rails import Outcome
from finance.wallets import chart, repository
from finance.wallets.chart import Platform
from finance.wallets.errors import BelowWithdrawalMinimum, DestinationMissing
from finance.wallets.events import (
    PayoutConfirmed,
    PayoutDisputed,
    PayoutFailed,
    PayoutRequested,
    PayoutSent,
    PayoutUnknown,
)
from finance.wallets.holding import get_wallet, open_wallet
from finance.wallets.journal import new_entry
from finance.wallets.model import Payout, PayoutPurpose, PayoutState, Wallet
from ledger import balances, entries
from ledger.database import Database, UnitOfWork
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.money import Money


async def request_withdrawal(
    uow: UnitOfWork, *, party_id: PartyId, amount: Money
) -> Payout:
    """Ask for a party's own money: it leaves the wallet at once and is on its way.

    Raises:
        WalletMissing, WalletClosed, DestinationMissing: There is no way out.
        BelowWithdrawalMinimum: Too little, and not all there is.
        InsufficientFunds: More than is free of promises.
    """
    amount.require_positive()
    amount.require_settleable()
    wallet = await get_wallet(uow, party_id=party_id, currency=amount.currency)
    wallet.require_open()
    await _require_worth(uow, wallet, amount)
    entry = new_entry(
        uow,
        "withdrawal",
        legs=entries.transfer(
            debit=AccountId(wallet.account),
            credit=await chart.platform(uow, Platform.PAYOUT, amount.currency),
            units=amount.minor,
        ),
        about=wallet.id,
    )
    await entries.post(uow, [entry])
    return await request_payout(
        uow,
        party_id=party_id,
        amount=amount,
        purpose=PayoutPurpose.WITHDRAWAL,
        subject=wallet.id,
        funding_entry=entry.id,
    )


async def request_payout(
    uow: UnitOfWork,
    *,
    party_id: PartyId,
    amount: Money,
    purpose: PayoutPurpose,
    subject: str,
    funding_entry: EntryId,
) -> Payout:
    """Intend to send money that ``funding_entry`` has put on the payout account."""
    wallet = await get_wallet(uow, party_id=party_id, currency=amount.currency)
    if not wallet.destination:
        raise DestinationMissing(currency=amount.currency)
    payout = Payout(
        id=new_id("pay", uow.now()),
        party=party_id,
        purpose=purpose.value,
        subject=subject,
        amount=amount,
        destination=wallet.destination,
        state=PayoutState.REQUESTED.value,
        attempts=0,
        funding_entry=funding_entry,
        requested_at=uow.now(),
    )
    uow.add(payout)
    uow.record(
        PayoutRequested(payout.id, party_id, purpose.value, subject, amount),
        entries=[funding_entry],
    )
    return payout


@dataclass(frozen=True)
class Attempt:
    """A payout as an attempt found it; ``is_ours`` when the request is to be made."""

    payout: Payout
    is_ours: bool


async def begin_attempt(
    uow: UnitOfWork, *, payout_id: str, never_arrived: bool = False
) -> Attempt:
    """Mark a payout as sent before the provider is asked, so that no crash hides it.

    A payout sent before is asked for again only after the provider said that the
    request never arrived. A standing stop of the currency keeps it where it is.
    """
    payout = await repository.get_payout(uow, payout_id, lock=True)
    fresh = payout.state == PayoutState.REQUESTED
    wanted = fresh or (never_arrived and not payout.is_over)
    if not wanted or await repository.find_stop(uow, payout.currency):
        return Attempt(payout, is_ours=False)
    payout.move(PayoutState.SENT, uow.now())
    payout.sent_at = payout.sent_at or uow.now()
    payout.attempts += 1
    uow.record(PayoutSent(payout.id, payout.attempts))
    return Attempt(payout, is_ours=True)


async def resolve_payout(
    uow: UnitOfWork, *, payout_id: str, outcome: Outcome
) -> Payout:
    """Take the provider's word: confirmed leaves the bank, failed returns to the wallet.

    Unknown and pending change nothing about the money.
    """
    payout = await repository.get_payout(uow, payout_id, lock=True)
    match outcome:
        case Outcome.CONFIRMED | Outcome.FAILED if payout.is_over:
            if payout.state != outcome.value:
                told = outcome.value
                uow.record(PayoutDisputed(payout.id, payout.state, told))
        case Outcome.CONFIRMED:
            await _confirm(uow, payout)
        case Outcome.FAILED:
            await _fail(uow, payout)
        case Outcome.UNKNOWN if payout.state == PayoutState.SENT:
            payout.move(PayoutState.UNKNOWN, uow.now())
            uow.record(PayoutUnknown(payout.id))
        case _:
            pass
    return payout


async def deliver_payout(db: Database, rail: rails.Rail, payout_id: str) -> Payout:
    """Have a payout made, or find out what became of it; safe to run at any time.

    The provider is asked outside of any transaction, after the attempt was committed.
    An attempt whose outcome is not known is looked up first and made again only when
    the provider never heard of it.

    Raises:
        Unavailable: The provider does not answer; run it again later.
    """
    attempt = await db.transact(begin_attempt, payout_id=payout_id)
    if not attempt.is_ours:
        payout = attempt.payout
        if payout.is_over or payout.state == PayoutState.REQUESTED:
            return payout
        outcome = await rail.look_up(payout_id)
        if outcome is not Outcome.NOT_FOUND:
            return await db.transact(
                resolve_payout, payout_id=payout_id, outcome=outcome
            )
        attempt = await db.transact(
            begin_attempt, payout_id=payout_id, never_arrived=True
        )
        if not attempt.is_ours:
            return attempt.payout
    payout = attempt.payout
    outcome = await rail.send_payout(payout.id, payout.amount, payout.destination)
    return await db.transact(resolve_payout, payout_id=payout_id, outcome=outcome)


async def _require_worth(uow: UnitOfWork, wallet: Wallet, amount: Money) -> None:
    least = rulepacks.home().money("withdrawal_min", amount.currency, on=uow.today())
    if amount >= least:
        return
    balance = await balances.get(uow, AccountId(wallet.account))
    if amount.minor != balance.available:
        raise BelowWithdrawalMinimum(minimum_minor=least.minor)


async def _confirm(uow: UnitOfWork, payout: Payout) -> None:
    payout.ending_entry = await _end(
        uow,
        payout,
        "payout.confirmed",
        await chart.platform(uow, Platform.BANK, payout.currency),
    )
    payout.move(PayoutState.CONFIRMED, uow.now())
    uow.record(
        PayoutConfirmed(payout.id, payout.purpose, payout.subject, payout.amount),
        entries=[payout.ending_entry],
    )


async def _fail(uow: UnitOfWork, payout: Payout) -> None:
    party = PartyId(payout.party)
    wallet = await open_wallet(uow, party_id=party, currency=payout.currency)
    back = await chart.or_suspense(uow, AccountId(wallet.account), payout.currency)
    payout.ending_entry = await _end(uow, payout, "payout.failed", back)
    payout.move(PayoutState.FAILED, uow.now())
    uow.record(
        PayoutFailed(payout.id, payout.purpose, payout.subject, payout.amount),
        entries=[payout.ending_entry],
    )


async def _end(
    uow: UnitOfWork, payout: Payout, kind: str, credit: AccountId
) -> EntryId:
    entry = new_entry(
        uow,
        kind,
        legs=entries.transfer(
            debit=await chart.platform(uow, Platform.PAYOUT, payout.currency),
            credit=credit,
            units=payout.amount_minor,
        ),
        about=payout.id,
    )
    await entries.post(uow, [entry])
    return entry.id
