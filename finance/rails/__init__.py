"""Roads money comes and goes by: one port, one file for each outside system."""

from finance.rails.fake import Delivery, FakeRail, Fault
from finance.rails.port import (
    EventKind,
    LineKind,
    Outcome,
    Payment,
    PaymentState,
    ProviderEvent,
    ProviderStatement,
    Rail,
    StatementLine,
)
from finance.rails.signature import SignatureWrong, WebhookUnreadable, sign, verify

__all__ = [
    "Delivery",
    "EventKind",
    "FakeRail",
    "Fault",
    "LineKind",
    "Outcome",
    "Payment",
    "PaymentState",
    "ProviderEvent",
    "ProviderStatement",
    "Rail",
    "SignatureWrong",
    "StatementLine",
    "WebhookUnreadable",
    "sign",
    "verify",
]
