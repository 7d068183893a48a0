"""Shares: classes, their offers decided by two people, and who holds what."""

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field

from api.http.callers import Known, Operator, Sme
from api.http.commands import Keyed
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.applications import MAX_OPEN_DAYS, ApprovalOut
from api.http.routes.offers import OfferOut
from api.wire import (
    Cut,
    In,
    MoneyIn,
    MoneyOut,
    Name,
    Out,
    PageOut,
    PartyRef,
    ShareRef,
    Words,
)
from finance import equity
from finance.equity import ShareClassStatus

router = make_router("equity")

MAX_FOUNDERS = 100
Units = Annotated[int, Field(ge=1, le=equity.MOST_SHARES)]


class ShareClassIn(In):
    """A class of shares to be made, at one price a share."""

    name: Name
    price: MoneyIn
    authorised: Units


class ShareClassOut(Out):
    """A class of shares of a firm."""

    id: str
    issuer: str
    name: str
    price: MoneyOut
    authorised: int
    approval: str | None
    offer: str | None
    status: ShareClassStatus
    created_at: datetime


class FounderIn(In):
    """A holder before the offer."""

    party: PartyRef
    units: Units


class FoundersIn(In):
    """The shares that exist before the offer."""

    founders: Annotated[list[FounderIn], Field(min_length=1, max_length=MAX_FOUNDERS)]


class ShareOfferIn(In):
    """What an offer of shares is to raise, for how long, and what the reviewer found."""

    target: MoneyIn
    open_days: Annotated[int, Field(ge=1, le=MAX_OPEN_DAYS)]
    note: Words


class HoldingOut(Out):
    """Shares of a class that a party holds."""

    share_id: str
    holder: str
    units: int


@router.post("/share-classes", status_code=201)
async def create_share_class(body: ShareClassIn, db: Db, sme: Sme) -> ShareClassOut:
    """Make a class of shares of one's own firm."""
    share = await db.transact(
        equity.create_share_class,
        issuer_id=sme.party,
        name=body.name,
        price=body.price.to_money(),
        authorised=body.authorised,
    )
    return ShareClassOut.model_validate(share)


@router.get("/share-classes")
async def list_share_classes(
    db: Db, cut: Cut, _: Known, issuer: PartyRef | None = None
) -> PageOut[ShareClassOut]:
    """List classes of shares, newest first."""
    page = await db.read(
        equity.list_share_classes,
        issuer_id=issuer,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[ShareClassOut].of(page, ShareClassOut.model_validate)


@router.get("/share-classes/{share_id}")
async def get_share_class(share_id: ShareRef, db: Db, _: Known) -> ShareClassOut:
    """Show a class of shares."""
    share = await db.read(equity.get_share_class, share_id=share_id)
    return ShareClassOut.model_validate(share)


@router.get("/share-classes/{share_id}/holdings")
async def list_register(
    share_id: ShareRef, db: Db, caller: Known
) -> PageOut[HoldingOut]:
    """List who holds a class: for its firm and staff."""
    share = await db.read(equity.get_share_class, share_id=share_id)
    caller.require_sight(share.issuer, "share class")
    holdings = await db.read(equity.list_holdings, share_id=share_id)
    return PageOut[HoldingOut].whole(holdings, HoldingOut.model_validate)


@router.get("/holdings")
async def list_holdings(
    db: Db, caller: Known, party: PartyRef | None = None
) -> PageOut[HoldingOut]:
    """List the shares one holds; staff name the party."""
    holdings = await db.read(equity.list_holdings, holder=caller.about(party))
    return PageOut[HoldingOut].whole(holdings, HoldingOut.model_validate)


@router.post("/share-classes/{share_id}/founders", response_model=ShareClassOut)
async def allot_founders(
    share_id: ShareRef, body: FoundersIn, commands: Keyed, _: Operator
) -> Response:
    """Write the shares that exist before an offer into the register."""
    return await commands.run(
        ShareClassOut.model_validate,
        equity.allot_founders,
        share_id=share_id,
        founders=[(founder.party, founder.units) for founder in body.founders],
    )


@router.post("/share-classes/{share_id}/review", status_code=201)
async def review_share_offer(
    share_id: ShareRef, body: ShareOfferIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Recommend an offer of shares, on exactly these terms."""
    approval = await db.transact(
        equity.review_share_offer,
        share_id=share_id,
        operator_id=operator.party,
        target=body.target.to_money(),
        open_days=body.open_days,
        note=body.note,
    )
    return ApprovalOut.model_validate(approval)


@router.post("/share-classes/{share_id}/approve", status_code=201)
async def approve_share_offer(
    share_id: ShareRef, db: Db, operator: Operator
) -> OfferOut:
    """Agree, as a second person, and offer the shares."""
    offer = await db.transact(
        equity.approve_share_offer, share_id=share_id, operator_id=operator.party
    )
    return OfferOut.model_validate(offer)
