"""Time what the audit promises: python -m tests.benchmarks.audit [--signers N].

One line for each piece of work: what, how often, the middle of the rounds, and the goal.
"""

import argparse
import statistics
import sys
import time

from tests.benchmarks.audit import client_money, signatures


def main(arguments):
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signers", type=int, default=1_000)
    parser.add_argument("--wallets", type=int, default=100_000)
    asked = parser.parse_args(arguments)
    cases = [*signatures.cases(asked.signers), *client_money.cases(asked.wallets)]
    for name, work, rounds, goal in cases:
        line = f"{name:58} {_middle(work, rounds) * 1000:10.1f} ms   goal {goal}"
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return 0


def _middle(work, rounds):
    """Return the middle of the seconds that a piece of work took."""
    return statistics.median(_seconds(work) for _ in range(rounds))


def _seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
