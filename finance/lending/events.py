"""What lending tells."""

from dataclasses import dataclass
from datetime import date

from ledger.money import Money
from ledger.outbox import Event


@dataclass(frozen=True)
class ApplicationSubmitted(Event):
    """A firm asked for a loan and was answered by the score."""

    type = "application.submitted"
    about = "application_id"

    application_id: str
    party_id: str
    amount: Money
    term_months: int
    outcome: str
    grade: str
    decision_hash: str


@dataclass(frozen=True)
class ApplicationReviewed(Event):
    """A first operator recommends the loan, on exactly these terms."""

    type = "application.reviewed"
    about = "application_id"

    application_id: str
    approval_id: str
    reviewer: str


@dataclass(frozen=True)
class DecisionOverridden(Event):
    """Two operators set a refusal aside; its reasons stay on record."""

    type = "application.decision_overridden"
    about = "application_id"

    application_id: str
    approval_id: str
    decision_hash: str
    reasons: tuple[str, ...]
    proposed_by: str
    approved_by: str


@dataclass(frozen=True)
class LoanRescored(Event):
    """A running loan's firm was looked at again, and what got worse."""

    type = "loan.rescored"
    about = "loan_id"

    loan_id: str
    on: date
    pd_bps: int
    grade: str
    signals: tuple[str, ...]


@dataclass(frozen=True)
class ApplicationApproved(Event):
    """A second operator agreed; the loan is offered to lenders."""

    type = "application.approved"
    about = "application_id"

    application_id: str
    offer_id: str
    approver: str


@dataclass(frozen=True)
class ApplicationDeclined(Event):
    """An operator said no."""

    type = "application.declined"
    about = "application_id"
    personal = frozenset({"reason"})

    application_id: str
    operator: str
    reason: str


@dataclass(frozen=True)
class SuretyNamed(Event):
    """Somebody is to sign the agreement as trustee or guarantor."""

    type = "surety.named"
    about = "application_id"

    application_id: str
    party_id: str
    role: str
    by: str


@dataclass(frozen=True)
class SuretyReleased(Event):
    """Somebody is not to sign after all."""

    type = "surety.released"
    about = "application_id"

    application_id: str
    party_id: str
    by: str


@dataclass(frozen=True)
class LoanAgreed(Event):
    """Lenders funded the loan and are bound by this document."""

    type = "loan.agreed"
    about = "loan_id"

    loan_id: str
    application_id: str
    borrower: str
    principal: Money
    lenders: int
    document_hash: str


@dataclass(frozen=True)
class AgreementAccepted(Event):
    """A party accepted the document, byte for byte."""

    type = "agreement.accepted"
    about = "loan_id"

    loan_id: str
    party_id: str
    role: str
    document_hash: str
    signature_level: str


@dataclass(frozen=True)
class LoanLapsed(Event):
    """Somebody did not sign in time; every lender has its money back."""

    type = "loan.lapsed"
    about = "loan_id"

    loan_id: str
    returned: Money


@dataclass(frozen=True)
class LoanDisbursed(Event):
    """The money is on its way to the borrower; the notes begin."""

    type = "loan.disbursed"
    about = "loan_id"

    loan_id: str
    principal: Money
    fee: Money
    disbursed_on: date


@dataclass(frozen=True)
class InterestAccrued(Event):
    """Interest became due to the lenders."""

    type = "loan.interest_accrued"
    about = "loan_id"

    loan_id: str
    amount: Money
    accrued_on: date


@dataclass(frozen=True)
class LateFeeCharged(Event):
    """An instalment was missed and costs a fee, once."""

    type = "loan.late_fee_charged"
    about = "loan_id"

    loan_id: str
    instalment: int
    amount: Money
    charged_on: date


@dataclass(frozen=True)
class RepaymentReceived(Event):
    """Money came in for a loan and is to reach the lenders."""

    type = "repayment.received"
    about = "loan_id"
    heard = True

    loan_id: str
    receipt_id: str
    amount: Money
    received_on: date


@dataclass(frozen=True)
class RepaymentDistributed(Event):
    """A receipt reached the lenders, to the cent; ``shares_root`` counts what each note got."""

    type = "repayment.distributed"
    about = "loan_id"

    loan_id: str
    receipt_id: str
    received: Money
    to_lenders: Money
    servicing_fee: Money
    tax: Money
    returned: Money
    shares_root: str


@dataclass(frozen=True)
class LoanPaidOff(Event):
    """Nothing is owed any more."""

    type = "loan.paid_off"
    about = "loan_id"

    loan_id: str
    closed_on: date


@dataclass(frozen=True)
class LoanWrittenOff(Event):
    """What was still owed is held to be lost; recoveries go on."""

    type = "loan.written_off"
    about = "loan_id"

    loan_id: str
    principal: Money
    interest: Money
    fees: Money
    written_off_on: date


@dataclass(frozen=True)
class LateFeeCancelled(Event):
    """A late fee turned out to be wrong: the money had come in time."""

    type = "loan.late_fee_cancelled"
    about = "loan_id"

    loan_id: str
    instalment: int
    amount: Money
    cancelled_on: date


@dataclass(frozen=True)
class LoanActed(Event):
    """An act of the operator on a loan took effect, by its number in the history."""

    type = "loan.acted"
    about = "loan_id"

    loan_id: str
    number: int
    kind: str
    happened_on: date
    approval_id: str


@dataclass(frozen=True)
class DistributionsCorrected(Event):
    """Receipts paid something else than was shared; the difference was moved.

    Amounts are differences: with a minus, money was taken back.
    """

    type = "repayment.corrected"
    about = "loan_id"

    loan_id: str
    receipts: int
    to_lenders: Money
    to_platform: Money
    to_tax: Money
    to_borrower: Money
    corrected_on: date


@dataclass(frozen=True)
class LoanReopened(Event):
    """A loan that was paid off is owed something again: a receipt was taken back."""

    type = "loan.reopened"
    about = "loan_id"

    loan_id: str
    reopened_on: date


@dataclass(frozen=True)
class TreatyResidenceRecorded(Event):
    """A lender showed that it is taxed in a country with which there is a treaty."""

    type = "lender.treaty_residence_recorded"
    about = "party_id"
    personal = frozenset({"certificate"})

    party_id: str
    treaty_id: str
    country: str
    certificate: str
    valid_from: date
    valid_until: date
