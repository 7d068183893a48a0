"""Say what each movement is for, by versioned rules over Khmer and Latin words."""

import json
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

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
_DIGITS = re.compile("[0-9០-៩]+")
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


def categorise(transaction: Transaction) -> Category:
    """Say what one movement is for; what no rule knows stays unclassified."""
    said = f"{transaction.counterparty} {transaction.reference}"
    # Without its numbers a text repeats, and what repeats is looked up once.
    return _category_of(_DIGITS.sub("", said), transaction.amount_minor > 0)


@lru_cache(maxsize=_CACHED_TEXTS)
def _category_of(text: str, incoming: bool) -> Category:  # noqa: FBT001 - cached by place
    plain = unicodedata.normalize("NFC", text).lower()
    found = (_INCOMING if incoming else _OUTGOING).find(plain)
    return min(found, key=_PLACE.__getitem__, default=Category.UNCLASSIFIED)


def normalise_counterparty(transaction: Transaction) -> str:
    """Return one spelling of who stands on the other side, for counting them."""
    return _one_spelling(transaction.counterparty or transaction.reference)


@lru_cache(maxsize=_CACHED_TEXTS)
def _one_spelling(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).lower()
    return " ".join(_COMPANY_FORMS.sub(" ", _NUMBERS.sub(" ", plain)).split())


_NUMBERS = re.compile(r"[\d\u200b*#/_.,;:()-]+")
_COMPANY_FORMS = re.compile(r"\b(?:co|ltd|limited|plc|company|inc|llc|mr|mrs|ms|the)\b")
