"""Exports: an account's statement and the whole book, in formats others read."""

from ledger.exports.camt053 import write_camt053
from ledger.exports.formats import (
    Days,
    NotACurrency,
    SpanUnusable,
    StatementFormat,
    write_statement,
)
from ledger.exports.statement import (
    AccountStatement,
    StatementLine,
    StatementTooLong,
    account_statement,
    write_csv,
    write_json,
)
from ledger.exports.text_ledgers import (
    BookFormat,
    Line,
    Place,
    read_entries,
    write_book,
)

__all__ = [
    "AccountStatement",
    "BookFormat",
    "Days",
    "Line",
    "NotACurrency",
    "Place",
    "SpanUnusable",
    "StatementFormat",
    "StatementLine",
    "StatementTooLong",
    "account_statement",
    "read_entries",
    "write_book",
    "write_camt053",
    "write_csv",
    "write_json",
    "write_statement",
]
