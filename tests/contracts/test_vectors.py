"""The numbers official bodies and peers published come out, to their tolerance."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.daycount import DayCount
from ledger.money import Rounding
from tests.vectors import __main__ as command
from tests.vectors import case as cases
from tests.vectors import phrases
from tests.vectors.run import count, judge, run

DATA = Path(__file__).parents[1] / "data" / "lending"
KEPT, MADE = DATA / "published.json", DATA / "made.json"
ALL = Path(__file__).parents[3] / "shared" / "vectors" / "lending.json"


@pytest.mark.parametrize("case", cases.read(KEPT), ids=lambda case: case.id)
def test_a_published_number_comes_out(case):
    assert str(judge(case)) == f"pass        {case.id}"


@pytest.mark.parametrize("case", cases.read(MADE), ids=lambda case: case.id)
def test_a_number_worked_out_apart_comes_out(case):
    assert str(judge(case)) == f"pass        {case.id}"


def test_every_given_case_passes():
    if not ALL.is_file():
        pytest.skip("the full set of published cases is not beside this repository")

    counts = count(run(ALL))

    assert (counts["fail"], counts["unsupported"]) == (0, 0)
    assert counts["pass"] == len(cases.read(ALL))


def test_a_wrong_number_is_noticed():
    case = next(case for case in cases.read(KEPT) if case.kind == "apr")
    (name, right) = next(iter(case.expected.items()))
    wrong = replace(case, expected={name: str(Decimal(right) + 1)})

    assert judge(wrong).word == "fail"


def test_what_is_not_known_is_unsupported_and_never_a_pass():
    case = cases.read(KEPT)[0]

    assert judge(replace(case, kind="horoscope")).word == "unsupported"
    assert judge(replace(case, inputs={})).word == "unsupported"
    assert judge(replace(case, expected={"luck": 7})).word == "unsupported"


def test_the_command_prints_a_line_a_case_and_the_counts(capsys):
    assert command.main([str(KEPT)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(cases.read(KEPT)) + 1
    assert lines[-1].endswith("0 fail, 0 unsupported")


def test_the_command_says_how_to_use_it(capsys):
    assert command.main([]) == 2
    assert "usage" in capsys.readouterr().err


ADDED_UP = {
    "id": "A",
    "kind": "daycount",
    "inputs": {"convention": "Act/360", "start": "2026-01-01", "end": "2026-01-10"},
    "expected": {"days": 9},
}


def said(tmp_path, capsys, text):
    """Run the command on a file and return how it ended and what it printed."""
    path = tmp_path / "cases.json"
    path.write_text(text)
    ended = command.main([str(path)])
    return ended, capsys.readouterr()


@pytest.mark.parametrize(
    "text", ["", "[", "{}", "[]", "7", "[" * 100_000, '[{"id": "\\ud8']
)
def test_a_file_that_is_no_list_of_cases_is_said_to_be_none(tmp_path, capsys, text):
    ended, printed = said(tmp_path, capsys, text)

    assert ended == 2
    assert "cases.json" in printed.err


def test_a_file_that_is_not_there_is_said_not_to_be(tmp_path, capsys):
    assert command.main([str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("text", "case 1 is not an object"),
        ({"id": "A"}, "case 1 has no kind"),
        (ADDED_UP | {"inputs": []}, "the inputs of case 1 is no dict"),
        (ADDED_UP | {"inputs": ADDED_UP["inputs"] | {"end": "2026-02-30"}}, "day is"),
        (ADDED_UP | {"inputs": ADDED_UP["inputs"] | {"end": 7}}, "must be str"),
        (ADDED_UP | {"expected": {"days": "9e999999999"}}, "out of range"),
    ],
)
def test_a_case_that_is_none_fails_on_its_line_and_the_next_is_judged(
    tmp_path, capsys, wrong, reason
):
    right = ADDED_UP | {"id": "B"}

    ended, printed = said(tmp_path, capsys, json.dumps([wrong, right]))

    first, second, counts = printed.out.splitlines()
    assert ended == 1
    assert first.startswith("fail")
    assert reason in first
    assert second == "pass        B"
    assert counts == "2 cases: 1 pass, 1 fail, 0 unsupported"


def test_an_id_that_no_terminal_shows_is_written_another_way(tmp_path, capsys):
    ended, printed = said(
        tmp_path, capsys, json.dumps([ADDED_UP | {"id": "\ud800\nA"}])
    )

    assert ended == 0
    assert printed.out.startswith("pass        \\ud800 A\n")


def test_a_case_that_fails_tells_what_of_it_was_not_read(tmp_path, capsys):
    inputs = ADDED_UP["inputs"] | {"calendar": "Phnom Penh"}
    wrong = ADDED_UP | {"inputs": inputs, "expected": {"days": 8}}

    _, printed = said(tmp_path, capsys, json.dumps([wrong]))

    assert "days: 9, expected 8 (off by 1); not read: calendar" in printed.out


def test_two_cases_of_one_id_are_told_apart(tmp_path, capsys):
    ended, printed = said(tmp_path, capsys, json.dumps([ADDED_UP, ADDED_UP]))

    assert ended == 1
    assert "case 2 has the id of another, A" in printed.out


def test_a_file_of_which_something_is_not_known_does_not_end_as_if_all_passed(
    tmp_path, capsys
):
    unknown = ADDED_UP | {"inputs": ADDED_UP["inputs"] | {"convention": "Act/365L"}}

    ended, printed = said(tmp_path, capsys, json.dumps([unknown]))

    assert ended == 3
    assert printed.out.startswith("unsupported A day count 'Act/365L'")


@pytest.mark.parametrize(
    "name",
    [
        "Act/365 (No Leap)",
        "Actual/365 (Canadian)",
        "NL/365",
        "30E+/360",
        "Act/360 (inc)",
    ],
)
def test_a_day_count_like_one_that_is_known_is_not_taken_for_it(name):
    with pytest.raises(cases.Unsupported):
        phrases.convention(name)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("actual/365 (days in month actual, days in year 365)", DayCount.ACT_365F),
        ("actual/actual (366 in 2024)", DayCount.ACT_ACT_ISDA),
        ("30/360: annual/12 per month", DayCount.ACT_ACT_ICMA),
        ("30/360 bond basis", DayCount.THIRTY_360_BOND),
        ("30E/360", DayCount.THIRTY_E_360),
        ("24% a year over 52 weeks", DayCount.ACT_ACT_ICMA),
        ("14 days over a 364-day year", DayCount.ACT_364),
    ],
)
def test_what_interest_is_counted_by_is_read_as_it_is_meant(said, meant):
    assert phrases.interest_basis(said)[0] is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("half up to 2 dp", (Rounding.HALF_UP, 1)),
        ("HALF_EVEN", (Rounding.HALF_EVEN, 1)),
        ("down to a multiple of 0.05", (Rounding.DOWN, 5)),
        ("ceiling to a whole unit", (Rounding.CEILING, 100)),
    ],
)
def test_a_rounding_is_read_as_it_is_meant(said, meant):
    assert phrases.rounding(said, 2) == meant


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda said: phrases.rounding(said, 2), "half-down to 2 dp"),
        (phrases.charge, "instalment fee 1.5% of principal"),
        (phrases.charge, "overdue charge 1.5% of overdue interest"),
        (phrases.charge, "overdue charge 1.255% of overdue principal"),
        (phrases.interest_basis, "30-day months over a 365-day year"),
    ],
)
def test_what_is_near_to_something_known_is_not_taken_for_it(read, said):
    with pytest.raises(cases.Unsupported):
        read(said)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("0.5 percentage point", "0.5"), ("within 1 cent", "0.01"), ("1e-9", "1e-9")],
)
def test_a_tolerance_is_how_far_off_an_answer_may_be(said, meant):
    inputs = ADDED_UP["inputs"]
    near = cases.Case("A", "k", inputs, {"x": "1.0"}, said, {})

    assert not near.differences({"x": 1 + Decimal(meant)})
    assert near.differences({"x": 1 + 2 * Decimal(meant)})
