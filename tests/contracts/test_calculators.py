"""The calculators: plain JSON in and out, and what is not plain is refused."""

from fractions import Fraction

import pytest

from contracts import calculators
from contracts.daycount import DayCount
from ledger.errors import Refusal

PLAN = {
    "principal": "1000.00",
    "currency": "USD",
    "rate_percent": "18.5",
    "instalments": 6,
    "disbursed_on": "2026-01-31",
    "first_due_on": "2026-02-28",
}
LENT = {"on": "2012-10-10", "amount": "500"}
BACK = [{"on": "2012-11-10", "amount": "-270"}, {"on": "2012-12-10", "amount": "-270"}]


def test_a_schedule_comes_with_its_rows_and_its_true_cost():
    answer = calculators.calculate("schedule", PLAN)

    assert [row["due_on"] for row in answer["rows"]][:2] == ["2026-02-28", "2026-03-31"]
    assert answer["principal"] == "1000.00"
    assert answer["apr_percent"].startswith("20.15")


def test_the_eu_method_counts_equal_months():
    answer = calculators.calculate("apr", {"flows": [LENT, *BACK]})

    assert answer["apr_percent"].startswith("85.585")


def test_the_us_method_counts_unit_periods():
    flows = [{"periods": 0, "amount": "5000"}]
    flows += [{"periods": number, "amount": "-230"} for number in range(1, 25)]

    answer = calculators.calculate(
        "apr", {"method": "us", "flows": flows, "periods_per_year": 12}
    )

    assert answer["apr_percent"].startswith("9.6857")


def test_a_loss_of_nearly_everything_still_has_a_rate():
    flows = [
        {"on": "2020-03-05", "amount": "-18480"},
        {"on": "2020-03-16", "amount": "13120"},
    ]

    answer = calculators.calculate("xirr", {"flows": flows})

    assert answer["rates"] == ["-0.999988422817"]


def test_all_internal_rates_are_told():
    flows = [
        {"on": "2021-01-01", "amount": "-100"},
        {"on": "2022-01-01", "amount": "230"},
        {"on": "2023-01-01", "amount": "-132"},
    ]

    answer = calculators.calculate("xirr", {"flows": flows})

    assert not answer["is_unique"]
    assert [rate[:4] for rate in answer["rates"]] == ["0.10", "0.20"] or len(
        answer["rates"]
    ) == 2


def test_several_rates_are_no_apr():
    flows = [
        {"years": "0", "amount": "100"},
        {"years": "1", "amount": "-230"},
        {"years": "2", "amount": "132"},
    ]

    with pytest.raises(Refusal) as refused:
        calculators.calculate("apr", {"flows": flows})

    assert refused.value.code == "several_rates"
    assert refused.value.facts["rates"] == "0.1, 0.2"


def test_days_are_counted_as_the_convention_counts_them():
    question = {"convention": "30/360", "start": "2026-01-31", "end": "2026-03-31"}

    answer = calculators.calculate("daycount", question)

    assert (answer["fraction"], answer["days"]) == ("1/6", 60)


@pytest.mark.parametrize(
    "convention", [one for one in DayCount if one != DayCount.ACT_ACT_ICMA]
)
def test_days_are_counted_from_the_first_of_the_calendar_to_the_last(convention):
    question = {"convention": convention, "start": "0001-01-01", "end": "9999-12-31"}

    answer = calculators.calculate("daycount", question)

    assert 9_800 < Fraction(answer["fraction"]) < 10_160


