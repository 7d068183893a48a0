"""Find out what the columns of a table hold, by the headings banks and wallets use."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

from risk.statements.sheet import Sheet

_KNOWN = json.loads(
    files("risk.statements").joinpath("columns.json").read_text("utf-8")
)
_HEADINGS: dict[str, str] = {
    heading: column for column, names in _KNOWN["headings"].items() for heading in names
}
_SPACES = re.compile(r"[\s\u200b/_.:;()\[\]&-]+")
NOWHERE = -1
_OF_MONEY = frozenset({"amount", "debit", "credit", "balance", "fee"})
_HOW_MUCH = frozenset({"amount", "debit", "credit"})
_CACHED_WORDS = 4_096
_IN_UNIT = re.compile(r"\b(usd|khr|eur|riels?)\b|[$៛#*]")


@dataclass(frozen=True)
class Columns:
    """Which place in a row holds what.

    A column the table does not have is ``NOWHERE``, a place that is empty in every row.
    ``payee`` stands on the other side of what goes out, where two columns name sides.
    ``other`` are the columns of a second currency, where amounts have two; ``alike`` are
    pairs of columns whose headings say the same of how much moved.
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
    payee: int = NOWHERE
    reference: int = NOWHERE
    reference_number: int = NOWHERE
    account: int = NOWHERE
    fee: int = NOWHERE
    status: int = NOWHERE
    width: int = 0
    unit: str = ""
    other: "Columns | None" = None
    alike: tuple[tuple[int, int], ...] = ()

    @property
    def moves(self) -> tuple[int, ...]:
        """Return the columns that say how much moved."""
        return tuple({self.amount, self.debit, self.credit} - {NOWHERE})

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return every column of amounts."""
        return tuple({*self.moves, self.balance, self.fee} - {NOWHERE})


SavedColumns: TypeAlias = Mapping[str, tuple[str, Columns]]
"""The columns somebody has named, and the id of who did, by their fingerprint."""

_Found: TypeAlias = tuple[str, Columns | None]

NOTHING_SAVED: SavedColumns = MappingProxyType({})


def tidy_words(text: str) -> str:
    """Write a heading or a label in one spelling: lower case, single spaces."""
    plain = unicodedata.normalize("NFC", text).lower()
    return _SPACES.sub(" ", plain).strip()


def bare_words(text: str) -> str:
    """Write a heading in one spelling and without the currency it names."""
    return _SPACES.sub(" ", _IN_UNIT.sub(" ", tidy_words(text))).strip()


def finder(saved: SavedColumns = NOTHING_SAVED) -> Callable[[Sequence[str]], _Found]:
    """Return what finds columns as somebody named them, with the map's id, or by words."""

    def find(cells: Sequence[str]) -> _Found:
        mark = fingerprint(cells)
        return saved.get(mark) or SHIPPED.get(mark) or ("", find_columns(cells))

    return find


def fingerprint(headings: Sequence[str]) -> str:
    """Return what tells one row of headings from others, whatever their spelling."""
    said = "\n".join(map(tidy_words, headings)).rstrip("\n")
    return hashlib.sha256(said.encode()).hexdigest()


def find_columns(row: Sequence[str]) -> Columns | None:
    """Read a heading row; ``None`` when it does not name a date and an amount."""
    places: dict[str, int] = {}
    in_second: dict[str, int] = {}
    alike: list[tuple[int, int]] = []
    unit = second = ""
    for place, cell in enumerate(row):
        heading = tidy_words(cell)
        column = known_heading(cell)
        named = unit_of(heading)
        if column in _OF_MONEY and named and unit and named != unit:
            in_second.setdefault(column, place)
            second = named
        elif column and column not in places:
            places[column] = place
            unit = unit or named
        elif column in _HOW_MUCH:
            alike.append((places[column], place))
    places |= _sides_named(row, places)
    width = max((place for place, cell in enumerate(row) if cell.strip()), default=0)
    columns = columns_at(places, width + 1, unit)
    if columns and second:
        shared = {name: at for name, at in places.items() if name not in _OF_MONEY}
        other = columns_at(shared | in_second, width + 1, second)
        columns = replace(columns, other=other)
    return replace(columns, alike=tuple(alike)) if columns else None


