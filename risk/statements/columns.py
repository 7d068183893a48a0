"""Find out what the columns of a table hold, by the headings banks and wallets use."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

_KNOWN = json.loads(
    files("risk.statements").joinpath("columns.json").read_text("utf-8")
)
_HEADINGS: dict[str, str] = {
    heading: column for column, names in _KNOWN["headings"].items() for heading in names
}
_SPACES = re.compile(r"[\s\u200b/_.:;()\[\]&-]+")
_LONG = 32
_IN_UNIT = re.compile(r"\b(usd|khr|eur|riels?)\b|[$៛#*]")


@dataclass(frozen=True)
class Columns:
    """Which place in a row holds what; ``None`` where the table has no such column."""

    booked_on: int
    value_on: int | None = None
    amount: int | None = None
    debit: int | None = None
    credit: int | None = None
    side: int | None = None
    balance: int | None = None
    currency: int | None = None
    counterparty: int | None = None
    reference: int | None = None
    reference_number: int | None = None
    account: int | None = None
    fee: int | None = None
    status: int | None = None
    width: int = 0
    unit: str = ""

    @property
    def moves(self) -> tuple[int, ...]:
        """Return the columns that say how much moved."""
        places = (self.amount, self.debit, self.credit)
        return tuple(place for place in places if place is not None)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return every column of amounts."""
        places = (*self.moves, self.balance, self.fee)
        return tuple(place for place in places if place is not None)


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


def label_kind(cells: Sequence[str], columns: Columns) -> str:
    """Say what a row is that moves no money, such as ``total``; nothing if it moves."""
    if _is_unfinished(cells, columns.status):
        return "not completed"
    width = len(cells)
    dated = columns.booked_on < width and cells[columns.booked_on][:1].isdigit()
    if dated and any(place < width and cells[place].strip() for place in columns.moves):
        # A dated line with an amount is a label only if it says nothing else.
        place = columns.reference
        said = cells[place] if place is not None and place < width else ""
        return _BALANCE_LABELS.get(tidy_words(said), "") if len(said) < _LONG else ""
    labels = (_label_of(tidy_words(cell)) for cell in cells)
    kind = next((label for label in labels if label), "")
    if kind:
        return "" if dated and kind in {"total", "end"} else kind
    return "heading" if find_columns(cells) else ""


def _is_unfinished(cells: Sequence[str], place: int | None) -> bool:
    if place is None or place >= len(cells):
        return False
    return tidy_words(cells[place]) not in _KNOWN["done_words"]


def _label_of(words: str) -> str:
    for known, kind in _LABELS:
        if words == known or words.startswith(f"{known} "):
            return kind
    return ""


def is_word(text: str, kind: str) -> bool:
    """Say whether a cell is exactly one of the known words of a kind."""
    return text.strip() in _KNOWN[kind] or tidy_words(text) in _KNOWN[kind]


_LABELS = [
    (words, kind)
    for kind in ("opening", "closing", "total", "end")
    for words in _KNOWN[f"{kind}_words"]
]
_BALANCE_LABELS = {
    words: kind for words, kind in _LABELS if kind in {"opening", "closing"}
}
