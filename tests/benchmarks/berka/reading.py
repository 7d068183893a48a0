"""Read a folder laid out like the PKDD'99 financial set into loans with features.

Where the transactions before a loan are there, the product's own functions measure them.
Where only their published summary is there, the same definitions are worked out from it;
loans that have both must agree. The undated table of orders, cards and districts, and
whatever is dated at or after the loan, are not read.
"""

import csv
import gzip
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from risk.cashflow import FEATURES, Measured, measure
from risk.statements import Transaction
from risk.training import Loan

MONTH_DAYS = 30
RESERVED_INSTALMENTS = 2
CANDIDATES = (
    "record_days", "instalment", "balance_buffer", "lowest_balance", "mean_balance",
    "record_floor_cover", "balance_growth", "months_held", "receipts_variation",
    "receipts_skew", "median_receipt_cover", "payments_per_receipt",
    "payment_to_receipt", "returned_in_record",
)  # fmt: skip
BAD = {"B", "D"}
_CREDIT = {"PRIJEM", "credit"}
_SANCTION = {"SANKC. UROK", "sanction interest if negative balance"}
_DECIMALS = {feature.name: feature.decimals for feature in FEATURES}


@dataclass(frozen=True)
class Read:
    """The loans of a folder, and where their features came from."""

    loans: tuple[Loan, ...]
    from_rows: int
    disagreements: int


def read_folder(folder: Path) -> Read:
    """Read every loan of a folder."""
    lines = _transactions(folder)
    opened = {
        row["account_id"]: _day(row["date"]) for row in _rows(folder / "account.asc")
    }
    summaries = {
        row["loan_id"]: row for row in _rows(folder / "preloan_aggregates.csv", ",")
    }
    loans, from_rows, disagreements = [], 0, 0
    for row in _rows(folder / "loan.asc"):
        own, summary = lines[row["account_id"]], summaries.get(row["loan_id"])
        features = _from_rows(own, row)
        if summary is None or _is_whole(own, row, summary):
            from_rows += 1
        if summary is not None:
            told = _from_summary(summary, row, opened[row["account_id"]])
            if _is_whole(own, row, summary):
                disagreements += sum(told[x] != features[x] for x in CANDIDATES)
            else:
                features = told
        on, bad = _day(row["date"]), row["status"] in BAD
        loans.append(Loan(row["loan_id"], on, bad, features))
    return Read(tuple(loans), from_rows, disagreements)


def transactions_of(folder: Path) -> Iterator[tuple[list[Transaction], date, int]]:
    """Return the lines known of each loan's account, its day and its instalment."""
    lines = _transactions(folder)
    for row in _rows(folder / "loan.asc"):
        yield lines[row["account_id"]], _day(row["date"]), _minor(row["payments"])


def _from_rows(lines: list[Transaction], row: Mapping[str, str]) -> dict[str, Measured]:
    found = measure([lines], _day(row["date"]), _minor(row["payments"]))
    return {name: found[name] for name in CANDIDATES}


def _is_whole(
    lines: list[Transaction], row: Mapping[str, str], summary: Mapping[str, str]
) -> bool:
    """Tell whether all rows before the loan are there, by the number of receipts."""
    on = _day(row["date"])
    receipts = sum(item.amount_minor > 0 for item in lines if item.booked_on < on)
    return receipts == int(summary["n_credit"])


def _from_summary(
    summary: Mapping[str, str], row: Mapping[str, str], opened: date
) -> dict[str, Measured]:
    """Work the features out from a loan's summary; money is in major units there."""
    known = {name: float(text or "nan") for name, text in summary.items()}
    instalment = float(row["payments"])
    days = (_day(row["date"]) - opened).days
    receipts, mean_receipt = known["n_credit"], known["avg_credit"]
    # The summary counts one kind of payment only; the mean of all lines tells them all.
    payments = round(
        receipts
        * (mean_receipt - known["avg_amount"])
        / (known["avg_amount"] + known["avg_withdrawal"])
    )
    usual = known["avg_monthly_balance"] - RESERVED_INSTALMENTS * instalment
    values = {
        "record_days": days,
        "instalment": instalment,
        "balance_buffer": usual / known["sd_balance"],
        "lowest_balance": known["min_balance"],
        "mean_balance": known["avg_balance"],
        "record_floor_cover": known["min_balance"] / instalment,
        "balance_growth": known["growth_balance"],
        "months_held": known["avg_balance"]
        * days
        / MONTH_DAYS
        / receipts
        / mean_receipt,
        "receipts_variation": known["sd_credit"] / mean_receipt,
        "receipts_skew": known["skew_credit"],
        "median_receipt_cover": known["median_credit"] / instalment,
        "payments_per_receipt": payments / receipts,
        "payment_to_receipt": known["avg_withdrawal"] / mean_receipt
        if payments
        else float("nan"),
        "returned_in_record": known["n_sanction_interest"],
    }
    return {name: Measured(name, _rounded(name, values[name])) for name in CANDIDATES}


def _rounded(name: str, value: float) -> Decimal | None:
    if math.isnan(value):  # the summary has none
        return None
    step = Decimal(1).scaleb(-_DECIMALS[name])
    return Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_EVEN) + 0


def _transactions(folder: Path) -> defaultdict[str, list[Transaction]]:
    """Read the rows of every account, in the order of their days."""
    lines: defaultdict[str, list[Transaction]] = defaultdict(list)
    seen: set[str] = set()
    for path in sorted(folder.glob("trans*")):
        for number, row in enumerate(_rows(path)):
            if row["trans_id"] not in seen:
                seen.add(row["trans_id"])
                lines[row["account_id"]].append(_line(number, row))
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


def _rows(path: Path, delimiter: str = ";") -> Iterator[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def _day(text: str) -> date:
    return datetime.strptime(f"19{text}", "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone


def _minor(text: str) -> int:
    return int(Decimal(text) * 100)