def _sides_named(row: Sequence[str], places: Mapping[str, int]) -> dict[str, int]:
    """Part who pays from who is paid, where one column names each."""
    if "counterparty" not in places:
        return {}
    named = {tidy_words(cell): place for place, cell in enumerate(row)}
    payers = [named[word] for word in _KNOWN["payers"] if word in named]
    payees = [named[word] for word in _KNOWN["payees"] if word in named]
    if not payers or not payees:
        return {}
    return {"counterparty": payers[0], "payee": payees[0]}


def known_heading(text: str) -> str:
    """Return what a heading's words say is below it, or nothing."""
    heading = tidy_words(text)
    return _HEADINGS.get(heading) or _HEADINGS.get(bare_words(text), "")


def columns_at(places: dict[str, int], width: int, unit: str = "") -> Columns | None:
    """Make columns of named places; ``None`` without a date and an amount."""
    if "booked_on" not in places and "value_on" in places:
        places = places | {"booked_on": places["value_on"]}
    has_amount = "amount" in places or ("debit" in places and "credit" in places)
    if "booked_on" not in places or not has_amount:
        return None
    return Columns(width=width, unit=unit, other=None, alike=(), **places)


def unit_of(text: str) -> str:
    """Return the currency a heading names, dollars or riel."""
    heading = tidy_words(text)
    if re.search(r"\busd\b|\$", heading):
        return "USD"
    return "KHR" if re.search(r"\bkhr\b|\briels?\b|៛", heading) else ""


class Labels:
    """Tells rows that move no money, such as totals, from rows that do."""

    def __init__(self, columns: Columns, heading: Sequence[str]) -> None:
        self.heading = list(heading)
        self.moves = columns.moves + (columns.other.moves if columns.other else ())
        self.booked_on = columns.booked_on
        self.reference = columns.reference
        self.status = columns.status

    def doubtful(self, rows: Sheet) -> list[int]:
        """Return the places of the few rows that :meth:`kind` may not call moving."""
        days, said = rows.column(self.booked_on), rows.column(self.reference)
        states, moved = rows.column(self.status), rows.joined(self.moves)
        dated = {day for day in set(days) if day[:1].isdigit()}
        plain = {text for text in set(said) if not _may_begin_label(text)}
        done = {state for state in set(states) if self._is_done(state)}
        if (
            dated.issuperset(days)
            and plain.issuperset(said)
            and done.issuperset(states)
        ):
            return [at for at, text in enumerate(moved) if not text]
        return [
            at
            for at, (day, text, state, told) in enumerate(
                zip(days, said, states, moved, strict=True)
            )
            if not (told and day in dated and text in plain and state in done)
        ]

    def kind(self, cells: Sequence[str]) -> str:
        """Say what a row is that moves no money; nothing if it moves some."""
        if not self._is_done(cells[self.status]):
            return "not completed"
        dated = cells[self.booked_on][:1].isdigit()
        if dated and any(map(cells.__getitem__, self.moves)):
            # A dated line with an amount is a label only if it says nothing else.
            said = cells[self.reference]
            return _balance_label(said) if _may_begin_label(said) else ""
        label = find_label(cells)
        if label:
            return "" if dated and label in {"total", "end"} else label
        again = list(cells[: len(self.heading)]) == self.heading
        if again or find_columns(cells):
            return "heading"
        # Words alone where a date should be, and nothing beside them, move nothing.
        lone = not dated and sum(map(bool, cells)) == 1 and cells[self.booked_on]
        return "remark" if lone else ""

    def _is_done(self, state: str) -> bool:
        return self.status < 0 or is_word(state, "done_words")


def find_label(cells: Sequence[str]) -> str:
    """Return the first label among cells, such as ``opening``, or nothing."""
    return next(filter(None, (_label_of(tidy_words(cell)) for cell in cells)), "")


def _may_begin_label(text: str) -> bool:
    return text[:_BEGINNING].lower() in _BEGINNINGS


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


def _shipped() -> dict[str, tuple[str, Columns]]:
    text = files("risk.statements").joinpath("shipped.json").read_text("utf-8")
    maps: dict[str, tuple[str, Columns]] = {}
    for one in json.loads(text)["maps"]:
        headings = [heading for heading, _ in one["columns"]]
        places = {holds: at for at, (_, holds) in enumerate(one["columns"]) if holds}
        columns = columns_at(places, len(headings))
        if columns:
            maps[fingerprint(headings)] = ("", columns)
    return maps


SHIPPED: SavedColumns = _shipped()
"""Styles of exports whose columns come named with the product."""
