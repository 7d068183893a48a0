"""Exports: an account's statement and the whole book, in formats others read."""

from ledger.exports.camt053 import write_camt053
from ledger.exports.formats import (
    BookFormat,
    Days,
    NotACurrency,
    SpanUnusable,
    StatementFormat,
    write_book,
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
from ledger.exports.text_ledgers import Line, read_book, write_beancount, write_hledger

__all__ = [
    "AccountStatement",
    "BookFormat",
    "Days",
    "Line",
    "NotACurrency",
    "SpanUnusable",
    "StatementFormat",
    "StatementLine",
    "StatementTooLong",
    "account_statement",
    "read_book",
    "write_beancount",
    "write_book",
    "write_camt053",
    "write_csv",
    "write_hledger",
    "write_json",
    "write_statement",
]
