"""Gather what the market's pages show of an offer, from the services that know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.schedule import Schedule
from finance import equity, lending, raising
from finance.equity import ShareClass
from finance.lending import Application
from finance.raising import Offer, OfferStatus, Product
from ledger.database import UnitOfWork
from ledger.money import Currency
from ledger.paging import Page
from risk import identity


@dataclass(frozen=True)
class OfferView:
    """An offer with its firm, and the loan or the shares it raises money for."""

    offer: Offer
    firm: str
    application: Application | None = None
    shares: ShareClass | None = None

    @property
    def grade(self) -> str:
        """The grade of the score; nothing for shares, or where there is no score."""
        return (self.application.decision["grade"] or "") if self.application else ""

    @property
    def score(self) -> int | None:
        """The points of the score; none for shares, or where there is no score."""
        return self.application.decision["score"] if self.application else None

    @property
    def reasons(self) -> Sequence[dict[str, Any]]:
        """The reasons of the score."""
        return self.application.decision["reasons"] if self.application else ()

    @property
    def rate_bps(self) -> int | None:
        """The nominal yearly rate."""
        return self.application.quote["terms"]["rate_bps"] if self.application else None

    @property
    def apr_bps(self) -> int | None:
        """The true yearly cost to the firm, with every fee."""
        return int(self.application.quote["apr_bps"]) if self.application else None

    @property
    def schedule(self) -> Schedule | None:
        """The payments, if the money went out today."""
        return lending.schedule_of(self.application) if self.application else None


@dataclass(frozen=True)
class Filters:
    """What a reader wants to see of the market."""

    product: Product | None = None
    currency: Currency | None = None
    grade: str = ""

    def admit(self, view: OfferView) -> bool:
        """Say whether an offer is wanted."""
        return (self.currency in (None, view.offer.currency)) and (
            self.grade in ("", view.grade)
        )

    @property
    def query(self) -> str:
        """The filters as an address tells them."""
        given = {
            "product": self.product or "",
            "currency": self.currency or "",
            "grade": self.grade,
        }
        return "&".join(f"{name}={value}" for name, value in given.items() if value)


async def list_open(
    uow: UnitOfWork, *, filters: Filters, after: str | None
) -> Page[OfferView]:
    """Return the open offers that are wanted, newest first."""
    page = await raising.list_offers(
        uow, status=OfferStatus.OPEN, product=filters.product, after=after
    )
    views = [await view_of(uow, offer) for offer in page.items]
    return Page([view for view in views if filters.admit(view)], page.next_after)


async def get_view(uow: UnitOfWork, *, offer_id: str) -> OfferView:
    """Return one offer as its page shows it."""
    return await view_of(uow, await raising.get_offer(uow, offer_id=offer_id))


async def view_of(uow: UnitOfWork, offer: Offer) -> OfferView:
    """Gather what belongs to an offer."""
    party = await identity.get_party(uow, party_id=offer.issuer)
    match Product(offer.product):
        case Product.LOAN:
            application = await lending.get_application(
                uow, application_id=offer.subject
            )
            return OfferView(offer, party.name, application=application)
        case Product.EQUITY:
            shares = await equity.get_share_class(uow, share_id=offer.subject)
            return OfferView(offer, party.name, shares=shares)
