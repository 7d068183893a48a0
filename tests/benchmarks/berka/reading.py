"""Read a folder laid out like the PKDD'99 financial set into loans with features.

Where the transactions before a loan are there, the product's own functions measure them.
Where only their published summary is there, the same definitions are worked out from it;
loans that have both must agree. The undated table of orders, cards and districts, and
whatever is dated at or after the loan, are not read.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from risk.cashflow import Measured, measure
from risk.statements import Transaction
from risk.training import Loan
from tests.benchmarks.berka import files
from tests.benchmarks.berka.summary import CANDIDATES, from_summary, receipts_told

BAD, GOOD = {"B", "D"}, {"A", "C"}
# The accounts are charged or paid interest each month.
LONGEST_SILENCE = timedelta(days=62)
_CREDIT = {"PRIJEM", "credit"}
_SANCTION = {"SANKC. UROK", "sanction interest if negative balance"}
_LOAN_COLUMNS = ("loan_id", "account_id", "date", "payments", "status")
_LINE_COLUMNS = ("account_id", "date", "type", "amount", "balance", "k_symbol")
_UNREADABLE = (KeyError, ValueError, InvalidOperation)


@dataclass(frozen=True)
class Asked:
    """A row of the table of loans."""

    loan: str
    account: str
    on: date
    instalment_minor: int
    bad: bool


@dataclass(frozen=True)
class Read:
    """The loans of a folder, and where their features came from.

    ``counts`` has ``rows`` and ``summary`` by what was measured from, ``disagree`` for
    values that differ where a loan has both, and what is less than it should be.
    """

    loans: tuple[Loan, ...]
    counts: Mapping[str, int]


def read_folder(folder: Path, known: Container[str] = frozenset()) -> Read:
    """Read every loan of a folder that is not known already.

    Raises:
        FolderWrong: A table is missing, damaged or lacks a column.
    """
    counts: Counter[str] = Counter()
    asked = []
    for one in _asked(folder, counts):
        if one.loan in known:
            counts["known"] += 1
        else:
            asked.append(one)
    lines = _lines(folder, {one.account for one in asked}, counts)
    opened = dict(_opened(folder))
    summaries = {
        row["loan_id"]: row
        for row in files.rows(folder, "preloan_aggregates", "loan_id")
    }
    loans = []
    for one in asked:
        own = [line for line in lines[one.account] if line.booked_on < one.on]
        told = _told(summaries.get(one.loan), one, _began(opened, one, own))
        loans.append(_measured(one, own, told, counts))
    return Read(tuple(loans), counts)


def lines_of(folder: Path) -> Iterator[tuple[list[Transaction], date, int]]:
    """Return all lines known of each loan's account, its day and its instalment."""
    asked = list(_asked(folder, Counter()))
    lines = _lines(folder, {one.account for one in asked}, Counter())
    for one in asked:
        yield lines[one.account], one.on, one.instalment_minor


def _asked(folder: Path, counts: Counter[str]) -> Iterator[Asked]:
    files.require_loans(folder)
    seen = set()
    for row in files.rows(folder, "loan", *_LOAN_COLUMNS):
        status = row.get("status", "").strip().upper()
        try:
            one = Asked(
                row["loan_id"], row["account_id"], _day(row["date"]),
                _minor(row["payments"]), status in BAD,
            )  # fmt: skip
        except _UNREADABLE:
            counts["unreadable"] += 1
            continue
        if one.instalment_minor <= 0 or one.loan in seen:
            counts["unreadable"] += 1
        elif status in BAD | GOOD:
            seen.add(one.loan)
            yield one
        else:
            counts["open"] += 1


def _told(
    summary: Mapping[str, str] | None, one: Asked, began: date | None
) -> tuple[int, dict[str, Measured]] | None:
    """Return the receipts and features that a summary tells, if there is one to read."""
    if summary is None:
        return None
    days = None if began is None else (one.on - began).days
    try:
        return receipts_told(summary), from_summary(summary, one.instalment_minor, days)
    except _UNREADABLE:
        return None


def _measured(
    one: Asked,
    own: list[Transaction],
    told: tuple[int, dict[str, Measured]] | None,
    counts: Counter[str],
) -> Loan:
    found = measure([own], one.on, one.instalment_minor)
    features = {name: found[name] for name in CANDIDATES}
    if told is None:
        counts["rows" if own else "bare"] += 1
        counts["cut short"] += (
            bool(own) and own[-1].booked_on + LONGEST_SILENCE < one.on
        )
    elif own and told[0] == sum(line.amount_minor > 0 for line in own):
        # All rows are there, by the number of receipts.
        counts["rows"] += 1
        counts["disagree"] += sum(told[1][x] != features[x] for x in CANDIDATES)
    else:
        counts["summary"] += 1
        features = told[1]
    return Loan(one.loan, one.on, one.bad, features)


def _began(
    opened: Mapping[str, date], one: Asked, own: Sequence[Transaction]
) -> date | None:
    return opened.get(one.account, own[0].booked_on if own else None)


def _opened(folder: Path) -> Iterator[tuple[str, date]]:
    for row in files.rows(folder, "account", "account_id", "date"):
        try:
            yield row["account_id"], _day(row["date"])
        except _UNREADABLE:
            continue


def _lines(
    folder: Path, accounts: Container[str], counts: Counter[str]
) -> defaultdict[str, list[Transaction]]:
    """Read the rows of accounts, in the order of their days."""
    lines: defaultdict[str, list[Transaction]] = defaultdict(list)
    seen: set[str] = set()
    for number, row in enumerate(files.rows(folder, "trans", *_LINE_COLUMNS)):
        if row["account_id"] not in accounts:
            continue
        name = row.get("trans_id") or "|".join(row.values())
        if name not in seen:
            seen.add(name)
            try:
                lines[row["account_id"]].append(_line(number, row))
            except _UNREADABLE:
                counts["unreadable lines"] += 1
    for account in lines.values():
        account.sort(key=lambda item: item.booked_on)
    return lines


def _line(number: int, row: Mapping[str, str]) -> Transaction:
    amount = _minor(row["amount"])
    on = _day(row["date"])
    came_in = row["type"] in _CREDIT
    said = "insufficient funds" if row["k_symbol"] in _SANCTION else "movement"
    return Transaction(
        number, on, on, amount if came_in else -amount, "CZK", "", said,
        _minor(row["balance"]),
    )  # fmt: skip


def _day(text: str) -> date:
    """Read 930705, 19930705 or 1993-07-05, a time of day after it or not."""
    digits = text.split(maxsplit=1)[0].replace("-", "") if text.strip() else ""
    full = digits if len(digits) == 8 else f"19{digits}"
    return datetime.strptime(full, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone


def _minor(text: str) -> int:
    return int(Decimal(text) * 100)
