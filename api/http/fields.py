"""Name what is wrong with a field by a stable code, without repeating its value."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

MAX_FIELD_ERRORS = 20
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)

CODES: Mapping[str, str] = {
    "missing": "field_missing",
    "extra_forbidden": "field_unknown",
    "string_type": "text_malformed",
    "string_pattern_mismatch": "text_malformed",
    "string_too_short": "text_length",
    "string_too_long": "text_length",
    "too_short": "list_length",
    "too_long": "list_length",
    "int_type": "number_malformed",
    "int_parsing": "number_malformed",
    "int_parsing_size": "number_malformed",
    "int_from_float": "number_malformed",
    "greater_than": "number_out_of_range",
    "greater_than_equal": "number_out_of_range",
    "less_than": "number_out_of_range",
    "less_than_equal": "number_out_of_range",
    "enum": "choice_unknown",
    "literal_error": "choice_unknown",
    "union_tag_invalid": "choice_unknown",
}

MESSAGES: Mapping[str, str] = {
    "field_missing": "This field is needed.",
    "field_unknown": "There is no such field. Leave it out.",
    "field_malformed": "This field does not have the form the API describes.",
    "text_malformed": "This text does not have the form the API describes.",
    "text_length": "This text is too short or too long.",
    "list_length": "This list has too few or too many items.",
    "number_malformed": "Send a whole number in the digits 0 to 9.",
    "number_out_of_range": "This number is outside what is allowed.",
    "choice_unknown": "This is not one of the values the API describes.",
    "date_malformed": "Send a date as year-month-day, such as 2026-11-30.",
    "id_malformed": "This is not an id of the kind asked for. Copy it as given.",
    "amount_malformed": "Send a whole number of minor units in the digits 0 to 9.",
    "amount_out_of_range": (
        "The amount must be more than zero and within what the platform keeps."
    ),
    "amount_not_settleable": "Part of this amount cannot be paid, such as half a riel.",
}


def named(errors: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return (path of the field, code) of each pydantic error, the first twenty."""
    return [(_path(error), _code(error["type"])) for error in errors[:MAX_FIELD_ERRORS]]


def _code(kind: str) -> str:
    return kind if kind in MESSAGES else CODES.get(kind, "field_malformed")


def _path(error: Mapping[str, Any]) -> str:
    """Write the path of a field; a name the caller made up is input and left out."""
    places = list(error["loc"])
    if error["type"] == "extra_forbidden":
        places.pop()
    return ".".join(
        str(place) if isinstance(place, int) or _NAME.fullmatch(place) else "?"
        for place in places
    )
