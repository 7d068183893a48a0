"""A published case, and how an answer is compared with what it expects."""

import json
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_LARGEST_EXPONENT = 40
_FIELDS = {"id": str, "kind": str, "inputs": dict, "expected": dict}


class Unsupported(Exception):  # noqa: N818 - an answer, not an error
    """The case asks for something this implementation or this runner does not know."""


class Malformed(ValueError):  # noqa: N818 - what is wrong with a file or a case
    """What was given is not a list of cases, or not a case."""


class Inputs(dict):
    """The inputs of a case; what nobody looked at can be told."""

    def __init__(self, given):
        """Start with nothing read."""
        super().__init__(given)
        self.unread = set(given)

    def __contains__(self, key):
        self.unread.discard(key)
        return super().__contains__(key)

    def __getitem__(self, key):
        self.unread.discard(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        """Return an input, or what stands for it."""
        self.unread.discard(key)
        return super().get(key, default)


@dataclass(frozen=True)
class Case:
    """Inputs, what is expected of them, and how near is near enough."""

    id: str
    kind: str
    inputs: dict
    expected: dict
    tolerance: Decimal | str | None
    cases: dict

    def base(self):
        """Return the inputs of the case this one builds on, by the name it gives."""
        named = self.inputs["base"]
        if named not in self.cases:
            raise Unsupported(f"its base {named} is not in the file")
        return self.cases[named]["inputs"]

    def differences(self, answer):
        """Return where an answer differs, one line each; none means the case passes."""
        return list(_compare("", self.expected, answer, _tolerance(self.tolerance)))


def read(path):
    """Read the cases of a file: each a case, or what is wrong with it in its place."""
    try:
        listed = json.loads(
            Path(path).read_text(encoding="utf-8-sig"),
            parse_float=Decimal,
            parse_constant=lambda _: None,  # Python writes no rate as NaN
        )
    except (OSError, ValueError, RecursionError) as trouble:
        raise Malformed(f"{path} cannot be read as JSON: {trouble}") from None
    if not isinstance(listed, list) or not listed:
        raise Malformed(f"{path} is not a list of cases")
    by_id = {}
    return [_case(place, given, by_id) for place, given in enumerate(listed, 1)]


def _case(place, given, by_id):
    """Check a case's own fields; one that is no case is said by its place."""
    if not isinstance(given, dict):
        return Malformed(f"case {place} is not an object")
    for field, kind in _FIELDS.items():
        if field not in given:
            return Malformed(f"case {place} has no {field}")
        if not isinstance(given[field], kind):
            return Malformed(f"the {field} of case {place} is no {kind.__name__}")
    if given["id"] in by_id:
        return Malformed(f"case {place} has the id of another, {given['id']}")
    by_id[given["id"]] = given
    name, kind, inputs, expected = (given[field] for field in _FIELDS)
    return Case(name, kind, Inputs(inputs), expected, given.get("tolerance"), by_id)


def number(given):
    """Read a number, written as one or as text."""
    if isinstance(given, bool) or not isinstance(given, int | Decimal | str):
        raise TypeError(f"{given!r} is not a number")
    try:
        read_as = Decimal(given)
    except InvalidOperation:
        raise ValueError(f"{given!r} is not a number") from None
    if not read_as.is_finite() or abs(read_as.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(f"{given!r} is out of range")
    return read_as


def whole(given, *, most):
    """Read a whole number from 0 to a limit."""
    found = number(given)
    if found != int(found) or not 0 <= found <= most:
        raise ValueError(f"{given!r} is not a whole number up to {most}")
    return int(found)


def _tolerance(given):
    """Read "0.005 percentage point" as a number; "exact" compares shown digits."""
    text = str("exact" if given is None else given).lower()
    if text.startswith("exact"):
        return None
    found = _NUMBER.search(text)
    if not found:
        raise Unsupported(f"tolerance {text!r}")
    in_cents = re.search(r"\bcents?\b", text)
    return number(found.group()) / (100 if in_cents else 1)


def _compare(place, expected, answer, tolerance):
    if isinstance(expected, dict):
        for key, part in expected.items():
            named = f"{place}.{key}".removeprefix(".")
            if not isinstance(answer, dict) or key not in answer:
                raise Unsupported(f"no answer for {named}")
            yield from _compare(named, part, answer[key], tolerance)
    elif isinstance(expected, list):
        yield from _compare_lists(place, expected, answer, tolerance)
    elif _is_number(expected):
        yield from _compare_numbers(place, number(expected), answer, tolerance)
    elif expected != answer:
        yield f"{place}: {answer}, expected {expected}"


def _compare_lists(place, expected, answer, tolerance):
    if not isinstance(answer, list | tuple):
        raise Unsupported(f"no list for {place}")
    if len(expected) != len(answer):
        yield f"{place}: {len(answer)} parts, expected {len(expected)}"
        return
    for index, (part, got) in enumerate(zip(expected, answer, strict=True)):
        yield from _compare(f"{place}[{index}]", part, got, tolerance)


def _is_number(expected):
    if isinstance(expected, int | Decimal):
        return True
    return isinstance(expected, str) and bool(_NUMBER.fullmatch(expected))


def _compare_numbers(place, expected, answer, tolerance):
    if answer is None:
        yield f"{place}: nothing, expected {expected}"
        return
    if not isinstance(answer, int | Decimal):
        yield f"{place}: {answer}, expected {expected}"
        return
    got = Decimal(answer)
    if tolerance is None or place.endswith("_1dp"):
        digits = Decimal(1).scaleb(int(expected.as_tuple().exponent))
        fits = got.quantize(digits, rounding=ROUND_HALF_EVEN) == expected
    else:
        fits = abs(got - expected) <= tolerance
    if not fits:
        yield f"{place}: {got}, expected {expected} (off by {got - expected})"
