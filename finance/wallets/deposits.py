"""Take money in: a payment becomes a deposit once, with an owner or in suspense."""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from finance import rails
from finance.wallets import chart, repository
from finance.wallets.chart import Platform
from finance.wallets.errors import (
    NotInSuspense,
    PaymentNotFinal,
    ReferenceTaken,
    SettlementDiffers,
)
from finance.wallets.events import (
    DepositAssigned,
    DepositReceived,
    DepositUnmatched,
    PaymentReceived,
    SettlementReceived,
)
from finance.wallets.holding import get_wallet
from finance.wallets.journal import new_entry
from finance.wallets.model import (
    WALLET_PREFIX,
    Deposit,
    PaymentReference,
    Settlement,
)
from ledger import entries
from ledger.database import UnitOfWork
from ledger.errors import existing
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.money import Currency, Money


async def register_reference(
    uow: UnitOfWork,
    *,
    reference: str,
    account: AccountId,
    currency: Currency,
    subject: str,
) -> None:
    """Let payments under a reference go to an account, such as a loan's collections.

    ``PaymentReceived`` with this subject tells whoever waits for the money.
    """
    wanted = {"currency": currency, "account": account, "subject": subject}
    await uow.session.execute(
        insert(PaymentReference)
        .values(reference=reference, **wanted)
        .on_conflict_do_nothing()
    )
    kept = await uow.session.get_one(PaymentReference, reference)
    if (kept.currency, kept.account, kept.subject) != tuple(wanted.values()):
        raise ReferenceTaken


async def record_deposit(uow: UnitOfWork, *, payment: rails.Payment) -> Deposit:
    """Book a payment that succeeded: transit against its owner's account, once.

    A reference nobody knows, one of another currency, and an account that takes no
    money any more all lead to suspense, where the operator assigns it.
    """
    if payment.state is not rails.PaymentState.SUCCEEDED:
        raise PaymentNotFinal(payment=payment.payment_id)
    payment.amount.require_positive()
    owner = await _find_owner(uow, payment)
    deposit = await _reserve(uow, payment, owner)
    if deposit is None:
        return await _get_recorded(uow, payment)
    entry = new_entry(
        uow,
        "deposit",
        legs=entries.transfer(
            debit=await chart.platform(uow, Platform.TRANSIT, deposit.currency),
            credit=owner.account,
            units=deposit.amount_minor,
        ),
        about=deposit.id,
        id=EntryId(deposit.entry),
    )
    await entries.post(uow, [entry])
    _tell(uow, deposit)
    return deposit


async def assign_deposit(
    uow: UnitOfWork, *, deposit_id: str, party_id: PartyId
) -> Deposit:
    """Move money in suspense to the wallet of its owner, found by the operator."""
    deposit = await repository.get_deposit_for_update(uow, deposit_id)
    if deposit.subject:
        raise NotInSuspense(deposit=deposit.id)
    wallet = await get_wallet(uow, party_id=party_id, currency=deposit.currency)
    wallet.require_open()
    entry = new_entry(
        uow,
        "deposit.assigned",
        legs=entries.transfer(
            debit=AccountId(deposit.account),
            credit=AccountId(wallet.account),
            units=deposit.amount_minor,
        ),
        about=deposit.id,
    )
    await entries.post(uow, [entry])
    deposit.account, deposit.subject = wallet.account, wallet.id
    uow.record(
        DepositAssigned(deposit.id, wallet.id, deposit.amount), entries=[entry.id]
    )
    return deposit


async def settle(
    uow: UnitOfWork, *, provider: str, settlement_id: str, amount: Money
) -> Settlement:
    """Book money that a provider handed to the bank: bank against transit, once."""
    amount.require_positive()
    row: Settlement | None = await uow.session.scalar(
        insert(Settlement)
        .values(
            provider=provider,
            reference=settlement_id,
            currency=amount.currency,
            amount_minor=amount.minor,
            entry=new_id("entry", uow.now()),
            recorded_at=uow.now(),
        )
        .on_conflict_do_nothing()
        .returning(Settlement)
    )
    if row is None:
        return await _get_settlement(uow, provider, settlement_id, amount)
    entry = new_entry(
        uow,
        "settlement",
        legs=entries.transfer(
            debit=await chart.platform(uow, Platform.BANK, amount.currency),
            credit=await chart.platform(uow, Platform.TRANSIT, amount.currency),
            units=amount.minor,
        ),
        about=settlement_id,
        id=EntryId(row.entry),
    )
    await entries.post(uow, [entry])
    uow.record(SettlementReceived(settlement_id, provider, amount), entries=[entry.id])
    return row


@dataclass(frozen=True)
class _Owner:
    account: AccountId
    subject: str


async def _find_owner(uow: UnitOfWork, payment: rails.Payment) -> _Owner:
    currency = payment.amount.currency
    suspense = await chart.platform(uow, Platform.SUSPENSE, currency)
    known = await repository.find_reference(uow, payment.reference, currency)
    if known is None:
        return _Owner(suspense, "")
    account = await chart.or_suspense(uow, AccountId(known.account), currency)
    return _Owner(account, "" if account == suspense else known.subject)


async def _reserve(
    uow: UnitOfWork, payment: rails.Payment, owner: _Owner
) -> Deposit | None:
    """Take the payment's place in the table; None when somebody has it."""
    return await uow.session.scalar(
        insert(Deposit)
        .values(
            id=new_id("dep", uow.now()),
            provider=payment.provider,
            payment=payment.payment_id,
            reference=payment.reference,
            subject=owner.subject,
            account=owner.account,
            currency=payment.amount.currency,
            amount_minor=payment.amount.minor,
            entry=new_id("entry", uow.now()),
            paid_at=payment.paid_at,
            recorded_at=uow.now(),
        )
        .on_conflict_do_nothing()
        .returning(Deposit)
    )


def _tell(uow: UnitOfWork, deposit: Deposit) -> None:
    where = deposit.provider, deposit.payment, deposit.amount
    if not deposit.subject:
        uow.record(DepositUnmatched(deposit.id, *where), entries=[deposit.entry])
    elif deposit.subject.startswith(WALLET_PREFIX):
        uow.record(
            DepositReceived(deposit.id, deposit.subject, *where),
            entries=[deposit.entry],
        )
    else:
        uow.record(
            PaymentReceived(deposit.id, deposit.subject, *where),
            entries=[deposit.entry],
        )


async def _get_recorded(uow: UnitOfWork, payment: rails.Payment) -> Deposit:
    known = await repository.find_deposit(uow, payment.provider, payment.payment_id)
    return existing(known, "a payment whose place is taken was recorded")


async def _get_settlement(
    uow: UnitOfWork, provider: str, settlement_id: str, amount: Money
) -> Settlement:
    known = await uow.session.get_one(Settlement, (provider, settlement_id))
    if known.amount != amount:
        raise SettlementDiffers(settlement=settlement_id)
    return known
