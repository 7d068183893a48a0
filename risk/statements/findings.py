"""What can be wrong with a statement, and how much each weighs."""

from dataclasses import dataclass
from enum import StrEnum

MAX_SHOWN_LINES = 100


class Verdict(StrEnum):
    """Whether a statement may be relied on."""

    OK = "ok"
    REVIEW = "review"
    REJECT = "reject"


class Flaw(StrEnum):
    """What can be found on statements, alone or beside each other."""

    BALANCE_BROKEN = "balance_broken"
    DUPLICATE_LINES = "duplicate_lines"
    OUT_OF_ORDER = "out_of_order"
    NO_BALANCES = "no_balances"
    IMPOSSIBLE_DATE = "impossible_date"
    TOLD_BY_TWO_FILES = "told_by_two_files"
    FILES_DISAGREE = "files_disagree"
    CIRCULAR_TRANSFERS = "circular_transfers"
    WINDOW_DRESSING = "window_dressing"
    GAP = "gap"
    ROUND_AMOUNTS = "round_amounts"
    FIRST_DIGITS = "first_digits"
    BATCH_UNLIKE_ENTRY = "batch_unlike_entry"
    TOTAL_UNLIKE_LINES = "total_unlike_lines"
    CURRENCY_TOLD = "currency_told"


_WEIGHT = {Flaw.BALANCE_BROKEN: Verdict.REJECT}
# Honest statements have these too: they are told and weigh nothing.
_FLAGS = frozenset({Flaw.GAP, Flaw.ROUND_AMOUNTS, Flaw.FIRST_DIGITS})


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw and the source lines it shows on."""

    flaw: Flaw
    lines: tuple[int, ...]

    @property
    def verdict(self) -> Verdict:
        """Return what this alone makes of a statement."""
        if self.flaw in _FLAGS:
            return Verdict.OK
        return _WEIGHT.get(self.flaw, Verdict.REVIEW)

    def to_json(self) -> dict[str, object]:
        """Write the finding as plain values, with at most 100 lines."""
        return {"flaw": self.flaw.value, "lines": list(self.lines[:MAX_SHOWN_LINES])}


@dataclass(frozen=True, slots=True)
class Integrity:
    """The verdict and everything that led to it."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: tuple[Finding, ...]) -> "Integrity":
        """Judge by the gravest finding."""
        verdicts = {finding.verdict for finding in findings}
        for verdict in (Verdict.REJECT, Verdict.REVIEW):
            if verdict in verdicts:
                return cls(verdict, findings)
        return cls(Verdict.OK, findings)

    def to_json(self) -> list[dict[str, object]]:
        """Write the findings as plain values."""
        return [found.to_json() for found in self.findings]
