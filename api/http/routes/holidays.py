"""The days without banking, and the decrees that change them."""

from datetime import date
from typing import Annotated

from fastapi import Query

from api.http.callers import Known, Operator
from api.http.depends import Db
from api.http.router import make_router
from api.wire import BusinessDate, In, Name, Number, Out, PageOut
from finance import holidays

router = make_router("holidays")

FIRST_YEAR, LAST_YEAR = 2000, 2100
Year = Annotated[Number, Query(ge=FIRST_YEAR, le=LAST_YEAR)]


class DayOffOut(Out):
    """A day without banking beside weekends, what for, and who says so."""

    on: date
    names: tuple[str, ...]
    source: str
    verified: bool


class DecreeIn(In):
    """A day that a decree made a holiday, or a working day again, and which decree."""

    day: BusinessDate
    is_holiday: bool
    source: Name


class DecreeOut(Out):
    """A decree as it was entered."""

    id: str
    day: date
    is_holiday: bool
    source: str


@router.get("/holidays")
async def list_holidays(year: Year, db: Db, _: Known) -> PageOut[DayOffOut]:
    """List the holidays of a year, with what decrees changed."""
    days = await db.read(holidays.list_holidays, year=year)
    return PageOut[DayOffOut].whole(days, DayOffOut.model_validate)


@router.post("/holidays", status_code=201)
async def decree_holiday(body: DecreeIn, db: Db, operator: Operator) -> DecreeOut:
    """Enter a decree; what is quoted from now on keeps to it, signed loans do not."""
    decree = await db.transact(
        holidays.decree_holiday,
        day=body.day,
        is_holiday=body.is_holiday,
        source=body.source,
        operator_id=operator.party,
    )
    return DecreeOut.model_validate(decree)
