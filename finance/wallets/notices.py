"""Keep what providers tell, once each, and work it against their present word."""

from contextlib import suppress

from finance import rails
from finance.rails import EventKind
from finance.wallets import repository
from finance.wallets.deposits import record_deposit
from finance.wallets.events import NoticeKept
from finance.wallets.model import ProviderNotice
from finance.wallets.payouts import resolve_payout
from ledger.database import Database, UnitOfWork
from ledger.errors import NotFound, Unavailable
from ledger.ids import IdMalformed


async def keep_notice(uow: UnitOfWork, *, event: rails.ProviderEvent) -> bool:
    """Store a verified event, answer at once, work later; False when it was known."""
    notice = ProviderNotice(
        provider=event.provider,
        event=event.event_id,
        kind=event.kind.value,
        subject=event.subject,
        received_at=uow.now(),
    )
    is_new = await repository.keep_notice(uow, notice)
    if is_new:
        uow.record(NoticeKept(event.event_id, event.provider))
    return is_new


async def work_notice(db: Database, rail: rails.Rail, event_id: str) -> None:
    """Ask the provider what it is now, and book that; safe to run at any time.

    Raises:
        Unavailable: The provider does not answer, or does not show yet what it spoke
            of; run it again later.
    """
    notice = await db.read(_get, provider=rail.name, event_id=event_id)
    if notice.worked_at is not None:
        return
    if notice.kind == EventKind.PAYMENT:
        payment = await rail.look_up_payment(notice.subject)
        if payment is None:
            raise Unavailable("the provider does not show this payment yet")
        await db.transact(_work_payment, notice=notice, payment=payment)
    else:
        outcome = await rail.look_up(notice.subject)
        await db.transact(_work_payout, notice=notice, outcome=outcome)


async def _get(uow: UnitOfWork, *, provider: str, event_id: str) -> ProviderNotice:
    return await repository.get_notice(uow, provider, event_id)


async def _work_payment(
    uow: UnitOfWork, *, notice: ProviderNotice, payment: rails.Payment
) -> None:
    if payment.state is rails.PaymentState.SUCCEEDED:
        await record_deposit(uow, payment=payment)
    await _mark(uow, notice)


async def _work_payout(
    uow: UnitOfWork, *, notice: ProviderNotice, outcome: rails.Outcome
) -> None:
    # A payout is committed before the provider hears of it, so one that is not here
    # was never ours; the reconciliation shows what left without us.
    with suppress(IdMalformed, NotFound):
        await resolve_payout(uow, payout_id=notice.subject, outcome=outcome)
    await _mark(uow, notice)


async def _mark(uow: UnitOfWork, notice: ProviderNotice) -> None:
    kept = await repository.get_notice(uow, notice.provider, notice.event)
    kept.worked_at = kept.worked_at or uow.now()
