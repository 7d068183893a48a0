"""Say what each movement is for, by versioned rules over Khmer and Latin words."""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from risk.cashflow.parties import normalise_counterparty
from risk.statements import Transaction

_CACHED_TEXTS = 50_000


class Category(StrEnum):
    """What money came in or went out for."""

    SALES = "sales"
    OWNER_MONEY = "owner_money"
    OWN_TRANSFER = "own_transfer"
    LOAN_IN = "loan_in"
    LOAN_SERVICE = "loan_service"
    SALARIES = "salaries"
    RENT = "rent"
    TAX = "tax"
    SUPPLIERS = "suppliers"
    CASH = "cash"
    FEES = "fees"
    RETURNED = "returned"
    UNCLASSIFIED = "unclassified"


_RULES = json.loads(files("risk.cashflow").joinpath("rules.json").read_text("utf-8"))
RULES_VERSION: str = _RULES["version"]


_PLACE = {rule["category"]: place for place, rule in enumerate(_RULES["rules"])}
_NOT_LETTERS = re.compile(r"[^a-z]+")


@dataclass(frozen=True)
class _Words:
    """The words of one direction: Latin phrases by first word, Khmer as one search."""

    latin: dict[str, list[tuple[str, Category]]]
    khmer: re.Pattern[str]
    khmer_of: dict[str, Category]

    @classmethod
    def of(cls, direction: str) -> "_Words":
        """Index the rules that fit a direction of money."""
        pairs = [
            (word, Category(rule["category"]))
            for rule in _RULES["rules"]
            for word in rule["words"]
            if rule["direction"] in {direction, "any"}
        ]
        latin: dict[str, list[tuple[str, Category]]] = defaultdict(list)
        for word, category in pairs:
            if word.isascii():
                phrase = f" {_NOT_LETTERS.sub(' ', word)} "
                latin[phrase.split(maxsplit=1)[0]].append((phrase, category))
        khmer = {word: category for word, category in pairs if not word.isascii()}
        longest_first = sorted(khmer, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, longest_first)))
        return cls(dict(latin), pattern, khmer)

    def find(self, text: str) -> set[Category]:
        """Return every purpose whose words stand in a text."""
        spaced = f" {_NOT_LETTERS.sub(' ', text)} "
        found = {
            category
            for word in spaced.split()
            for phrase, category in self.latin.get(word, ())
            if phrase in spaced
        }
        if not text.isascii():
            found |= {self.khmer_of[word] for word in self.khmer.findall(text)}
        return found


_INCOMING, _OUTGOING = _Words.of("in"), _Words.of("out")


@dataclass(frozen=True)
class Rulebook:
    """The written rules and, over them, what operators put right, named by a version.

    A correction says what money from or to one counterparty is for; its key is the
    counterparty in one spelling and whether the money comes in.
    """

    corrections: Mapping[tuple[str, bool], Category] = field(default_factory=dict)
    number: int = 0

    @property
    def version(self) -> str:
        """Return the version of the rules, then how many corrections stand over it."""
        return f"{RULES_VERSION}+{self.number}" if self.number else RULES_VERSION


WRITTEN_RULES = Rulebook()


def categorise(
    transaction: Transaction, rulebook: Rulebook = WRITTEN_RULES
) -> Category:
    """Say what one movement is for; what no rule knows stays unclassified."""
    incoming = transaction.amount_minor > 0
    if rulebook.corrections:
        key = normalise_counterparty(transaction), incoming
        if key in rulebook.corrections:
            return rulebook.corrections[key]
    said = f"{transaction.counterparty} {transaction.reference}"
    # Without its numbers a text repeats, and what repeats is looked up once.
    return _category_of(said.encode().translate(None, b"0123456789"), incoming)


@lru_cache(maxsize=_CACHED_TEXTS)
def _category_of(said: bytes, incoming: bool) -> Category:  # noqa: FBT001 - cached by place
    plain = said.decode().lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    found = (_INCOMING if incoming else _OUTGOING).find(plain)
    return min(found, key=_PLACE.__getitem__, default=Category.UNCLASSIFIED)


def forget() -> None:
    """Forget texts looked up before, so that a measurement starts cold."""
    _category_of.cache_clear()
