"""Recompute the ledger's laws and flat files from the entries alone."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, BinaryIO

from ledger.audit.verifier.answers import require
from ledger.audit.verifier.files import JOURNAL
from ledger.audit.verifier.forms import canonical, fits

HEADER = ("booked_at", "effective_on", "entry", "kind")
MOST_UNFINISHED = 1_000
JOURNAL_HEAD = ("seq", "entry", "kind", "effective_on", "booked_at")
LEG_HEAD = ("account", "asset", "units")
BALANCES_HEAD = ("account", "asset", "debits", "credits", "balance")
POSTED: dict[str, type] = {
    **dict.fromkeys((*HEADER, "journal_hash"), str),
    "legs": list,
    "part": int,
    "parts": int,
}
UNITS = re.compile(r"0|-?[1-9][0-9]{0,38}", re.ASCII)


@dataclass
class Flat:
    """A flat file that must say, line by line, what the entries say."""

    path: str
    file: BinaryIO
    line: int = 1

    def expect(self, *rows: Sequence[object]) -> None:
        """Compare the next lines."""
        text = StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        raw = text.getvalue().encode()
        place = f"{self.path} from line {self.line}"
        require(self.file.read(len(raw)) == raw, place, "is not what the entries say")
        self.line += len(rows)


@dataclass
class Books:
    """The ledger's laws, recomputed from the entries alone."""

    journal: Flat
    seen: set[int] = field(default_factory=set)
    unfinished: dict[str, list[Any]] = field(default_factory=dict)
    sides: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def post(self, seq: int, posted: Any, place: str) -> None:
        """Check one part of a journal entry, and the whole when it is the last part."""
        require(fits(posted, POSTED), place, "is no well-formed posting")
        require(all(map(_is_leg, posted["legs"])), place, "has a malformed leg")
        entry = posted["entry"]
        if posted["part"] == 0:
            require(hash(entry) not in self.seen, place, "posts a journal entry twice")
            self.seen.add(hash(entry))
            self.unfinished[entry] = []
        parts = [*self.unfinished.pop(entry, ()), posted]
        is_next = len(parts) == posted["part"] + 1 <= posted["parts"]
        require(is_next, place, "is out of turn among the parts of its journal entry")
        head = (seq, *(posted[name] for name in JOURNAL_HEAD[1:]))
        self.journal.expect(*((*head, *leg) for leg in posted["legs"]))
        if len(parts) < posted["parts"]:
            self.unfinished[entry] = parts
            waiting = sum(map(len, self.unfinished.values()))
            require(waiting <= MOST_UNFINISHED, place, "leaves too many parts waiting")
        else:
            self._close(parts, place)

    def _close(self, parts: list[Any], place: str) -> None:
        legs = [leg for part in parts for leg in part["legs"]]
        for part in parts:
            whole = {name: part[name] for name in HEADER} | {"legs": legs}
            digest = hashlib.sha256(b"journal/v1\n" + canonical(whole)).hexdigest()
            require(digest == part["journal_hash"], place, "is not what its hash says")
        totals: Counter[str] = Counter()
        for account, asset, units in legs:
            totals[asset] += int(units)
            side = self.sides.setdefault((account, asset), [0, 0])
            side[units.startswith("-")] += abs(int(units))
        require(not any(totals.values()), place, "is a journal entry out of balance")

    def close(self, balances: Flat) -> None:
        """Compare the trial balance once every entry has been posted."""
        require(not self.unfinished, JOURNAL, "lacks parts of a journal entry")
        balances.expect(BALANCES_HEAD)
        for key, (debit, credit) in sorted(self.sides.items()):
            balances.expect((*key, debit, credit, debit - credit))
        for flat in (self.journal, balances):
            require(not flat.file.read(1), flat.path, "says more than the entries")


def _is_leg(leg: Any) -> bool:
    is_text = isinstance(leg, list) and all(isinstance(part, str) for part in leg)
    return is_text and len(leg) == len(LEG_HEAD) and bool(UNITS.fullmatch(leg[2]))
