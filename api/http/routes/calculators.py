"""The sums of lending for whoever wants to check ours: they book nothing."""

from asyncio import to_thread
from enum import StrEnum

from pydantic import JsonValue

from api.http.callers import Known
from api.http.router import make_router
from contracts import calculators

router = make_router("calculators")


class CalculatorName(StrEnum):
    """The sums that can be asked for; ``tonle NAME --help`` explains their fields."""

    SCHEDULE = "schedule"
    APR = "apr"
    XIRR = "xirr"
    DAYCOUNT = "daycount"


@router.post("/calculators/{name}")
async def calculate(
    name: CalculatorName, body: dict[str, JsonValue], _: Known
) -> dict[str, JsonValue]:
    """Work out a schedule, a yearly cost (EU or US), internal rates, or part of a year."""
    return await to_thread(calculators.calculate, name, body)
