"""Read every sample file: python -m tests.risk.statements.fixtures FOLDER.

Prints one row for each file: read, with its accounts, lines and verdicts, or refused,
with the line and the reason. Exit 1 when a file is neither.
"""

import sys
from pathlib import Path

from risk.statements import ParsedStatement, StatementRefused, read_accounts
from risk.statements.integrity import check
from risk.statements.parsed import sum_of

NOT_SAMPLES = ("LICENSE", "README")


def samples(folder: Path) -> list[Path]:
    """List the sample files of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if not path.name.startswith(NOT_SAMPLES)]


def answer(path: Path) -> list[ParsedStatement] | StatementRefused:
    """Read a file, or return why it is refused."""
    try:
        return read_accounts(path.name, path.read_bytes())
    except StatementRefused as refusal:
        return refusal


def row(name: str, found: list[ParsedStatement] | StatementRefused) -> str:
    """Write a file's row of the table."""
    if isinstance(found, StatementRefused):
        where = f"line {found.line}" if found.line else "whole file"
        return f"| {name} | refused | {where} | {found.code} |"
    lines = sum(len(one.transactions) for one in found)
    left_out = sum(len(one.left_out) for one in found)
    verdicts = ", ".join(sorted({_verdict(one) for one in found}))
    told = f"{len(found)} account(s), {lines} line(s), {left_out} left out by name"
    return f"| {name} | read | {told} | {verdicts} |"


def _verdict(statement: ParsedStatement) -> str:
    found = check(statement)
    flaws = "; ".join(one.flaw.value for one in found.findings)
    opening, closing = statement.opening, statement.closing
    proved = None not in {opening, closing} and statement.transactions
    sums = ""
    if proved and (opening or 0) + sum_of(statement.transactions) == closing:
        sums = ", sum = closing - opening"
    return f"{found.verdict.value}{f' ({flaws})' if flaws else ''}{sums}"


def main(folder: str) -> int:
    """Print the table and the counts."""
    files = samples(Path(folder))
    refused = 0
    sys.stdout.write(
        "| file | answer | where, how much | why, verdict |\n|---|---|---|---|\n"
    )
    for path in files:
        found = answer(path)
        refused += isinstance(found, StatementRefused)
        sys.stdout.write(f"{row(str(path.relative_to(folder)), found)}\n")
    read = len(files) - refused
    sys.stdout.write(f"\n{len(files)} files: {read} read, {refused} refused.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
