"""Time what the audit promises: python -m tests.benchmarks.audit [--only PART].

The log's parts run on a durable server: business beside sealing, then sealing, export and
verify.py. Signatures and client money: the middle of the rounds, and the goal.
"""

import argparse
import os
import platform
import statistics
import sys
import time

from tests.benchmarks.audit import business, client_money, log, signatures, world

KINDS = {"signatures": signatures, "client_money": client_money}

PARTS = ("business", "log", "signatures", "client_money")


def main(arguments):
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--signers", type=int, default=1_000)
    parser.add_argument("--wallets", type=int, default=100_000)
    asked = parser.parse_args(arguments)
    for part in (asked.only,) if asked.only else PARTS:
        for line in _lines(part, asked):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    cores, load = os.cpu_count(), os.getloadavg()[0]
    sys.stdout.write(f"{platform.machine()}, {cores} cores, load {load:.1f}\n")
    return 0


def _lines(part, asked):
    """Measure one part; yield a line for each figure."""
    if part == "business":
        with world.server() as admin:
            yield from business.run(admin, rounds=asked.rounds, seconds=asked.seconds)
    elif part == "log":
        with world.server() as admin:
            for count in (asked.entries // 10, asked.entries):
                yield from log.measure(admin, count).lines()
    else:
        crowd = asked.signers if part == "signatures" else asked.wallets
        for name, work, rounds, goal in KINDS[part].cases(crowd):
            yield f"{name:58} {_middle(work, rounds) * 1000:10.1f} ms   goal {goal}"


def _middle(work, rounds):
    """Return the middle of the seconds that a piece of work took."""
    return statistics.median(_seconds(work) for _ in range(rounds))


def _seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
