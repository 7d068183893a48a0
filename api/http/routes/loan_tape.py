"""The loan tape for who supervises or runs the platform, as a table."""

from fastapi import Response

from api import sheets, tape
from api.http.callers import Staff
from api.http.depends import Db
from api.http.router import make_router

router = make_router("loans")


@router.get("/loan-tape.csv", **sheets.CSV.described)
async def get_tape_csv(db: Db, _: Staff) -> Response:
    """Give one line a loan, no names: as agreed, as it stands, as it is classed."""
    return await tape.answer(db, sheets.CSV)


@router.get("/loan-tape.xlsx", **sheets.XLSX.described)
async def get_tape_xlsx(db: Db, _: Staff) -> Response:
    """Give the same as a spreadsheet."""
    return await tape.answer(db, sheets.XLSX)
