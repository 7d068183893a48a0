"""What wallets refuse, and what the caller can do about it."""

from ledger.errors import Conflict


class WalletClosed(Conflict):
    """The wallet was closed for good."""

    code = "wallet_closed"
    message = "Wallet {wallet} is closed. Use another one."


class WalletMissing(Conflict):
    """The party has no wallet in that currency."""

    code = "wallet_missing"
    message = "There is no wallet in {currency}. Open one and put money in first."


class DestinationMissing(Conflict):
    """Nobody knows where the party's money should be sent."""

    code = "payout_destination_missing"
    message = "No bank account for {currency} is known. Add your own account first."


class BelowWithdrawalMinimum(Conflict):
    """Small withdrawals cost more than they move; the whole balance may always leave."""

    code = "withdrawal_below_minimum"
    message = "Withdraw at least {minimum_minor} minor units, or all there is."


class PaymentNotFinal(Conflict):
    """The provider has not said that the payment succeeded."""

    code = "payment_not_succeeded"
    message = "Payment {payment} has not succeeded. Wait for the provider."


class ReferenceTaken(Conflict):
    """The payment reference stands for something else."""

    code = "payment_reference_taken"
    message = "This payment reference is in use. Choose another one."


class SettlementDiffers(Conflict):
    """The same settlement was told with another amount."""

    code = "settlement_differs"
    message = "Settlement {settlement} was recorded with another amount. Reconcile."


class NotInSuspense(Conflict):
    """The deposit is no longer in suspense."""

    code = "deposit_not_in_suspense"
    message = "Deposit {deposit} has an owner already."


class PayoutMoveWrong(Conflict):
    """The payout cannot go to that state from where it is."""

    code = "payout_state_wrong"
    message = "Payout {payout} is {state}. Look at it again."


class StopMissing(Conflict):
    """Payouts in that currency are not stopped."""

    code = "payout_stop_missing"
    message = "Payouts in {currency} are not stopped. There is nothing to lift."
