"""Read amounts as banks write them into whole minor units, or say no.

Nothing is guessed in silence: a text that could mean two numbers under the file's own
style is refused. Khmer digits are read; digits of other scripts are not.
"""

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from babel.numbers import get_currency_precision, list_currencies

from ledger.money import MAX_MINOR, Currency

_KEPT = frozenset(currency.value for currency in Currency)
_KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
_PLAIN = re.compile(r"([+-]?)([0-9]{1,18})(?:\.([0-9]{1,6}))?", re.ASCII)
_WITH_COMMAS = re.compile(
    r"([+-]?)([0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.([0-9]{1,6}))?", re.ASCII
)
_NOISE = re.compile(r"[\s\u00a0\u202f\u200b\u2019']+")
_MARKS = re.compile(r"\$|៛|\b(?:USD|KHR|EUR|RIELS?)\b|រៀល|ដុល្លារ", re.IGNORECASE)
_DEBIT_SIGN = re.compile(r"(?:DR|D)\.?$", re.IGNORECASE)
_CREDIT_SIGN = re.compile(r"(?:CR|C)\.?$", re.IGNORECASE)
_ENDS_AS_DECIMALS = {
    ",": re.compile(r",[0-9]{1,2}$|,[0-9]{4,}$|,$"),
    ".": re.compile(r"\.[0-9]{1,2}$|\.[0-9]{4,}$|\.$"),
}
_GROUPED = {
    ",": re.compile(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}", re.ASCII),
    ".": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+", re.ASCII),
}


# Fifteen digits and three decimals stay below what a ledger holds.
_MOST_DECIMALS = 3
_WHOLE = "-?[0-9]{1,15}"
_GROUPS = "-?[0-9]{1,3}(?:,[0-9]{3}){0,4}"


def _alike(cell: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{cell})?(?:\n(?:{cell})?)*+", re.ASCII)


# By the decimals of every cell: how a column looks with and without commas.
_ALIKE = {
    decimals: (_alike(_WHOLE + end), _alike(_GROUPS + end))
    for decimals, end in ((2, r"\.[0-9]{2}"), (0, ""))
}


class DecimalMark(StrEnum):
    """Which sign a file puts before the decimals."""

    POINT = "."
    COMMA = ","


def latin_digits(text: str) -> str:
    """Write Khmer digits as 0 to 9 and leave the rest alone."""
    return text if text.isascii() else text.translate(_KHMER_DIGITS)


@cache
def currency_exponent(currency: str) -> int | None:
    """Return the decimals of a currency's smallest unit; ``None`` if none is known."""
    if currency in _KEPT:
        return Currency(currency).exponent
    if currency not in _known_currencies():
        return None
    return int(get_currency_precision(currency))


@cache
def _known_currencies() -> frozenset[str]:
    return frozenset(list_currencies()) - {"XXX", "XTS"}


def find_decimal_mark(texts: Sequence[str]) -> DecimalMark:
    """Say which decimal mark most amounts of a file use.

    The few that do not fit it are refused where they stand, with their line.
    """
    if _has_only_cents(texts):
        return DecimalMark.POINT
    unclear = (text for text in texts if not _PLAIN.fullmatch(text) or "." in text)
    votes = Counter(mark for text in unclear if (mark := _vote(_bare(text))))
    return votes.most_common(1)[0][0] if votes else DecimalMark.POINT


def _vote(text: str) -> DecimalMark | None:
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        return DecimalMark.COMMA if comma > point else DecimalMark.POINT
    for mark in DecimalMark:
        other = DecimalMark.COMMA if mark is DecimalMark.POINT else DecimalMark.POINT
        if text.count(mark) == 1 and _ENDS_AS_DECIMALS[mark].search(text):
            return mark
        if text.count(mark) > 1 and _GROUPED[mark].fullmatch(text):
            return other
    return None


def read_minor(
    text: str, exponent: int, mark: DecimalMark = DecimalMark.POINT
) -> int | None:
    """Return an amount in minor units, or ``None`` when it is not a clear number."""
    found = None
    if mark is DecimalMark.POINT:
        found = _PLAIN.fullmatch(text) or _WITH_COMMAS.fullmatch(text)
    if found is None:
        found = _PLAIN.fullmatch(_tidy(text, mark))
    if found is None:
        return None
    sign, whole, decimals = found.groups("")
    if len(decimals) > exponent:
        if decimals[exponent:].strip("0"):
            return None
        decimals = decimals[:exponent]
    minor = int(whole.replace(",", "") + decimals.ljust(exponent, "0"))
    if minor > MAX_MINOR:
        return None
    return -minor if sign == "-" else minor


def read_column(
    texts: Sequence[str], exponent: int, mark: DecimalMark
) -> list[int | None] | None:
    """Read a column whose amounts are all written alike; ``None`` if they are not.

    The cells mean what :func:`read_minor` says they mean, and an empty one no amount.
    """
    if mark is not DecimalMark.POINT:
        return None
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        return None
    grouped = "," in joined
    for decimals, patterns in _ALIKE.items():
        alike = decimals <= exponent <= _MOST_DECIMALS
        if alike and patterns[grouped].fullmatch(joined):
            bare = joined.replace(",", "").replace(".", "")
            scale = 10 ** (exponent - decimals)
            cells = bare.split("\n")
            return [int(cell) * scale if cell else None for cell in cells]
    return None


def _has_only_cents(texts: Sequence[str]) -> bool:
    joined = "\n".join(texts)
    return _ALIKE[2]["," in joined].fullmatch(joined) is not None


def _bare(text: str) -> str:
    text = _MARKS.sub("", latin_digits(text).replace("\u2212", "-"))
    text = _NOISE.sub("", text)
    return _CREDIT_SIGN.sub("", _DEBIT_SIGN.sub("", text)).strip("()+-")


def _tidy(text: str, mark: DecimalMark) -> str:
    """Write a bank's amount as sign, digits and a decimal point; nothing if unclear."""
    text = _MARKS.sub("", latin_digits(text).replace("\u2212", "-"))
    sign, text = _take_sign(_NOISE.sub("", text))
    grouping = "," if mark is DecimalMark.POINT else "."
    whole, _, decimals = text.partition(mark)
    if grouping in whole:
        if not _GROUPED[grouping].fullmatch(whole):
            return ""
        whole = whole.replace(grouping, "")
    if whole.startswith(("+", "-")) or not (whole or decimals):
        return ""
    return f"{sign}{whole or '0'}.{decimals or '0'}"


def _take_sign(text: str) -> tuple[str, str]:
    """Take one sign off: before, after, in brackets, or as the letters DR and CR."""
    if text.startswith("(") and text.endswith(")"):
        return "-", text[1:-1]
    if text.endswith("-"):
        return "-", text[:-1]
    if text.endswith("+"):
        return "", text[:-1]
    if _DEBIT_SIGN.search(text):
        return "-", _DEBIT_SIGN.sub("", text)
    text = _CREDIT_SIGN.sub("", text)
    if text.startswith(("+", "-")):
        return text[0].replace("+", ""), text[1:]
    return "", text
