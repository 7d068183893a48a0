"""What a decree changes in the calendar, and for whom."""

from datetime import date

import pytest

from finance import holidays, rulepacks
from finance.holidays import HolidayDecree, days_between
from finance.rulepacks import Holiday
from ledger.database import Database
from ledger.ids import PartyId
from tests.finance.conftest import World

NEW_YEAR = Holiday(date(2026, 4, 14), "khmer_new_year", "A sub-decree.", True)


def decree(id_: str, day: date, *, is_holiday: bool) -> HolidayDecree:
    return HolidayDecree(id=id_, day=day, is_holiday=is_holiday, source="No. 7")


def off(*decrees: HolidayDecree) -> list[date]:
    whole_year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    return [day.on for day in days_between([NEW_YEAR], decrees, **whole_year)]


def test_a_decree_adds_a_day_off() -> None:
    added = decree("hol_1", date(2026, 6, 8), is_holiday=True)

    assert off(added) == [NEW_YEAR.on, date(2026, 6, 8)]


def test_a_decree_makes_a_published_holiday_a_working_day() -> None:
    assert off(decree("hol_1", NEW_YEAR.on, is_holiday=False)) == []


def test_the_last_decree_about_a_day_holds() -> None:
    day = date(2026, 6, 8)
    first = decree("hol_1", day, is_holiday=True)
    last = decree("hol_2", day, is_holiday=False)

    assert off(last, first) == [NEW_YEAR.on]


def test_a_day_kept_for_two_reasons_is_one_day_with_both_names() -> None:
    visak = Holiday(NEW_YEAR.on, "visak_bochea", "A sub-decree.", True)

    days = days_between([NEW_YEAR, visak], [], first=NEW_YEAR.on, last=NEW_YEAR.on)

    assert [day.names for day in days] == [("khmer_new_year", "visak_bochea")]


@pytest.fixture
async def operator(world: World) -> PartyId:
    return await world.party()


async def test_an_entered_decree_is_in_the_calendar(
    db: Database, operator: PartyId
) -> None:
    day = date(2027, 6, 7)

    await db.transact(
        holidays.decree_holiday,
        day=day,
        is_holiday=True,
        source="Sub-decree 99 of 1 June 2027",
        operator_id=operator,
    )

    known = await db.read(holidays.list_holidays, year=2027)
    published = [one.on for one in rulepacks.home().holidays if one.on.year == 2027]
    assert [one.on for one in known] == sorted({*published, day})
    assert next(one for one in known if one.on == day).source.startswith(
        "Sub-decree 99"
    )
