"""The formats of a statement, each by its name, and the span of days it covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import assert_never

from ledger.clock import business_date, day_begins
from ledger.errors import Invalid
from ledger.exports.camt053 import write_camt053
from ledger.exports.statement import AccountStatement, write_csv, write_json
from ledger.money import Currency


class StatementFormat(StrEnum):
    """How an account's statement is written."""

    JSON = "json"
    CSV = "csv"
    CAMT053 = "camt053"

    @property
    def media_type(self) -> str:
        """What the wire calls it."""
        return _MEDIA_TYPES[self]

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return "xml" if self is StatementFormat.CAMT053 else self.value


_MEDIA_TYPES = {
    StatementFormat.JSON: "application/json",
    StatementFormat.CSV: "text/csv; charset=utf-8",
    StatementFormat.CAMT053: "application/xml",
}


class SpanUnusable(Invalid):
    """The days asked for are in the wrong order, or in the future."""

    code = "span_unusable"
    message = "Choose a first day that is not after the last, and none after {today}."


class NotACurrency(Invalid):
    """Bank statements are of money; shares have none."""

    code = "statement_not_of_money"
    message = "This format is for money only. Choose JSON or CSV for shares."


@dataclass(frozen=True)
class Days:
    """Business dates from the first to the last, both included."""

    starts_on: date
    ends_on: date

    def instants(self, now: datetime) -> dict[str, datetime]:
        """Return the same span as instants: the first, and the one it ends before.

        Raises:
            SpanUnusable: The days are in the wrong order, or in the future.
        """
        today = business_date(now)
        if not self.starts_on <= self.ends_on <= today:
            raise SpanUnusable(today=today.isoformat())
        behind = day_begins(self.ends_on + timedelta(days=1))
        return {"since": day_begins(self.starts_on), "until": behind}


def write_statement(
    statement: AccountStatement, form: StatementFormat, *, created_at: datetime
) -> bytes:
    """Write a statement in a format; CSV with a mark, so that Khmer is read rightly.

    Raises:
        NotACurrency: A bank statement of shares was asked for.
    """
    match form:
        case StatementFormat.JSON:
            return write_json(statement).encode()
        case StatementFormat.CSV:
            return write_csv(statement).encode("utf-8-sig")
        case StatementFormat.CAMT053:
            if statement.asset not in set(Currency):
                raise NotACurrency
            return write_camt053(statement, created_at=created_at)
        case _:
            assert_never(form)
