"""Every table of the platform in one place, for migrations and their test."""

import api.auth.model
import api.portal.model
import finance.approvals.model
import finance.equity.model
import finance.exchange.model
import finance.holidays.model
import finance.lending.dayend.model
import finance.lending.distributed
import finance.lending.loanrisks
import finance.lending.model
import finance.lending.rescoring
import finance.lending.shadowing
import finance.lending.sureties
import finance.raising.model
import finance.safekeeping.model
import finance.scorecards.model
import finance.signing.model
import finance.wallets.model
import ledger.accounts
import ledger.audit.model
import ledger.balances
import ledger.holds
import ledger.idempotency
import ledger.journal
import ledger.lease
import ledger.outbox
import ledger.periods
import risk.corrections.model
import risk.identity.model
import risk.receivables.model
import risk.statements.model
from ledger.tables import Base

METADATA = Base.metadata
