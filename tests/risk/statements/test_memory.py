"""A file is read in memory bounded by its size; weighed in a process of its own.

A workbook is a packed file: what counts is the size it unpacks to, which has a cap.
"""

import subprocess
import sys

import pytest

TIMES_THE_FILE = 20
# What the libraries take once, whatever the file.
FIXED_BYTES = 4 * 1024 * 1024


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "mt940", "camt", "ofx", "xlsx"])
def test_reading_takes_at_most_twenty_times_the_file(form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.risk.statements.weighing", form, "10000"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip

    size, grown = map(int, done.stdout.split())

    assert grown <= TIMES_THE_FILE * size + FIXED_BYTES
