"""Find out what the columns of a table hold, by the headings banks and wallets use."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_KNOWN = json.loads(
    files("risk.statements").joinpath("columns.json").read_text("utf-8")
)
_HEADINGS: dict[str, str] = {
    heading: column for column, names in _KNOWN["headings"].items() for heading in names
}
_SPACES = re.compile(r"[\s\u200b/_.:;()\[\]&-]+")
NOWHERE = -1
_CACHED_WORDS = 4_096
_IN_UNIT = re.compile(r"\b(usd|khr|eur|riels?)\b|[$៛#*]")


@dataclass(frozen=True)
class Columns:
    """Which place in a row holds what.

    A column the table does not have is ``NOWHERE``, a place that is empty in every row.
    """

    booked_on: int
    value_on: int = NOWHERE
    amount: int = NOWHERE
    debit: int = NOWHERE
    credit: int = NOWHERE
    kind: int = NOWHERE
    side: int = NOWHERE
    balance: int = NOWHERE
    currency: int = NOWHERE
    counterparty: int = NOWHERE
    reference: int = NOWHERE
    reference_number: int = NOWHERE
    account: int = NOWHERE
    fee: int = NOWHERE
    status: int = NOWHERE
    width: int = 0
    unit: str = ""

    @property
    def moves(self) -> tuple[int, ...]:
        """Return the columns that say how much moved."""
        return tuple({self.amount, self.debit, self.credit} - {NOWHERE})

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return every column of amounts."""
        return tuple({*self.moves, self.balance, self.fee} - {NOWHERE})


def tidy_words(text: str) -> str:
    """Write a heading or a label in one spelling: lower case, single spaces."""
    plain = unicodedata.normalize("NFC", text).lower()
    return _SPACES.sub(" ", plain).strip()


def find_columns(row: Sequence[str]) -> Columns | None:
    """Read a heading row; ``None`` when it does not name a date and an amount."""
    places: dict[str, int] = {}
    unit = ""
    for place, cell in enumerate(row):
        heading = tidy_words(cell)
        bare = _SPACES.sub(" ", _IN_UNIT.sub(" ", heading)).strip()
        column = _HEADINGS.get(heading) or _HEADINGS.get(bare)
        if column and column not in places:
            places[column] = place
            unit = unit or _unit_of(heading)
    if "booked_on" not in places and "value_on" in places:
        places["booked_on"] = places["value_on"]
    has_amount = "amount" in places or ("debit" in places and "credit" in places)
    if "booked_on" not in places or not has_amount:
        return None
    width = max(place for place, cell in enumerate(row) if cell.strip()) + 1
    return Columns(width=width, unit=unit, **places)


def _unit_of(heading: str) -> str:
    if re.search(r"\busd\b|\$", heading):
        return "USD"
    return "KHR" if re.search(r"\bkhr\b|\briels?\b|៛", heading) else ""


class Labels:
    """Tells rows that move no money, such as totals, from rows that do."""

    def __init__(self, columns: Columns) -> None:
        self.moves = columns.moves
        self.booked_on = columns.booked_on
        self.reference = columns.reference
        self.status = columns.status

    def kind(self, cells: Sequence[str]) -> str:
        """Say what a row is that moves no money; nothing if it moves some."""
        if self.status >= 0 and not is_word(cells[self.status], "done_words"):
            return "not completed"
        dated = cells[self.booked_on][:1].isdigit()
        if dated and any(map(cells.__getitem__, self.moves)):
            # A dated line with an amount is a label only if it says nothing else.
            said = cells[self.reference]
            begins = said[:_BEGINNING].lower()
            return _balance_label(said) if begins in _BEGINNINGS else ""
        label = find_label(cells)
        if label:
            return "" if dated and label in {"total", "end"} else label
        return "heading" if find_columns(cells) else ""


def find_label(cells: Sequence[str]) -> str:
    """Return the first label among cells, such as ``opening``, or nothing."""
    return next(filter(None, (_label_of(tidy_words(cell)) for cell in cells)), "")


def _balance_label(text: str) -> str:
    label = _EXACT.get(tidy_words(text), "")
    return label if label in {"opening", "closing"} else ""


def _label_of(words: str) -> str:
    for known, kind in _LABELS:
        if words == known or words.startswith(f"{known} "):
            return kind
    return ""


@lru_cache(maxsize=_CACHED_WORDS)
def is_word(text: str, kind: str) -> bool:
    """Say whether a cell is exactly one of the known words of a kind."""
    return text.strip() in _KNOWN[kind] or tidy_words(text) in _KNOWN[kind]


def is_side(text: str) -> bool:
    """Say whether a cell says that money came in or went out."""
    return is_word(text, "debit_words") or is_word(text, "credit_words")


_LABELS = [
    (words, kind)
    for kind in ("opening", "closing", "total", "end")
    for words in _KNOWN[f"{kind}_words"]
]
_EXACT = dict(_LABELS)
_BEGINNING = 3
_BEGINNINGS = {
    words[:_BEGINNING] for words, kind in _LABELS if kind in {"opening", "closing"}
}
