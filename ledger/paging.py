"""Cut long lists into pages by a cursor on an immutable order: the id."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

T = TypeVar("T")

MAX_PAGE = 200
DEFAULT_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, newest first, and the cursor of the next page if there is one."""

    items: list[T]
    next_after: str | None


async def fetch_page(
    session: AsyncSession,
    query: Select[T],
    *,
    by: InstrumentedAttribute[str] | InstrumentedAttribute[Any],
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[T]:
    """Fetch the items that come after a cursor, newest id first."""
    size = min(max(limit, 1), MAX_PAGE)
    if after is not None:
        query = query.where(by < after)
    rows = await session.scalars(query.order_by(by.desc()).limit(size + 1))
    found: list[T] = list(rows)
    items = found[:size]
    more = len(found) > size
    return Page(items, getattr(items[-1], by.key) if more else None)
