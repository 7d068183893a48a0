"""How exchange finds rates."""

from sqlalchemy import or_, select

from finance.exchange.errors import RateMissing
from finance.exchange.model import ExchangeRate
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.money import Currency
from ledger.paging import DEFAULT_PAGE, Page, fetch_page


async def get_rate(uow: UnitOfWork, *, rate_id: str) -> ExchangeRate:
    """Return a rate by its id."""
    row = await uow.session.get(ExchangeRate, rate_id)
    if row is None:
        raise NotFound(thing="exchange rate")
    return row


async def get_newest_rate(uow: UnitOfWork, currency: Currency) -> ExchangeRate:
    """Return the newest rate by which a currency is exchanged.

    Raises:
        RateMissing: There was never one.
    """
    row = await uow.session.scalar(
        select(ExchangeRate)
        .where(or_(ExchangeRate.base == currency, ExchangeRate.quote == currency))
        .order_by(ExchangeRate.quoted_at.desc(), ExchangeRate.id.desc())
        .limit(1)
    )
    if row is None:
        raise RateMissing
    return row


async def list_rates(
    uow: UnitOfWork, *, after: str | None = None, limit: int = DEFAULT_PAGE
) -> Page[ExchangeRate]:
    """Return the rates, newest first."""
    return await fetch_page(
        uow.session, select(ExchangeRate), by=ExchangeRate.id, after=after, limit=limit
    )
