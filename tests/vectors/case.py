"""A published case, and how an answer is compared with what it expects."""

import json
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)


class Unsupported(Exception):  # noqa: N818 - an answer, not an error
    """The case asks for something this implementation or this runner does not know."""


@dataclass(frozen=True)
class Case:
    """Inputs, what is expected of them, and how near is near enough."""

    id: str
    kind: str
    inputs: dict
    expected: dict
    tolerance: Decimal | None
    cases: dict

    def base(self):
        """Return the inputs of the case this one builds on, by the name it gives."""
        named = self.inputs["base"]
        if named not in self.cases:
            raise Unsupported(f"its base {named} is not in the file")
        return self.cases[named]["inputs"]

    def differences(self, answer):
        """Return where an answer differs, one line each; none means the case passes."""
        return list(_compare("", self.expected, answer, self.tolerance))


def read(path):
    """Read the cases of a file."""
    listed = json.loads(Path(path).read_text(), parse_float=Decimal)
    by_id = {case["id"]: case for case in listed}
    return [
        Case(
            case["id"],
            case["kind"],
            case["inputs"],
            case["expected"],
            _tolerance(case.get("tolerance")),
            by_id,
        )
        for case in listed
    ]


def _tolerance(text):
    """Read "0.005 percentage point" as a number; "exact" compares shown digits."""
    found = _NUMBER.match(str(text or "exact"))
    return Decimal(found.group()) if found else None


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
        yield from _compare_numbers(place, Decimal(str(expected)), answer, tolerance)
    elif expected != answer:
        yield f"{place}: {answer}, expected {expected}"


def _compare_lists(place, expected, answer, tolerance):
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
    got = Decimal(answer)
    if tolerance is None or place.endswith("_1dp"):
        digits = Decimal(1).scaleb(int(expected.as_tuple().exponent))
        fits = got.quantize(digits, rounding=ROUND_HALF_EVEN) == expected
    else:
        fits = abs(got - expected) <= tolerance
    if not fits:
        yield f"{place}: {got}, expected {expected} (off by {got - expected})"
