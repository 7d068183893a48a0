"""What a statement file says, whatever its format: values only, nothing judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from risk.statements.findings import Finding

# Ten years of a busy shop: beyond that a file is no statement.
MAX_LINES = 50_000


class StatementFormat(StrEnum):
    """The formats that are read."""

    MT940 = "mt940"
    CAMT = "camt"
    OFX = "ofx"
    CSV = "csv"
    XLSX = "xlsx"


class Transaction(NamedTuple):
    """One movement on an account; more than zero came in, less went out.

    A tuple because a statement has thousands of them and is read in milliseconds.
    """

    line: int
    booked_on: date
    value_on: date
    amount_minor: int
    currency: str
    counterparty: str = ""
    reference: str = ""
    balance_after: int | None = None


@dataclass(frozen=True, slots=True)
class StatedBalance:
    """A balance the file states apart from its lines.

    ``position`` counts the transactions (oldest first) that come before it.
    """

    position: int
    amount_minor: int
    line: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source line that is no booked transaction, and why: nothing is lost silently."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """One account as a file tells it, transactions oldest first.

    ``findings`` are what only its format's reader sees; the rest is found later.
    """

    format: StatementFormat
    account: str
    currency: str
    transactions: tuple[Transaction, ...]
    balances: tuple[StatedBalance, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    line: int = 1
    findings: tuple[Finding, ...] = ()
    column_map: str = ""

    @property
    def opening(self) -> int | None:
        """Return the balance before the first transaction, in minor units, if stated."""
        first = self.transactions[0] if self.transactions else None
        for stated in self.balances:
            if stated.position == 0:
                return stated.amount_minor
        if first and first.balance_after is not None:
            return first.balance_after - first.amount_minor
        return None

    @property
    def closing(self) -> int | None:
        """Return the balance after the last transaction, in minor units, if stated."""
        for stated in reversed(self.balances):
            if stated.position == len(self.transactions):
                return stated.amount_minor
        return self.transactions[-1].balance_after if self.transactions else None

    def with_running_balances(self) -> tuple[Transaction, ...]:
        """Return the transactions, each with its balance where any balance is known.

        Unknown stays unknown: a file without a single balance keeps ``None``.
        """
        total = self._balance_at_start()
        if total is None:
            return self.transactions
        filled: list[Transaction] = []
        for item in self.transactions:
            total += item.amount_minor
            known = item.balance_after is not None
            filled.append(item if known else Transaction(*item[:-1], total))
        return tuple(filled)

    def _balance_at_start(self) -> int | None:
        for stated in self.balances:
            moved = sum_of(self.transactions[: stated.position])
            return stated.amount_minor - moved
        for index, item in enumerate(self.transactions):
            if item.balance_after is not None:
                return item.balance_after - sum_of(self.transactions[: index + 1])
        return None


def sum_of(transactions: Sequence[Transaction]) -> int:
    """Add up what moved, in minor units."""
    return sum(item.amount_minor for item in transactions)
