"""The numbers official bodies and peers published come out, to their tolerance."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.vectors import __main__ as command
from tests.vectors import case as cases
from tests.vectors.run import count, judge, run

KEPT = Path(__file__).parents[1] / "data" / "lending" / "published.json"
ALL = Path(__file__).parents[3] / "shared" / "vectors" / "lending.json"


@pytest.mark.parametrize("case", cases.read(KEPT), ids=lambda case: case.id)
def test_a_published_number_comes_out(case):
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
