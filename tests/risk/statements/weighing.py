"""Weigh what reading takes: python -m tests.risk.statements.weighing FORMAT [LINES].

Makes a statement, reads it, and prints its bytes (of a workbook those it unpacks to),
and by how many bytes this process grew at its highest (resident memory, so the
libraries' own memory counts).
"""

import contextlib
import resource
import sys
import zipfile
from io import BytesIO

from risk.statements import StatementRefused, read_accounts
from tests.benchmarks.risk import made

_KIB = 1024


def highest() -> int:
    """Return the most memory this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB


def main(form: str, lines: int = 40_000) -> int:
    """Read one made file; a hostile one may be refused."""
    read_accounts("warm", made.MADE[form](20))
    content = made.MADE[form](lines)
    before = highest()
    with contextlib.suppress(StatementRefused):
        read_accounts("file", content)
    grown = highest() - before
    sys.stdout.write(f"{unpacked(content)} {grown}\n")
    return 0


def unpacked(content: bytes) -> int:
    """Return the bytes that are read: a workbook's once it is unpacked."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return len(content)
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return sum(part.file_size for part in parts.infolist())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
