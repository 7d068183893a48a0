"""Exchange: published rates, what an amount brings, and the exchange itself."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Response
from pydantic import AwareDatetime, Field, StringConstraints

from api.http.callers import Client, Known, Operator
from api.http.commands import Keyed
from api.http.depends import Db
from api.http.router import make_router
from api.wire import (
    BY_NAME,
    CurrencyIn,
    Cut,
    In,
    MoneyIn,
    MoneyOut,
    Name,
    Out,
    PageOut,
    RateRef,
)
from finance import exchange
from finance.exchange import ExchangeRate, NewRate
from ledger.money import Currency

router = make_router("exchange")

Price = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$")]


class RateIn(In):
    """What one main unit of ``base`` costs in ``quote``, who says so, and when."""

    base: CurrencyIn
    quote: CurrencyIn
    price: Price
    margin_bps: Annotated[int, Field(ge=0, le=1_000)]
    source: Name
    quoted_at: Annotated[AwareDatetime, BY_NAME]

    def to_rate(self) -> NewRate:
        """Return the rate as finance reads it."""
        price = Decimal(self.price)
        return NewRate(**self.model_dump(exclude={"price"}), price=price)


class RateOut(Out):
    """A rate as it was published; ``margin_bps`` is what the house keeps."""

    id: str
    base: Currency
    quote: Currency
    price: str
    margin_bps: int
    source: str
    quoted_at: datetime
    recorded_at: datetime

    @classmethod
    def of(cls, row: ExchangeRate) -> "RateOut":
        """Show a rate."""
        return cls(
            id=row.id,
            base=row.base,
            quote=row.quote,
            price=f"{row.price:f}",
            margin_bps=row.margin_bps,
            source=row.source,
            quoted_at=row.quoted_at,
            recorded_at=row.recorded_at,
        )


class ExchangeIn(In):
    """Money to be sold, and the rate its owner saw."""

    sold: MoneyIn
    rate: RateRef


class QuoteOut(Out):
    """What an amount is worth, what its owner gets, and what the house keeps."""

    sold: MoneyOut
    worth: MoneyOut
    bought: MoneyOut
    margin: MoneyOut


class ExchangedOut(Out):
    """An exchange as it was booked."""

    entry: str
    rate: str
    sold: MoneyOut
    bought: MoneyOut


@router.post("/exchange-rates", status_code=201)
async def record_rate(body: RateIn, db: Db, operator: Operator) -> RateOut:
    """Record a rate with its source and time; the newest is the one in use."""
    row = await db.transact(
        exchange.record_rate, new=body.to_rate(), operator_id=operator.party
    )
    return RateOut.of(row)


@router.get("/exchange-rates")
async def list_rates(db: Db, cut: Cut, _: Known) -> PageOut[RateOut]:
    """List the rates, newest first."""
    page = await db.read(exchange.list_rates, after=cut.after, limit=cut.limit)
    return PageOut[RateOut].of(page, RateOut.of)


@router.post("/exchange-quotes")
async def quote_exchange(body: ExchangeIn, db: Db, _: Client) -> QuoteOut:
    """Say what an amount would bring, without exchanging it."""
    found = await db.read(
        exchange.quote_exchange, rate_id=body.rate, sold=body.sold.to_money()
    )
    return QuoteOut.model_validate(found)


@router.post("/exchanges", status_code=201, response_model=ExchangedOut)
async def exchange_money(body: ExchangeIn, client: Client, commands: Keyed) -> Response:
    """Turn one's own money into the other currency, at the rate one saw."""
    return await commands.run(
        ExchangedOut.model_validate,
        exchange.exchange,
        party_id=client.party,
        sold=body.sold.to_money(),
        rate_id=body.rate,
    )
