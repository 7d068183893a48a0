"""Turn bank, wallet and till files into transactions that add up, or refuse them."""

from risk.statements.accounts import merge_accounts
from risk.statements.errors import (
    StatementRefused,
    refusal_messages,
    shown_file_name,
)
from risk.statements.events import StatementReceived, StatementTurnedAway
from risk.statements.findings import Finding, Flaw, Integrity, Verdict
from risk.statements.forgetting import (
    forget,
    forget_turned_away,
    list_kept,
    list_turned_away,
)
from risk.statements.invoice_list import (
    InvoiceLine,
    InvoiceList,
    read_invoice_list,
)
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
    UnnamedTable,
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
    list_named,
    list_refusals,
    list_statements,
)
from risk.statements.sample import Profile, sample_statement
from risk.statements.service import (
    receive_statement,
    record_refusal,
    reread_statement,
)
from risk.statements.sheet import Row
from risk.statements.unnamed import (
    KEPT_FOR,
    HeadingMissing,
    Naming,
    OpenedTable,
    find_unnamed,
    forget_old,
    forget_table,
    get_unnamed,
    guess_columns,
    list_unnamed,
    name_table,
    open_table,
    texts_below,
)

__all__ = [
    "KEPT_FOR",
    "MAX_BYTES",
    "ColumnMap",
    "ColumnMapIncomplete",
    "Finding",
    "Flaw",
    "HeadingMissing",
    "Holds",
    "Integrity",
    "InvoiceLine",
    "InvoiceList",
    "LeftOut",
    "NamedColumn",
    "Naming",
    "OpenedTable",
    "ParsedStatement",
    "Profile",
    "ReadStatement",
    "Row",
    "StatedBalance",
    "Statement",
    "StatementFormat",
    "StatementLine",
    "StatementReceived",
    "StatementRefusal",
    "StatementRefused",
    "StatementTurnedAway",
    "Transaction",
    "UnnamedTable",
    "Verdict",
    "compare",
    "find_unnamed",
    "forget",
    "forget_old",
    "forget_table",
    "forget_turned_away",
    "get_content",
    "get_statement",
    "get_unnamed",
    "guess_columns",
    "list_kept",
    "list_lines",
    "list_maps",
    "list_named",
    "list_refusals",
    "list_statements",
    "list_turned_away",
    "list_unnamed",
    "merge_accounts",
    "name_columns",
    "name_table",
    "open_table",
    "read_accounts",
    "read_invoice_list",
    "read_statement",
    "read_statements",
    "receive_statement",
    "record_refusal",
    "refusal_messages",
    "reread_statement",
    "sample_statement",
    "shown_file_name",
    "texts_below",
]
