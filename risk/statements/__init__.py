"""Turn bank, wallet and till files into transactions that add up, or refuse them."""

from risk.statements.accounts import merge_accounts
from risk.statements.errors import StatementRefused
from risk.statements.events import StatementReceived, StatementTurnedAway
from risk.statements.findings import Finding, Flaw, Integrity, Verdict
from risk.statements.model import Statement, StatementLine, StatementRefusal
from risk.statements.overlap import compare
from risk.statements.parsed import (
    LeftOut,
    ParsedStatement,
    StatedBalance,
    StatementFormat,
    Transaction,
)
from risk.statements.reader import (
    MAX_BYTES,
    ReadStatement,
    read_accounts,
    read_statement,
)
from risk.statements.repository import (
    get_content,
    get_statement,
    list_lines,
    list_refusals,
    list_statements,
)
from risk.statements.sample import Profile, sample_statement
from risk.statements.service import (
    receive_statement,
    reread_statement,
)

__all__ = [
    "MAX_BYTES",
    "Finding",
    "Flaw",
    "Integrity",
    "LeftOut",
    "ParsedStatement",
    "Profile",
    "ReadStatement",
    "StatedBalance",
    "Statement",
    "StatementFormat",
    "StatementLine",
    "StatementReceived",
    "StatementRefusal",
    "StatementRefused",
    "StatementTurnedAway",
    "Transaction",
    "Verdict",
    "compare",
    "get_content",
    "get_statement",
    "list_lines",
    "list_refusals",
    "list_statements",
    "merge_accounts",
    "read_accounts",
    "read_statement",
    "receive_statement",
    "reread_statement",
    "sample_statement",
]
