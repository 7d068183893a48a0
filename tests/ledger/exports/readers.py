"""What other programs make of an exported book: their own check, then their sums."""

import csv
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from ledger.exports import Line, Place

Sums = dict[tuple[str, str], Decimal]

_BALANCES = ("balance", "--flat", "--no-total", "--layout=bare", "-O", "csv")


def expected(
    lines: Iterable[Line], account: Callable[[Place], str], asset: Callable[[str], str]
) -> Sums:
    """Sum what we keep, under the names the other program uses."""
    sums: Sums = defaultdict(Decimal)
    for line in lines:
        amount = Decimal(line.units).scaleb(-line.exponent)
        sums[account(line.place), asset(line.place.asset)] += amount
    return _not_empty(sums)


def told_by_beancount(text: str) -> Sums:
    """Load a book with beancount, which must find no error in it."""
    loader = pytest.importorskip("beancount.loader", reason="pip install beancount")
    found, errors, _ = loader.load_string(text)
    assert errors == []
    sums: Sums = defaultdict(Decimal)
    for entry in found:
        for posting in getattr(entry, "postings", []):
            sums[posting.account, posting.units.currency] += posting.units.number
    return _not_empty(sums)


def told_by_hledger(journal: Path) -> Sums:
    """Have hledger check a journal and tell its balances."""
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("no hledger; apt-get install -y hledger")
    subprocess.run([program, "-f", journal, "check"], check=True)
    told = subprocess.run(
        [program, "-f", journal, *_BALANCES], check=True, capture_output=True, text=True
    )
    return _not_empty(
        {
            (row["account"], row["commodity"].strip('"')): Decimal(row["balance"])
            for row in csv.DictReader(StringIO(told.stdout))
        }
    )


def _not_empty(sums: Sums) -> Sums:
    return {key: units for key, units in sums.items() if units}
