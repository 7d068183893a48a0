"""The loans a scorecard learns from: features at the day of judgement, and the outcome."""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ledger.errors import Invalid
from risk.cashflow import FEATURES, Measured

MAX_LOANS = 2_000_000
OUTCOMES = {"good": False, "bad": True}


class TrainingFileWrong(Invalid):
    """A file of loans does not say what it must."""

    code = "training_file_wrong"
    message = "Line {line} of the loans: {why}."


@dataclass(frozen=True)
class Loan:
    """One loan with a known end: what was measured before it, and whether it went bad."""

    loan: str
    granted_on: date
    bad: bool
    features: Mapping[str, Measured]

    def value(self, name: str) -> float | None:
        """Return a feature as a number, or ``None`` when it is unknown."""
        measured = self.features.get(name)
        if measured is None or measured.value is None:
            return None
        return float(measured.value)


def read_loans(path: Path) -> list[Loan]:
    """Read a CSV with ``loan``, ``granted_on``, ``outcome`` and a column per feature.

    An empty cell is unknown. The outcome is ``good`` or ``bad``.

    Raises:
        TrainingFileWrong: A column is missing or strange, or a cell is no number or date.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        named = set(rows.fieldnames or ())
        known = {feature.name for feature in FEATURES}
        if missing := {"loan", "granted_on", "outcome"} - named:
            raise TrainingFileWrong(line=1, why=f"no column {min(missing)}")
        if strange := named - known - {"loan", "granted_on", "outcome"}:
            raise TrainingFileWrong(line=1, why=f"no feature is called {min(strange)}")
        return [_loan(rows.line_num, row) for row in _bounded(rows)]


def _bounded(rows: Iterable[dict[str, str]]) -> Iterable[dict[str, str]]:
    for number, row in enumerate(rows):
        if number >= MAX_LOANS:
            raise TrainingFileWrong(line=number, why=f"more than {MAX_LOANS} loans")
        yield row


def _loan(line: int, row: Mapping[str, str]) -> Loan:
    try:
        return Loan(
            row["loan"],
            date.fromisoformat(row["granted_on"]),
            OUTCOMES[row["outcome"]],
            {
                name: Measured(name, _number(cell) if cell else None)
                for name, cell in row.items()
                if name not in {"loan", "granted_on", "outcome"}
            },
        )
    except KeyError as wrong:
        raise TrainingFileWrong(
            line=line, why=f"no outcome is called {wrong}"
        ) from wrong
    except (ValueError, TypeError, InvalidOperation) as wrong:
        raise TrainingFileWrong(line=line, why="a number or date is not one") from wrong


def _number(cell: str) -> Decimal:
    number = Decimal(cell)
    if not number.is_finite():
        raise ValueError(cell)
    return number


def sample_hash(loans: Sequence[Loan]) -> str:
    """Hash what was learned from, whatever the order of the loans."""
    lines = sorted(
        "|".join(
            (
                item.loan,
                item.granted_on.isoformat(),
                str(item.bad),
                *(
                    f"{name}={item.features[name].value}"
                    for name in sorted(item.features)
                ),
            )
        )
        for item in loans
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
