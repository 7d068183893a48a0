"""Mutants made by hand: what mutmut does not reach, and the tests they die by."""

from dataclasses import dataclass
from typing import Final

MIGRATION: Final = "api/migrations/versions/0001_ledger.py"


@dataclass(frozen=True)
class Mutant:
    """One text of a file, which stands there once, replaced by another.

    ``tests`` names who must notice, below ``tests/ledger``. ``lives`` says why nobody
    can, of a mutant that does no harm.
    """

    before: str
    after: str
    tests: str
    file: str = MIGRATION
    lives: str = ""


def killed_by(
    tests: str, *changes: tuple[str, str], file: str = MIGRATION
) -> list[Mutant]:
    """Return mutants that the same tests must notice."""
    return [Mutant(before, after, tests, file) for before, after in changes]
