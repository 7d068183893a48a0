from datetime import date

import pytest

from finance import rulepacks
from finance.rulepacks import HolidaysBroken

A_YEAR = """
[[year]]
year = 2026
source = "A sub-decree."
verified = true
days.khmer_new_year = [2026-04-14, 2026-04-15]
days.new_year = [2026-01-01]
"""


def test_holidays_are_read_in_the_order_of_their_days() -> None:
    read = rulepacks.read_holidays(A_YEAR)

    assert [(day.on, day.name) for day in read] == [
        (date(2026, 1, 1), "new_year"),
        (date(2026, 4, 14), "khmer_new_year"),
        (date(2026, 4, 15), "khmer_new_year"),
    ]
    assert {day.source for day in read} == {"A sub-decree."}


@pytest.mark.parametrize(
    "text",
    [
        A_YEAR + A_YEAR,
        A_YEAR.replace("2026-01-01", "2027-01-01"),
        A_YEAR.replace("2026-01-01", "1"),
        A_YEAR.replace("A sub-decree.", " "),
        A_YEAR.replace("verified = true", 'verified = "yes"'),
        A_YEAR.replace("verified = true\n", ""),
        A_YEAR.replace("verified", "sure"),
    ],
)
def test_a_year_of_holidays_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(HolidaysBroken):
        rulepacks.read_holidays(text)


def test_cambodia_has_its_holidays_for_every_loan_that_can_be_asked_for() -> None:
    days = rulepacks.home().holidays

    years = {day.on.year for day in days}
    assert years >= set(range(2022, 2031))
    assert {day.on for day in days if day.name == "water_festival"} >= {
        date(2026, 11, 23),
        date(2026, 11, 25),
    }
    for year in years:
        of_year = [day for day in days if day.on.year == year]
        assert 20 <= len(of_year) <= 25
        assert len({day.verified for day in of_year}) == 1
