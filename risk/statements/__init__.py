"""Turn bank, wallet and till files into transactions that add up, or refuse them."""

from risk.statements.accounts import merge_accounts
from risk.statements.errors import StatementRefused, refusal_messages
from risk.statements.events import StatementReceived, StatementTurnedAway
from risk.statements.findings import Finding, Flaw, Integrity, Verdict
from risk.statements.maps import (
    ColumnMapIncomplete,
    Holds,
    NamedColumn,
    list_maps,
    name_columns,
)
from risk.statements.model import (
    ColumnMap,
    Statement,
    StatementLine,
    StatementRefusal,
)
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
    read_statements,
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
    "ColumnMap",
    "ColumnMapIncomplete",
    "Finding",
    "Flaw",
    "Holds",
    "Integrity",
    "LeftOut",
    "NamedColumn",
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
    "list_maps",
    "list_refusals",
    "list_statements",
    "merge_accounts",
    "name_columns",
    "read_accounts",
    "read_statement",
    "read_statements",
    "receive_statement",
    "refusal_messages",
    "reread_statement",
    "sample_statement",
]
