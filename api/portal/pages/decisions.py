"""All decisions for those who supervise: what was asked, answered and set aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from fastapi import Response

from api.http.callers import Staff
from api.portal.desk import At
from api.portal.guard import make_pages
from api.wire import Cut
from finance import lending
from finance.lending import Application
from ledger.database import UnitOfWork
from ledger.paging import Page
from risk import identity

router = make_pages()


@dataclass(frozen=True)
class Decisions:
    """A page of applications and the names of the firms that asked."""

    page: Page[Application]
    names: Mapping[str, str]


@router.get("/decisions")
async def show_decisions(desk: At, _: Staff, cut: Cut) -> Response:
    """Show every answered request, newest first; each leads to what it stands on."""
    read = partial(_read, after=cut.after)
    return desk.page("decisions.html", decisions=await desk.db.read(read))


async def _read(uow: UnitOfWork, *, after: str | None) -> Decisions:
    page = await lending.list_applications(uow, after=after)
    names = await identity.get_names(uow, {one.party for one in page.items})
    return Decisions(page, names)
