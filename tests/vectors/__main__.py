"""Run published lending cases: python -m tests.vectors FILE.

Ends with 0 when every case passes, 1 when one fails, 2 when the file is no list of
cases, and 3 when none fails but some ask for what is not known here.
"""

import sys

from tests.vectors.case import Malformed
from tests.vectors.run import count, run

_USAGE = "usage: python -m tests.vectors FILE (a JSON list of cases)"
_PASS, _FAIL, _NO_CASES, _UNSUPPORTED = range(4)


def main(arguments):
    """Print a line for each case and the counts; fail when a case fails."""
    if len(arguments) != 1:
        sys.stderr.write(f"{_USAGE}\n")
        return _NO_CASES
    try:
        verdicts = run(arguments[0])
    except Malformed as trouble:
        sys.stderr.write(f"{trouble}\n{_USAGE}\n")
        return _NO_CASES
    for verdict in verdicts:
        sys.stdout.write(f"{verdict}\n")
    counts = count(verdicts)
    listed = ", ".join(f"{number} {word}" for word, number in counts.items())
    sys.stdout.write(f"{len(verdicts)} cases: {listed}\n")
    if counts["fail"]:
        return _FAIL
    return _UNSUPPORTED if counts["unsupported"] else _PASS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
