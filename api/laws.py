"""Every law book of the platform, for whoever checks them all."""

from typing import Final

from finance.laws import FINANCE_LAWS
from ledger.invariants import LEDGER_LAWS

BOOKS: Final = (LEDGER_LAWS, FINANCE_LAWS)
