"""Fit curves to other public loans: python -m tests.benchmarks.otherloans DATA_DIR.

A regression check of fitting and calibrating, and the loss given default of the SBA's
loans. Half of each set is fitted, by turns of its rows, and the other half scored.
Nothing known only after the grant is read: no term, no charge-off, no dates.
"""

import csv
import gzip
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from risk.training import Settings, folds
from risk.training.calibration import calibrate
from risk.training.curves import fit_curves
from risk.watch import quality

SETTINGS = Settings()
CARDS = {
    "LIMIT_BAL": 1, "PAY_0": -1, "PAY_2": -1, "PAY_3": -1, "PAY_4": -1, "PAY_5": -1,
    "PAY_6": -1, "PAY_AMT1": 1, "PAY_AMT2": 1, "PAY_AMT3": 1, "PAY_AMT4": 1,
}  # fmt: skip
SBA = {
    "NoEmp": 1, "DisbursementGross": 1, "NewExist": -1, "RetainedJob": 1,
    "CreateJob": 1, "LowDoc": 1, "RevLineCr": -1, "SBA_Appv": 1,
}  # fmt: skip
YES_OR_NO = {"Y": "1", "N": "0", "T": "1"}


def main(folder: Path) -> None:
    """Print a row for each set, and the losses."""
    _say("| set | loans fitted | calibration | AUC | KS | Brier | slope | ECE |")
    _say("|---|---|---|---|---|---|---|---|")
    cards = list(_rows(folder / "taiwan_default/uci_credit_card.csv.gz"))
    bad = [row["default.payment.next.month"] == "1" for row in cards]
    _fit("Taiwan cards", _table(cards, CARDS), bad, tuple(CARDS.values()))
    for name, place in (
        ("SBA sample", "sba_sample/sbanational_sample.csv.gz"),
        ("SBA case", "sba_case/sbacase.csv.gz"),
    ):
        loans = [row for row in _rows(folder / place) if row["MIS_Status"].strip()]
        bad = [row["MIS_Status"].strip().upper() == "CHGOFF" for row in loans]
        _fit(name, _table(loans, SBA), bad, tuple(SBA.values()))
    for name, place in (
        ("SBA sample", "sba_sample/sbanational_sample.csv.gz"),
        ("SBA case", "sba_case/sbacase.csv.gz"),
    ):
        _losses(name, _rows(folder / place))


def _fit(
    name: str, table: np.ndarray, bad: Sequence[bool], signs: tuple[int, ...]
) -> None:
    outcome = np.array(bad, dtype=float)
    fitted, scored = slice(0, None, 2), slice(1, None, 2)
    values, known = table[fitted], outcome[fitted]
    unseen = np.zeros(len(known))
    for held in folds(known.tolist(), SETTINGS.folds, SETTINGS.seed):
        rest = np.setdiff1d(np.arange(len(known)), held)
        part = fit_curves(values[rest], known[rest], signs, SETTINGS)
        unseen[held] = part.log_odds(values[held])
    calibration = calibrate(-unseen, known)
    curves = fit_curves(values, known, signs, SETTINGS)
    found = calibration.probability(-curves.log_odds(table[scored])).tolist()
    told = quality(found, outcome[scored].astype(bool).tolist())
    cells = [getattr(told, one) for one in ("auc", "ks", "brier", "slope", "ece")]
    figures = " | ".join(f"{cell:.4f}" for cell in cells)
    _say(f"| {name} | {len(known)} | {calibration.method.value} | {figures} |")


def _losses(name: str, rows: Iterator[Mapping[str, str]]) -> None:
    """Tell what part of the money lent was charged off, where something was."""
    pairs = [
        (_number(row["ChgOffPrinGr"]), _number(row["DisbursementGross"]))
        for row in rows
        if row["MIS_Status"].strip().upper() == "CHGOFF"
    ]
    pairs = [(lost, lent) for lost, lent in pairs if lost >= 0 and lent > 0]
    shares = sorted(min(lost / lent, 1) for lost, lent in pairs)
    weighed = sum(lost for lost, _ in pairs) / sum(lent for _, lent in pairs)
    quarters = statistics.quantiles(shares, n=4)
    _say(
        f"{name}: {len(pairs)} charged off; lost of the money lent {weighed:.3f}, of a loan "
        f"{statistics.mean(shares):.3f}; quartiles {', '.join(f'{q:.3f}' for q in quarters)}"
    )


def _table(rows: Sequence[Mapping[str, str]], names: Mapping[str, int]) -> np.ndarray:
    return np.array([[_number(row[name]) for name in names] for row in rows])


def _number(text: str) -> float:
    plain = text.strip().replace("$", "").replace(",", "")
    try:
        return float(YES_OR_NO.get(plain, plain))
    except ValueError:
        return float("nan")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
