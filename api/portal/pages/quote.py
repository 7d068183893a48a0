"""What a loan would cost, for a firm that has not applied yet, and as a sheet."""

from dataclasses import asdict, dataclass, replace
from typing import Annotated

from fastapi import Depends, Query, Response

from api import problems, sheets
from api.http.callers import Known
from api.http.routes.applications import ScheduleOut
from api.http.routes.loan_sums import table_of
from api.portal.amounts import read_amount, read_currency
from api.portal.desk import At
from api.portal.fields import one_of
from api.portal.guard import make_pages
from contracts.terms import Method
from finance import lending
from finance.lending import LoanRequest, Quote
from ledger.database import Database
from ledger.errors import Refusal
from ledger.money import Currency

router = make_pages()

Typed = Annotated[str, Query(max_length=20)]


@dataclass
class Asked:
    """What was typed; nothing yet when the form is new."""

    amount: Typed = ""
    currency: Typed = Currency.USD.value
    months: Typed = "12"
    method: Typed = Method.ANNUITY.value

    def read(self) -> LoanRequest:
        """Read it as finance does; a term that is no number is no term of a loan."""
        known = self.months.isascii() and self.months.isdigit()
        return LoanRequest(
            read_amount(self.amount, read_currency(self.currency)),
            int(self.months) if known else 0,
            one_of(Method, self.method) or Method.ANNUITY,
        )


Form = Annotated[Asked, Depends()]


@router.get("/quote")
async def show_quote(desk: At, _: Known, asked: Form) -> Response:
    """Show the form, and the price of what was typed into it."""
    desk.request.state.form = asdict(asked)
    quote: Quote | None = None
    if asked.amount:
        try:
            quote = await _quoted(desk.db, asked)
        except Refusal as refusal:
            desk = replace(desk, trouble=problems.trouble_of(refusal))
    return desk.page("quote.html", quote=quote, asked=asked)


@router.get("/quote/schedule.xlsx")
async def give_quote(desk: At, _: Known, asked: Form) -> Response:
    """Give the quoted instalments as a spreadsheet."""
    quote = await _quoted(desk.db, asked)
    table = table_of(ScheduleOut.of(quote.schedule), desk.words.known)
    return sheets.XLSX.answer(table, name="quote")


async def _quoted(db: Database, asked: Asked) -> Quote:
    return await db.read(lending.quote_loan, wanted=asked.read())
