"""Run published lending cases: python -m tests.vectors FILE."""

import sys
from pathlib import Path

from tests.vectors.run import count, run

_USAGE = "usage: python -m tests.vectors FILE (a JSON list of cases)"


def main(arguments):
    """Print a line for each case and the counts; fail when a case fails."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        sys.stderr.write(f"{_USAGE}\n")
        return 2
    verdicts = run(arguments[0])
    for verdict in verdicts:
        sys.stdout.write(f"{verdict}\n")
    counts = count(verdicts)
    listed = ", ".join(f"{number} {word}" for word, number in counts.items())
    sys.stdout.write(f"{len(verdicts)} cases: {listed}\n")
    return 1 if counts["fail"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
