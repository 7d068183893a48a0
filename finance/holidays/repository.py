"""How holidays find decrees."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from finance.holidays.model import HolidayDecree
from ledger.database import UnitOfWork


async def list_decrees(
    uow: UnitOfWork, *, first: date, last: date
) -> Sequence[HolidayDecree]:
    """Return every decree about a day of a stretch, the earlier one first."""
    query = (
        select(HolidayDecree)
        .where(HolidayDecree.day.between(first, last))
        .order_by(HolidayDecree.id)
    )
    return (await uow.session.scalars(query)).all()
