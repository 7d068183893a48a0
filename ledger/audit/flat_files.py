"""Write the journal and the trial balance as flat files, from sealed entries alone."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

JOURNAL = "ads/journal.csv"
BALANCES = "ads/trial_balance.csv"
_HEAD = ("entry", "kind", "effective_on", "booked_at")
_POSTED = b'"type":"entry.posted"'


class FlatFiles:
    """Takes entries in their order; the lines are those ``docs/audit-format.md`` gives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sides: dict[tuple[str, str], list[int]] = {}
        self._journal = _open(folder / JOURNAL)
        self._write = csv.writer(self._journal, lineterminator="\n").writerow
        self._write(("seq", *_HEAD, "account", "asset", "units"))

    def take(self, canonical: bytes) -> None:
        """Write the lines of an entry, if it posts to the journal."""
        if _POSTED not in canonical:
            return
        entry = json.loads(canonical)
        if entry["type"] != "entry.posted":
            return
        posted = entry["data"]
        head = (entry["seq"], *(posted[name] for name in _HEAD))
        for account, asset, units in posted["legs"]:
            self._write((*head, account, asset, units))
            side = self._sides.setdefault((account, asset), [0, 0])
            side[units.startswith("-")] += abs(int(units))

    def finish(self) -> Sequence[str]:
        """Write the trial balance and close; return the paths of both files."""
        self._journal.close()
        with _open(self._folder / BALANCES) as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(("account", "asset", "debits", "credits", "balance"))
            for key, (debit, credit) in sorted(self._sides.items()):
                lines.writerow((*key, debit, credit, debit - credit))
        return (JOURNAL, BALANCES)

    def close(self) -> None:
        """Let the file go when the export is given up."""
        self._journal.close()


def _open(path: Path) -> TextIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8", newline="")
