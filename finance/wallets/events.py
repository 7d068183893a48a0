"""What wallets tell."""

from dataclasses import dataclass
from typing import ClassVar

from ledger.money import Currency, Money
from ledger.outbox import Event


@dataclass(frozen=True)
class WalletOpened(Event):
    """A party can hold money."""

    type = "wallet.opened"
    about = "wallet_id"

    wallet_id: str
    party_id: str
    currency: Currency


@dataclass(frozen=True)
class DestinationChanged(Event):
    """Withdrawals go somewhere else from now on."""

    type = "wallet.destination_changed"
    about = "wallet_id"
    personal = frozenset({"destination"})

    wallet_id: str
    destination: str


@dataclass(frozen=True)
class WalletWasClosed(Event):
    """A party's wallet is closed for good."""

    type = "wallet.closed"
    about = "wallet_id"

    wallet_id: str


@dataclass(frozen=True)
class DepositReceived(Event):
    """Money came into a wallet."""

    type = "deposit.received"
    about = "deposit_id"

    deposit_id: str
    subject: str
    provider: str
    payment: str
    amount: Money


@dataclass(frozen=True)
class PaymentReceived(Event):
    """Money came for something that is no wallet, such as a loan."""

    type = "payment.received"
    about = "deposit_id"
    heard: ClassVar[bool] = True

    deposit_id: str
    subject: str
    provider: str
    payment: str
    amount: Money


@dataclass(frozen=True)
class DepositUnmatched(Event):
    """Money came and nobody knows whose it is: it waits in suspense."""

    type = "deposit.unmatched"
    about = "deposit_id"

    deposit_id: str
    provider: str
    payment: str
    amount: Money


@dataclass(frozen=True)
class DepositAssigned(Event):
    """Money in suspense found its owner."""

    type = "deposit.assigned"
    about = "deposit_id"

    deposit_id: str
    wallet_id: str
    amount: Money


@dataclass(frozen=True)
class SettlementReceived(Event):
    """A provider handed money to the bank."""

    type = "settlement.received"
    about = "settlement"

    settlement: str
    provider: str
    amount: Money


@dataclass(frozen=True)
class PayoutRequested(Event):
    """Money is to be sent out."""

    type = "payout.requested"
    about = "payout_id"
    heard: ClassVar[bool] = True

    payout_id: str
    party_id: str
    purpose: str
    subject: str
    amount: Money


@dataclass(frozen=True)
class PayoutSent(Event):
    """The provider is being asked to pay, for the n-th time."""

    type = "payout.sent"
    about = "payout_id"

    payout_id: str
    attempt: int


@dataclass(frozen=True)
class PayoutUnknown(Event):
    """Nobody knows whether the money left; it stays on its way until somebody does."""

    type = "payout.unknown"
    about = "payout_id"

    payout_id: str


@dataclass(frozen=True)
class PayoutConfirmed(Event):
    """The money arrived."""

    type = "payout.confirmed"
    about = "payout_id"

    payout_id: str
    purpose: str
    subject: str
    amount: Money


@dataclass(frozen=True)
class PayoutFailed(Event):
    """The money did not leave and is back in the party's wallet."""

    type = "payout.failed"
    about = "payout_id"

    payout_id: str
    purpose: str
    subject: str
    amount: Money


@dataclass(frozen=True)
class PayoutDisputed(Event):
    """The provider contradicts its own last word: somebody must look."""

    type = "payout.disputed"
    about = "payout_id"

    payout_id: str
    state: str
    told: str


@dataclass(frozen=True)
class NoticeKept(Event):
    """A provider told of a change that is to be looked up."""

    type = "provider.notice_kept"
    about = "event_id"
    heard: ClassVar[bool] = True

    event_id: str
    provider: str


@dataclass(frozen=True)
class BooksMatched(Event):
    """Ledger, provider and bank agreed to the cent."""

    type = "reconciliation.matched"
    about = "provider"

    provider: str
    currency: Currency
    lines: int


@dataclass(frozen=True)
class BooksDiffered(Event):
    """They did not: payouts of the currency stand still."""

    type = "reconciliation.differed"
    about = "provider"

    provider: str
    currency: Currency
    count: int
    differences: tuple[str, ...]


@dataclass(frozen=True)
class StopLifted(Event):
    """Payouts of a currency go on."""

    type = "payouts.resumed"
    about = "stop_id"

    stop_id: str
    currency: Currency
