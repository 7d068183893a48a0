"""The market: open offers, one offer, a pledge, and thinking again."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Response
from fastapi.responses import JSONResponse

from api.auth import Caller, Role
from api.http.callers import Known, Lender
from api.portal import offers
from api.portal.amounts import read_amount, read_currency
from api.portal.desk import KEYS_SCRIPT, At, Desk
from api.portal.errors import FormMalformed
from api.portal.fields import Hex, Text, one_of, read_hex
from api.portal.guard import make_pages
from api.portal.offers import Filters, OfferView
from api.wire import IdText, OfferRef, PledgeRef
from contracts import documents
from contracts.documents import Consent, Language
from finance import raising, signing, wallets
from finance.raising import OwnSignature, Pledge, PledgeStatus, Product
from finance.signing import Custody, Holder, SigningKey
from finance.wallets import Purse
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.money import Currency, Money
from ledger.paging import MAX_PAGE

router = make_pages()

GRADES = ("A", "B", "C", "D", "E")


@dataclass(frozen=True)
class OwnSide:
    """What a lender has to do with an offer: their pledges and their purse."""

    pledges: tuple[Pledge, ...] = ()
    purse: Purse | None = None
    key: SigningKey | None = None

    @property
    def signs_here(self) -> SigningKey | None:
        """The key of the lender's own that pledges are signed with in the browser."""
        return self.key if self.key and self.key.holder == Holder.OWNER else None


class PledgeForm:
    """What the form of a pledge sends; the last two fields are filled in by a script."""

    def __init__(
        self,
        amount: Text = "",
        currency: Text = "",
        pledge_id: Text = "",
        signature: Hex = "",
    ) -> None:
        self._typed = amount, currency
        self._signed = pledge_id, signature

    @property
    def amount(self) -> Money:
        """The money promised."""
        amount, currency = self._typed
        return read_amount(amount, read_currency(currency))

    @property
    def own(self) -> OwnSignature | None:
        """The signature by the lender's own key."""
        pledge_id, signature = self._signed
        if not signature:
            return None
        if not re.fullmatch(IdText("plg").pattern, pledge_id):
            raise FormMalformed
        return OwnSignature(pledge_id, read_hex(signature))

    async def place(
        self,
        uow: UnitOfWork,
        *,
        offer_id: str,
        party_id: PartyId,
        custody: Custody | None,
    ) -> Pledge:
        """Place the pledge; what cannot be read is refused like what is not allowed."""
        return await raising.place_pledge(
            uow,
            offer_id=offer_id,
            party_id=party_id,
            amount=self.amount,
            custody=custody,
            own=self.own,
        )


@router.get("/market")
async def show_market(
    desk: At,
    _: Known,
    product: str = "",
    currency: str = "",
    grade: str = "",
    after: OfferRef | None = None,
) -> Response:
    """Show what lenders can fund now."""
    shown = grade if grade in GRADES else ""
    filters = Filters(one_of(Product, product), one_of(Currency, currency), shown)
    page = await desk.db.read(offers.list_open, filters=filters, after=after)
    return desk.page("market.html", page=page, filters=filters, grades=GRADES)


@router.get("/offers/{offer_id}")
async def show_offer(offer_id: OfferRef, desk: At, caller: Known) -> Response:
    """Show all that is known of one offer."""
    return await _offer_page(desk, offer_id, caller)


@router.get("/offers/{offer_id}/documents/key-information.pdf")
async def give_key_information(
    offer_id: OfferRef, desk: At, _: Known, language: Language | None = None
) -> Response:
    """Give the key information sheet of an offer in print."""
    return await desk.papers(language).of_offer(offer_id)


@router.get("/pledges/{pledge_id}/documents/subscription.pdf")
async def give_subscription(
    pledge_id: PledgeRef, desk: At, caller: Lender, language: Language | None = None
) -> Response:
    """Give the share subscription that one's own pledge is."""
    return await desk.papers(language).of_pledge(pledge_id, caller.party)


@router.get("/offers/{offer_id}/pledge-message")
async def write_pledge_message(
    offer_id: OfferRef, desk: At, caller: Lender, amount: str = "", currency: str = ""
) -> Response:
    """Write what the lender's own key signs; the script on the page reads it first."""
    message = await desk.db.read(
        raising.pledge_message,
        offer_id=offer_id,
        party_id=caller.party,
        amount=read_amount(amount, read_currency(currency)),
        platform=desk.keeper.platform,
    )
    return JSONResponse({"pledge": message.pledge, "message": message.encoded().hex()})


@router.post("/offers/{offer_id}/pledges")
async def pledge(
    offer_id: OfferRef, desk: At, caller: Lender, sent: Annotated[PledgeForm, Depends()]
) -> Response:
    """Promise money to an offer, signed in the browser when the key is there."""
    place = partial(
        sent.place, offer_id=offer_id, party_id=caller.party, custody=desk.custody
    )
    return await desk.act(
        place,
        done=f"/offers/{offer_id}?done=pledged",
        again=partial(_offer_page, offer_id=offer_id, caller=caller),
    )


@router.post("/offers/{offer_id}/pledges/{pledge_id}/withdraw")
async def withdraw(
    offer_id: OfferRef, pledge_id: PledgeRef, desk: At, caller: Lender
) -> Response:
    """Take a pledge back within its reflection period."""
    return await desk.act(
        partial(raising.withdraw_pledge, pledge_id=pledge_id, party_id=caller.party),
        done=f"/offers/{offer_id}?done=pledge_withdrawn",
        again=lambda again: _offer_page(again, offer_id, caller),
    )


async def _offer_page(desk: Desk, offer_id: str, caller: Caller) -> Response:
    view, own = await desk.db.read(_read_offer, offer_id=offer_id, caller=caller)
    return desk.page(
        "offer.html",
        view=view,
        offer=view.offer,
        own=own,
        platform=signing.platform_of(desk.custody),
        consent=documents.consent(Consent.PLEDGE)[desk.language],
        script=KEYS_SCRIPT if own.signs_here else "",
    )


async def _read_offer(
    uow: UnitOfWork, *, offer_id: str, caller: Caller
) -> tuple[OfferView, OwnSide]:
    view = await offers.get_view(uow, offer_id=offer_id)
    if caller.role is not Role.LENDER:
        return view, OwnSide()
    return view, await _own_side(uow, view, caller.party)


async def _own_side(uow: UnitOfWork, view: OfferView, party: PartyId) -> OwnSide:
    page = await raising.list_pledges(uow, party_id=party, limit=MAX_PAGE)
    standing = (PledgeStatus.HELD, PledgeStatus.CAPTURED)
    own = [p for p in page.items if p.offer == view.offer.id and p.status in standing]
    purses = await wallets.list_purses(uow, party_id=party)
    fitting = (p for p in purses if p.wallet.currency is view.offer.currency)
    key = await signing.find_signing(uow, party_id=party)
    return OwnSide(tuple(own), next(fitting, None), key)
