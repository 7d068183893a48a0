"""The market: offers, and promises of money to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Response
from pydantic import StringConstraints

from api.http.callers import Known, Lender, Operator, Staff
from api.http.commands import Keyed
from api.http.depends import Db, Outside
from api.http.router import make_router
from api.wire import (
    Cut,
    In,
    MoneyIn,
    MoneyOut,
    OfferRef,
    Out,
    PageOut,
    PartyRef,
    PledgeRef,
    Words,
)
from contracts.signing import PledgeMessage
from finance import raising
from finance.raising import OfferStatus, OwnSignature, PledgeStatus, Product

router = make_router("offers")


class OfferOut(Out):
    """An offer: all or nothing, up to a cap, until a deadline."""

    id: str
    product: Product
    issuer: str
    subject: str
    target: MoneyOut
    cap: MoneyOut
    min_pledge: MoneyOut
    step: MoneyOut
    pledged: MoneyOut
    remaining: MoneyOut
    reflection_days: int
    opens_at: datetime
    deadline_at: datetime
    status: OfferStatus
    closed_at: datetime | None


class OwnSignatureIn(In):
    """One's own key's signature over a pledge message, and the id that came with it."""

    pledge: PledgeRef
    signature: Annotated[str, StringConstraints(pattern="^[0-9a-f]{192}$")]

    def to_own(self) -> OwnSignature:
        """Return the bytes."""
        return OwnSignature(self.pledge, bytes.fromhex(self.signature))


class PledgeIn(In):
    """Money to be promised; signed by one's own key, or by the key held for one."""

    amount: MoneyIn
    signed: OwnSignatureIn | None = None


class PledgeAskIn(In):
    """How much one means to promise."""

    amount: MoneyIn


class PledgeMessageOut(Out):
    """The bytes to be signed, in hexadecimal, and the id the pledge will have."""

    pledge: str
    message: str

    @classmethod
    def of(cls, message: PledgeMessage) -> "PledgeMessageOut":
        """Show a message."""
        return cls(pledge=message.pledge, message=message.encoded().hex())


class PledgeOut(Out):
    """A promise of money, and until when it can be taken back."""

    id: str
    offer: str
    party: str
    amount: MoneyOut
    status: PledgeStatus
    placed_at: datetime
    reflection_until: datetime
    ended_at: datetime | None


@dataclass
class OfferFilter:
    """Which offers are asked for."""

    status: OfferStatus | None = None
    product: Product | None = None


class ReasonIn(In):
    """Why something is done."""

    reason: Words


@router.get("/offers")
async def list_offers(
    db: Db, _: Known, cut: Cut, wanted: Annotated[OfferFilter, Depends()]
) -> PageOut[OfferOut]:
    """List the market, newest first."""
    page = await db.read(
        raising.list_offers,
        status=wanted.status,
        product=wanted.product,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[OfferOut].of(page, OfferOut.model_validate)


@router.get("/offers/{offer_id}")
async def get_offer(offer_id: OfferRef, db: Db, _: Known) -> OfferOut:
    """Show one offer."""
    return OfferOut.model_validate(await db.read(raising.get_offer, offer_id=offer_id))


@router.get("/offers/{offer_id}/pledges")
async def list_pledges_of_offer(
    offer_id: OfferRef, db: Db, cut: Cut, _: Staff
) -> PageOut[PledgeOut]:
    """List who promised what to an offer."""
    page = await db.read(
        raising.list_offer_pledges,
        offer_id=offer_id,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[PledgeOut].of(page, PledgeOut.model_validate)


@router.post("/offers/{offer_id}/pledges", status_code=201, response_model=PledgeOut)
async def place_pledge(
    offer_id: OfferRef, body: PledgeIn, lender: Lender, commands: Keyed, house: Outside
) -> Response:
    """Promise money to an open offer, signed with one's own key or the one held for one."""
    return await commands.run(
        PledgeOut.model_validate,
        raising.place_pledge,
        offer_id=offer_id,
        party_id=lender.party,
        amount=body.amount.to_money(),
        custody=house.custody,
        own=body.signed.to_own() if body.signed else None,
    )


@router.post("/offers/{offer_id}/pledge-messages")
async def write_pledge_message(
    offer_id: OfferRef, body: PledgeAskIn, lender: Lender, db: Db, house: Outside
) -> PledgeMessageOut:
    """Write what one's own key signs to pledge; nothing is promised by asking."""
    message = await db.read(
        raising.pledge_message,
        offer_id=offer_id,
        party_id=lender.party,
        amount=body.amount.to_money(),
        platform=house.keeper.platform,
    )
    return PledgeMessageOut.of(message)


@router.post("/offers/{offer_id}/close", response_model=OfferOut)
async def close_offer(offer_id: OfferRef, commands: Keyed, _: Operator) -> Response:
    """End an offer whose outcome is certain: take every promise up, or let all go."""
    return await commands.run(
        OfferOut.model_validate, raising.close_offer, offer_id=offer_id
    )


@router.post("/offers/{offer_id}/cancel", response_model=OfferOut)
async def cancel_offer(
    offer_id: OfferRef, body: ReasonIn, commands: Keyed, _: Operator
) -> Response:
    """Stop an offer before its end and let every promise go."""
    return await commands.run(
        OfferOut.model_validate,
        raising.cancel_offer,
        offer_id=offer_id,
        reason=body.reason,
    )


@router.get("/pledges")
async def list_pledges(
    db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[PledgeOut]:
    """List one's promises, newest first; staff name the party."""
    page = await db.read(
        raising.list_pledges,
        party_id=caller.about(party),
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[PledgeOut].of(page, PledgeOut.model_validate)


@router.get("/pledges/{pledge_id}")
async def get_pledge(pledge_id: PledgeRef, db: Db, lender: Lender) -> PledgeOut:
    """Show one of one's promises."""
    pledge = await db.read(
        raising.get_pledge, pledge_id=pledge_id, party_id=lender.party
    )
    return PledgeOut.model_validate(pledge)


@router.post("/pledges/{pledge_id}/withdraw", response_model=PledgeOut)
async def withdraw_pledge(
    pledge_id: PledgeRef, lender: Lender, commands: Keyed
) -> Response:
    """Think again: take a promise back within its reflection period."""
    return await commands.run(
        PledgeOut.model_validate,
        raising.withdraw_pledge,
        pledge_id=pledge_id,
        party_id=lender.party,
    )
