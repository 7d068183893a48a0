"""Use cases of corrections: enter one, list them, and read the rules they make."""

from sqlalchemy import func, select, text

from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import new_id
from ledger.paging import DEFAULT_PAGE, Page, fetch_page
from risk.cashflow import RULES_VERSION, Category, Rulebook, one_spelling
from risk.corrections.errors import CorrectionNamesNobody
from risk.corrections.events import CategoryCorrected
from risk.corrections.model import CategoryCorrection

_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('risk.corrections'))")


async def correct_category(
    uow: UnitOfWork,
    *,
    counterparty: str,
    incoming: bool,
    category: Category,
    reason: str,
    operator_id: str,
) -> CategoryCorrection:
    """Make a rule of what an operator knows; it counts for what is judged from now on.

    Decisions made before keep the rules of their day, and replay with them.

    Raises:
        CorrectionNamesNobody: Nothing of the name tells one counterparty from others.
    """
    name = one_spelling(counterparty)
    if not any(letter.isalpha() for letter in name):
        raise CorrectionNamesNobody
    await uow.session.execute(_ALONE)
    last = await uow.session.scalar(select(func.max(CategoryCorrection.number)))
    correction = CategoryCorrection(
        id=new_id("fix", uow.now()),
        number=(last or 0) + 1,
        counterparty=name,
        incoming=incoming,
        category=category,
        reason=reason,
        decided_by=operator_id,
        decided_at=uow.now(),
    )
    uow.add(correction)
    uow.record(
        CategoryCorrected(correction.id, name, incoming, category, reason, operator_id)
    )
    return correction


async def get_rulebook(uow: UnitOfWork, *, version: str | None = None) -> Rulebook:
    """Return the rules of today, or those of a version that a decision names.

    Raises:
        NotFound: The version is of other written rules, or has not come yet.
    """
    last = await uow.session.scalar(select(func.max(CategoryCorrection.number))) or 0
    number = last if version is None else _number_of(version)
    if number > last:
        raise NotFound(thing="category rules")
    query = (
        select(CategoryCorrection)
        .where(CategoryCorrection.number <= number)
        .order_by(CategoryCorrection.number)
    )
    corrections = {
        (item.counterparty, item.incoming): item.category
        for item in await uow.session.scalars(query)
    }
    return Rulebook(corrections, number)


async def list_corrections(
    uow: UnitOfWork, *, after: str | None = None, limit: int = DEFAULT_PAGE
) -> Page[CategoryCorrection]:
    """Return a page of corrections, the newest first."""
    query = select(CategoryCorrection)
    return await fetch_page(
        uow.session, query, by=CategoryCorrection.id, after=after, limit=limit
    )


def _number_of(version: str) -> int:
    written, _, number = version.partition("+")
    if written != RULES_VERSION or not (number or "0").isdecimal():
        raise NotFound(thing="category rules")
    return int(number or "0")
