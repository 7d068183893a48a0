"""What a loan would cost, before anybody has applied: every instalment and every fee."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import Field

from api import sheets
from api.http.callers import Known
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.applications import MAX_TERM_MONTHS, ScheduleOut
from api.http.routes.loan_sums import table_of
from api.wire import MAX_WIRE_MINOR, CurrencyIn, MoneyOut, Number, Out
from contracts.terms import Method
from finance import lending
from finance.lending import Quote
from ledger.money import BPS_PER_ONE, Money

router = make_router("quotes")

Minor = Annotated[Number, Query(ge=1, le=MAX_WIRE_MINOR)]
Months = Annotated[Number, Query(ge=1, le=MAX_TERM_MONTHS)]
RateBps = Annotated[Number | None, Query(ge=0, le=BPS_PER_ONE)]


class QuoteOut(Out):
    """A price with all that follows from it; ``apr_bps`` is the true yearly cost.

    ``total_cost`` is all interest and every fee; ``paid_out`` what reaches the firm.
    """

    method: Method
    term_months: int
    rate_bps: int
    apr_bps: int
    cap_bps: int
    is_within_cap: bool
    upfront_fee: MoneyOut
    paid_out: MoneyOut
    total_cost: MoneyOut
    schedule: ScheduleOut

    @classmethod
    def of(cls, quote: Quote) -> "QuoteOut":
        """Show a quote."""
        return cls(
            method=quote.terms.method,
            term_months=quote.terms.instalments,
            rate_bps=int(quote.terms.rate_bps),
            apr_bps=quote.apr_bps,
            cap_bps=quote.cap_bps,
            is_within_cap=quote.is_within_cap,
            upfront_fee=MoneyOut.of(quote.upfront_fee),
            paid_out=MoneyOut.of(quote.paid_out),
            total_cost=MoneyOut.of(quote.total_cost),
            schedule=ScheduleOut.of(quote.schedule),
        )


def _wanted(
    amount_minor: Minor,
    currency: CurrencyIn,
    term_months: Months,
    method: Annotated[Method, Field(strict=False)] = Method.ANNUITY,
) -> lending.LoanRequest:
    return lending.LoanRequest(Money(amount_minor, currency), term_months, method)


async def _quoted(
    wanted: Annotated[lending.LoanRequest, Depends(_wanted)],
    db: Db,
    _: Known,
    rate_bps: RateBps = None,
) -> Quote:
    return await db.read(lending.quote_loan, wanted=wanted, rate_bps=rate_bps)


Quoted = Annotated[Quote, Depends(_quoted)]


@router.get("/quotes")
async def get_quote(quote: Quoted) -> QuoteOut:
    """Price a loan at a rate, or at the dearest rate the market's cap allows."""
    return QuoteOut.of(quote)


@router.get("/quotes/schedule.csv", **sheets.CSV.described)
async def get_quote_csv(quote: Quoted) -> Response:
    """Hand the quoted instalments out as text for spreadsheets."""
    return sheets.CSV.answer(table_of(ScheduleOut.of(quote.schedule)), name="quote")


@router.get("/quotes/schedule.xlsx", **sheets.XLSX.described)
async def get_quote_xlsx(quote: Quoted) -> Response:
    """Hand the quoted instalments out as a spreadsheet."""
    return sheets.XLSX.answer(table_of(ScheduleOut.of(quote.schedule)), name="quote")