@pytest.mark.parametrize(
    ("name", "request_", "code"),
    [
        ("horoscope", {}, "calculator_unknown"),
        ("schedule", [], "calculation_input_invalid"),
        ("schedule", {}, "calculation_input_invalid"),
        ("schedule", PLAN | {"unknown": 1}, "terms_invalid"),
        ("schedule", PLAN | {"rate_bps": 100}, "calculation_input_invalid"),
        ("schedule", PLAN | {"principal": "1000.001"}, "calculation_input_invalid"),
        ("schedule", PLAN | {"principal": "1e3"}, "calculation_input_invalid"),
        ("schedule", PLAN | {"principal": "1_000"}, "calculation_input_invalid"),
        ("schedule", PLAN | {"principal": "១០០"}, "calculation_input_invalid"),
        ("schedule", PLAN | {"principal": "NaN"}, "calculation_input_invalid"),
        ("schedule", PLAN | {"principal": 1000.0}, "calculation_input_invalid"),
        ("schedule", PLAN | {"principal": "-5"}, "terms_invalid"),
        ("schedule", PLAN | {"instalments": "6"}, "terms_invalid"),
        ("schedule", PLAN | {"instalments": 0}, "terms_invalid"),
        ("schedule", PLAN | {"first_due_on": "9999-12-31"}, "terms_invalid"),
        (
            "schedule",
            PLAN | {"disbursed_on": "0001-01-01", "first_due_on": "0001-01-02"},
            "terms_invalid",
        ),
        (
            "schedule",
            PLAN | {"frequency": {"unit": "month", "every": 10**30}},
            "terms_invalid",
        ),
        (
            "schedule",
            PLAN | {"holidays": {"rule": "following", "weekend": [*range(7)]}},
            "terms_invalid",
        ),
        (
            "schedule",
            PLAN | {"pauses": [{"first": 1, "count": 1}] * 1201},
            "terms_invalid",
        ),
        (
            "schedule",
            PLAN
            | {
                "tranches": [
                    {
                        "on": PLAN["disbursed_on"],
                        "amount": {"minor": 1, "currency": "USD"},
                    }
                ]
                * 121
            },
            "terms_invalid",
        ),
        (
            "apr",
            {"flows": [{"years": "0", "amount": "1"}, {"years": 10**9, "amount": -2}]},
            "calculation_input_invalid",
        ),
        (
            "apr",
            {
                "method": "us",
                "periods_per_year": 12,
                "flows": [
                    {"periods": 0, "amount": "1"},
                    {"periods": 10**9, "amount": "-2"},
                ],
            },
            "calculation_input_invalid",
        ),
        (
            "apr",
            {
                "method": "us",
                "periods_per_year": 0,
                "flows": [{"periods": 0, "amount": "1"}],
            },
            "calculation_input_invalid",
        ),
        (
            "daycount",
            {
                "convention": "Act/Act ICMA",
                "start": "2026-01-01",
                "end": "2026-02-01",
                "reference": {
                    "start": "2026-01-01",
                    "end": "2026-02-01",
                    "per_year": 0,
                },
            },
            "calculation_input_invalid",
        ),
        (
            "daycount",
            {
                "convention": "Act/Act ICMA",
                "start": "2026-01-01",
                "end": "2026-01-20",
                "reference": {
                    "start": "2026-02-01",
                    "end": "2026-03-01",
                    "per_year": "1/9999",
                },
            },
            "calculation_input_invalid",
        ),
        (
            "apr",
            {"flows": [LENT | {"on": "0001-01-01"}, *BACK]},
            "calculation_input_invalid",
        ),
        (
            "apr",
            {
                "flows": [
                    {"years": "0", "amount": "1000"},
                    {"years": "1/999999937", "amount": "-600"},
                    {"years": "1/999999929", "amount": "-600"},
                ]
            },
            "calculation_input_invalid",
        ),
        (
            "apr",
            {
                "flows": [
                    {"years": "0", "amount": "0.01"},
                    {"years": "1/99999999", "amount": "-999999999999999999"},
                ]
            },
            "no_rate",
        ),
        ("schedule", PLAN | {"first_due_on": "2025-01-01"}, "terms_invalid"),
        ("apr", {"flows": [LENT]}, "no_rate"),
        ("apr", {"flows": []}, "calculation_input_invalid"),
        ("apr", {"flows": [LENT], "method": "uk"}, "calculation_input_invalid"),
        ("xirr", {"flows": [LENT | {"on": "2012-13-01"}]}, "calculation_input_invalid"),
        ("xirr", {"flows": [LENT, *BACK], "rate": "-1"}, "calculation_input_invalid"),
        (
            "daycount",
            {"convention": "7/7", "start": "2026-01-01", "end": "2026-01-02"},
            "calculation_input_invalid",
        ),
    ],
)
def test_what_is_not_plain_is_refused_with_a_stable_code(name, request_, code):
    with pytest.raises(Refusal) as refused:
        calculators.calculate(name, request_)

    assert refused.value.code == code


def test_a_refusal_does_not_repeat_what_was_sent():
    with pytest.raises(Refusal) as refused:
        calculators.calculate("schedule", PLAN | {"principal": "<script>"})

    assert "script" not in str(refused.value)


def test_the_rate_of_flows_through_a_century_is_found():
    flows = [
        {"on": f"{1950 + at // 12}-{at % 12 + 1:02}-{at % 28 + 1:02}", "amount": amount}
        for at, amount in enumerate(["-900000.00", *["5000.00"] * 1300])
    ]

    answer = calculators.calculate("xirr", {"flows": flows})

    assert answer["is_unique"]
    assert answer["rate"].startswith("0.068")


def test_a_field_that_is_not_known_is_told_as_such_and_not_repeated():
    with pytest.raises(Refusal) as refused:
        calculators.calculate("schedule", PLAN | {"unknown": 1})

    assert refused.value.facts == {
        "field": "request",
        "reason": "has a field that is not known",
    }
