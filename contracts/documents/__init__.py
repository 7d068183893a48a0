"""Documents people are shown and sign, printed in Khmer and English from one source."""

from contracts.documents.completion import (
    Completion,
    Entry,
    Lender,
    Signer,
    Total,
    completion,
)
from contracts.documents.consent import Consent, consent, consent_sha256
from contracts.documents.press import Language, Press
from contracts.documents.sources import (
    Invitation,
    Kind,
    LoanRisk,
    Shares,
    Source,
    Subscription,
    changed_schedule,
    loan_agreement,
    loan_information,
    repayment_schedule,
    share_information,
    share_subscription,
)

__all__ = [
    "Completion",
    "Consent",
    "Entry",
    "Invitation",
    "Kind",
    "Language",
    "Lender",
    "LoanRisk",
    "Press",
    "Shares",
    "Signer",
    "Source",
    "Subscription",
    "Total",
    "changed_schedule",
    "completion",
    "consent",
    "consent_sha256",
    "loan_agreement",
    "loan_information",
    "repayment_schedule",
    "share_information",
    "share_subscription",
]
