"""Touch a line of a clean statement at random: python -m tests.risk.statements.tampering.

Counts how many of the touched files are found out, and how many clean ones raise a
false alarm: [--tries 10000] [--clean 1000].
"""

import argparse
import random
import sys
from collections import Counter
from datetime import date

from ledger.money import Currency
from risk.statements import Profile, StatementRefused, Verdict, read_statement
from risk.statements.sample import sample_statement

ENDS_ON = date(2025, 12, 31)
FIRST = 4


def clean(seed: int) -> bytes:
    """Make a statement with an opening, a balance on every line and a closing."""
    chance = random.Random(seed)
    return sample_statement(
        seed,
        chance.choice(list(Profile)),
        months=chance.choice((1, 2, 3, 6)),
        currency=chance.choice(list(Currency)),
        ends_on=ENDS_ON,
    )


def lines_of(content: bytes) -> list[str]:
    """Cut a sample into lines; those that move money begin at ``FIRST``."""
    return content.decode("utf-8-sig").split("\r\n")


def edit(chance: random.Random, lines: list[str]) -> None:
    """Change one digit of an amount or of a balance."""
    place = _somewhere(chance, lines)
    text = lines[place]
    # The amounts are the last three cells; a comma inside one is inside quotes.
    start = text.index(",", text.index(",FT") + 1)
    digits = [at for at in range(start, len(text)) if text[at].isdigit()]
    at = chance.choice(digits)
    new = chance.choice([digit for digit in "0123456789" if digit != text[at]])
    lines[place] = text[:at] + new + text[at + 1 :]


def delete(chance: random.Random, lines: list[str]) -> None:
    """Take a line out."""
    del lines[_somewhere(chance, lines)]


def duplicate(chance: random.Random, lines: list[str]) -> None:
    """Tell a line a second time, here or elsewhere."""
    told = lines[_somewhere(chance, lines)]
    lines.insert(_somewhere(chance, lines), told)


def insert(chance: random.Random, lines: list[str]) -> None:
    """Put in a sale that never was, with a balance made up or copied from beside it."""
    place = _somewhere(chance, lines)
    cells = lines[place].split(",")
    balance = chance.choice(("1.00", lines[place].rpartition(',"')[2].strip('"')))
    amount = f"{chance.randint(1, 99)}.{chance.randint(0, 99):02d}"
    lines.insert(place, f'{cells[0]},Somebody,Sale,X1,{amount},,"{balance}"')


ACTS = (edit, delete, insert, duplicate)


def is_found(lines: list[str]) -> bool:
    """Say whether a file is refused, or put before a person."""
    try:
        read = read_statement("a.csv", "\r\n".join(lines).encode())
    except StatementRefused:
        return True
    return read.integrity.verdict is not Verdict.OK


def _somewhere(chance: random.Random, lines: list[str]) -> int:
    """Choose a line that moves money; the closing and an empty end stand behind."""
    return chance.randint(FIRST, len(lines) - 3)


def main(arguments: list[str]) -> int:
    """Count and print; exit 1 when one touched file was taken for clean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=10_000)
    parser.add_argument("--clean", type=int, default=1_000)
    asked = parser.parse_args(arguments)
    files = [clean(seed) for seed in range(asked.clean)]
    alarms = sum(is_found(lines_of(content)) for content in files)
    sys.stdout.write(f"clean files: {asked.clean}, false alarms: {alarms}\n")
    missed: Counter[str] = Counter()
    chance = random.Random("tampering")
    for number in range(asked.tries):
        act = ACTS[number % len(ACTS)]
        lines = lines_of(files[number % len(files)])
        act(chance, lines)
        if not is_found(lines):
            missed[act.__name__] += 1
    found = asked.tries - missed.total()
    sys.stdout.write(f"touched files: {asked.tries}, found: {found} {dict(missed)}\n")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
