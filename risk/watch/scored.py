"""Read the file of decisions that a scorecard is watched by."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ledger.errors import Invalid

GROUPED_BY = ("sex", "province", "age_band")
MAX_DECISIONS = 5_000_000
_POINTS_PREFIX = "points_"
_NEEDED = ("decided_on", "score", "pd_bps", "model_accepts", "accepted")
_ANSWERS = {"yes": True, "no": False}
_OUTCOMES = {"good": False, "bad": True, "": None}


class ScoredFileWrong(Invalid):
    """A file of decisions does not say what it must."""

    code = "scored_file_wrong"
    message = "Line {line} of the decisions: {why}."


@dataclass(frozen=True)
class ScoredLoan:
    """One decision: the card's word, the people's, and the outcome once it is known.

    ``accepted`` is None while people have not decided; ``set_aside`` tells that two of
    them set the card's refusal aside, whatever they decided after it. ``groups`` are
    asked for watching alone; no card reads them.
    """

    decided_on: date
    score: int
    pd_bps: int
    model_accepts: bool
    accepted: bool | None
    bad: bool | None
    points: Mapping[str, int]
    groups: Mapping[str, str]
    challenger_pd_bps: int | None
    set_aside: bool = False

    @property
    def vintage(self) -> str:
        """Return the quarter of the decision."""
        return f"{self.decided_on.year}-Q{(self.decided_on.month + 2) // 3}"


def read_scored(path: Path) -> list[ScoredLoan]:
    """Read decisions from CSV.

    Columns ``decided_on``, ``score``, ``pd_bps``, ``model_accepts`` and ``accepted``
    (``yes`` or ``no``); if known ``outcome`` (``good``, ``bad`` or empty),
    ``challenger_pd_bps``, ``points_FEATURE``, ``sex``, ``province``, ``age_band``.

    Raises:
        ScoredFileWrong: A column is missing, or a cell is not what it must be.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for name in _NEEDED:
            if name not in (rows.fieldnames or ()):
                raise ScoredFileWrong(line=1, why=f"no column {name}")
        return list(_read(rows))


def read_traits(path: Path) -> dict[str, dict[str, str]]:
    """Read what is known of people by party: CSV of ``party``, ``sex``, ``age_band``.

    Raises:
        ScoredFileWrong: There is no column ``party``.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if "party" not in (rows.fieldnames or ()):
            raise ScoredFileWrong(line=1, why="no column party")
        return {
            row["party"]: {name: row[name] for name in GROUPED_BY if row.get(name)}
            for row in rows
        }


def _read(rows: "csv.DictReader[str]") -> Iterator[ScoredLoan]:
    for number, row in enumerate(rows):
        if number >= MAX_DECISIONS:
            raise ScoredFileWrong(line=rows.line_num, why="too many decisions")
        try:
            yield _scored(row)
        except (KeyError, ValueError, TypeError) as wrong:
            why = f"a cell is not what it must be ({wrong})"
            raise ScoredFileWrong(line=rows.line_num, why=why) from wrong


def _scored(row: Mapping[str, str]) -> ScoredLoan:
    challenger = row.get("challenger_pd_bps", "")
    return ScoredLoan(
        date.fromisoformat(row["decided_on"]),
        int(row["score"]),
        int(row["pd_bps"]),
        _ANSWERS[row["model_accepts"]],
        _ANSWERS[row["accepted"]],
        _OUTCOMES[row.get("outcome", "")],
        {
            name.removeprefix(_POINTS_PREFIX): int(cell)
            for name, cell in row.items()
            if name.startswith(_POINTS_PREFIX)
        },
        {name: row[name] for name in GROUPED_BY if row.get(name)},
        int(challenger) if challenger else None,
    )
