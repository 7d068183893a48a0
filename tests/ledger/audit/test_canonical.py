"""One value has one form, and the verifier takes no other."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.verifier import forms
from ledger.audit.verifier.answers import Tampered
from ledger.canonical import canonical, commitment, instant_text, plain
from ledger.money import Currency, Money
from tests.ledger.audit.vectors import JCS

# Fractions, keys beyond ASCII, text that is not composed.
OUTSIDE_THE_PROFILE = {"french.json", "unicode.json", "values.json", "weird.json"}
KEYS = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


@settings(max_examples=40)
@given(VALUES)
def test_our_form_is_that_of_rfc_8785(value: Any) -> None:
    ready = plain(value)

    assert canonical(ready) == rfc8785.dumps(ready)


@settings(max_examples=40)
@given(VALUES)
def test_what_we_write_the_verifier_reads(value: Any) -> None:
    ready = plain(value)

    assert forms.read_canonical(canonical(ready), "here") == ready


@pytest.mark.parametrize("case", JCS["cases"], ids=lambda case: case["name"])
def test_published_forms_are_taken_where_they_lie_in_the_profile(
    case: dict[str, Any],
) -> None:
    raw = bytes.fromhex(case["canonical"])

    if case["name"] in OUTSIDE_THE_PROFILE:
        with pytest.raises(Tampered):
            forms.read_canonical(raw, "here")
    else:
        assert canonical(forms.read_canonical(raw, "here")) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b'{"amount":"1.00","amount":"9.00"}',
        b'{"n":9007199254740993}',
        b'{"n":99999999999999999999999999999999}',
        b'{"s":"\\ud800"}',
        b'{"amount":1.10}',
        b'{"n":1e3}',
        b'{"n":-0}',
        b'{"n":NaN}',
        b'{"s":"e\xcc\x81"}',
        b'\xef\xbb\xbf{"s":"x"}',
        b'{"s": "x"}',
        b'{"b":1,"a":2}',
        b'{"s":"\\u0041"}',
        b'{"s":"\xff"}',
        b'{"\xc3\xa9":1}',
        b"[" * 16_000,
        b"",
    ],
)
def test_a_second_form_of_a_value_is_refused(raw: bytes) -> None:
    with pytest.raises(Tampered):
        forms.read_canonical(raw, "here")


@pytest.mark.parametrize("case", JCS["ambiguity"], ids=lambda case: str(case["name"]))
def test_published_ambiguities_are_refused(case: dict[str, Any]) -> None:
    if "input_text" in case:
        with pytest.raises(Tampered):
            forms.read_canonical(case["input_text"].encode(), "here")


def test_a_float_has_no_place_in_a_record() -> None:
    with pytest.raises(TypeError, match="float"):
        plain({"rate": 0.1})


def test_text_is_kept_composed() -> None:
    assert plain("e\u0301") == "\u00e9"


def test_large_numbers_and_money_are_text() -> None:
    assert plain([2**31, 5, Money(2**40, Currency.KHR)]) == [
        "2147483648",
        5,
        {"minor": "1099511627776", "currency": "KHR"},
    ]


def test_an_instant_is_written_in_utc_with_six_decimals() -> None:
    phnom_penh = timezone(timedelta(hours=7))

    assert instant_text(datetime(2026, 1, 5, 9, 0, 0, 5, phnom_penh)) == (
        "2026-01-05T02:00:00.000005Z"
    )
    assert (
        instant_text(datetime(2026, 1, 5, tzinfo=UTC)) == "2026-01-05T00:00:00.000000Z"
    )


def test_a_commitment_binds_field_salt_and_value() -> None:
    salt = bytes(range(32))
    told = commitment("name", salt, "Sok Dara")

    assert told == ("0a0ec3a799463fbcdb9afaf6bfb7570d47133fcaad7b249c3d2c0cc41999c536")
    assert told != commitment("city", salt, "Sok Dara")
    assert told != commitment("name", bytes(32), "Sok Dara")
    assert told != commitment("name", salt, "Sok Darb")
