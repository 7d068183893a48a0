"""A file of loans is read to the last cell or refused with its line."""

from datetime import date
from pathlib import Path

import pytest

from risk.training import TrainingFileWrong, read_loans

HEAD = "loan,granted_on,outcome,floor_cover\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "loans.csv"
    path.write_text(text, "utf-8")
    return path


def test_loans_are_read_and_an_empty_cell_is_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD}a,2026-01-31,bad,-0.5\nb,2026-02-01,good,\n")

    first, second = read_loans(path)

    assert (first.loan, first.granted_on, first.bad) == ("a", date(2026, 1, 31), True)
    assert (first.value("floor_cover"), second.value("floor_cover")) == (-0.5, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("loan,outcome\n", "Line 1 of the loans: no column granted_on."),
        (HEAD.replace("floor_cover", "sex"), "no feature is called sex"),
        (f"{HEAD}a,2026-01-31,ugly,1\n", "Line 2"),
        (f"{HEAD}a,31/01/2026,bad,1\n", "Line 2"),
        (f"{HEAD}a,2026-01-31,bad,lots\n", "a number or date is not one"),
        (f"{HEAD}a,2026-01-31,bad,NaN\n", "a number or date is not one"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(TrainingFileWrong, match=said):
        read_loans(written(tmp_path, text))
