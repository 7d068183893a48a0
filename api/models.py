"""Every table of the platform in one place, for migrations and their test."""

import importlib
from contextlib import suppress

from ledger.tables import Base

for _name in (
    "ledger.outbox",
    "ledger.idempotency",
    "ledger.accounts",
    "ledger.entries",
    "ledger.periods",
    "ledger.booking",
    "ledger.audit",
    "ledger.audit.model",
    "risk.identity.model",
    "risk.statements.model",
    "risk.decisions.model",
    "risk.scoring.model",
    "finance.approvals.model",
    "finance.wallets.model",
    "finance.raising.model",
    "finance.lending.model",
    "finance.equity.model",
    "api.auth.model",
):
    with suppress(ModuleNotFoundError):
        importlib.import_module(_name)

METADATA = Base.metadata
