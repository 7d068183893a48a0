"""Time what risk promises: python -m tests.benchmarks.risk [--lines N] [--rounds N].

Readers and others' libraries run in turns, round after round, and processor time
counts, which other work on the machine stretches least. Bytes to reasons starts cold:
nothing is remembered from the round before.
"""

import argparse
import functools
import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO

import mt940
from lxml import etree

from ledger import memory
from risk.cashflow import categories, measure, parties
from risk.scoring import score
from risk.statements import merge_accounts, read_accounts, read_statement
from tests.benchmarks.risk import batch, made

INSTALMENT_CENTS = 50_000
SHOWN = ("csv", "mt940", "camt", "ofx", "xlsx")


def reasons(content: bytes) -> None:
    """Go from the bytes of a file to a score's reasons."""
    categories.forget()
    parties.one_spelling.cache_clear()
    read = read_statement("file", content)
    found = measure(merge_accounts([read.parsed]), made.AS_OF, INSTALMENT_CENTS)
    if not score(found).reasons:
        raise AssertionError


def camt_peer(content: bytes) -> list[tuple[str | None, ...]]:
    """Take amount, side and day of each entry with lxml's stream, and judge nothing."""
    space = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.02}"
    fields = [f"{space}{name}" for name in ("Amt", "CdtDbtInd", "BookgDt")]
    told = []
    for _, entry in etree.iterparse(BytesIO(content), tag=f"{space}Ntry"):
        told.append(tuple(entry.findtext(field) for field in fields))
        entry.clear()
    return told


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--firms", type=int, default=2_000)
    asked = parser.parse_args(arguments)
    files = {form: made.MADE[form](asked.lines) for form in SHOWN}
    work: dict[str, Callable[[], object]] = {
        f"read {form}": functools.partial(read_accounts, "file", content)
        for form, content in files.items()
    }
    work["mt-940 alone"] = functools.partial(mt940.parse, files["mt940"].decode())
    work["lxml stream alone"] = functools.partial(camt_peer, files["camt"])
    for form in ("csv", "mt940", "camt"):
        work[f"bytes to reasons, {form}"] = functools.partial(reasons, files[form])
    memory.settle()  # as a server does after it has opened
    took = _in_turns(work, asked.rounds)
    for name, seconds in took.items():
        middle, late = statistics.median(seconds), _percentile(seconds, 99)
        _say(f"{name:26} {middle * 1e3:8.1f} ms, p99 {late * 1e3:8.1f} ms,"
             f" {asked.lines / middle:10,.0f} lines/s")  # fmt: skip
    for line in batch.report(asked.firms, asked.rounds):
        _say(line)
    return 0


def _in_turns(
    work: dict[str, Callable[[], object]], rounds: int
) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, act in work.items():
            began = time.process_time()
            act()
            took[name].append(time.process_time() - began)
    return took


def _percentile(seconds: list[float], percent: int) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
