"""Print documents for those who may see them: what both doors, pages and /v1, answer."""

import asyncio
import hashlib
from enum import StrEnum
from typing import Any, Final

from fastapi import Response

from api.services import Services
from contracts.documents import Language, Source
from finance import equity, lending, raising
from finance.lending import Loan
from finance.raising import Product
from ledger.database import Database, UnitOfWork
from ledger.errors import NotFound
from ledger.ids import PartyId

PDF: Final = "application/pdf"
DESCRIBED: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": {
        200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
    },
}


class LoanPaper(StrEnum):
    """What can be had in print about a loan."""

    AGREEMENT = "agreement"
    SCHEDULE = "schedule"
    AGREED_SCHEDULE = "agreed-schedule"
    COMPLETION = "completion"


class Papers:
    """Prints what one reader asks for, in one language."""

    def __init__(self, services: Services, db: Database, language: Language) -> None:
        self.services = services
        self.db = db
        self.language = language

    async def of_loan(self, loan: Loan, paper: LoanPaper) -> Response:
        """Print a document of a loan that its reader may see."""
        match paper:
            case LoanPaper.AGREEMENT:
                name = lending.form_of(self.language)
                form = await self.db.read(lending.get_form, loan_id=loan.id, name=name)
                # Until all have signed, the file is the form that they sign.
                return await self._answer(form.content, paper, seals=loan.is_signed)
            case LoanPaper.SCHEDULE:
                source = await self.db.read(lending.schedule_source, loan=loan)
            case LoanPaper.AGREED_SCHEDULE:
                source = await self.db.read(lending.agreed_schedule_source, loan=loan)
            case LoanPaper.COMPLETION:
                source = await self.db.read(
                    lending.completion_source,
                    loan=loan,
                    custody=self.services.custody,
                    policy=self.services.policy,
                )
        return await self._print(source, paper, seals=paper is LoanPaper.COMPLETION)

    async def of_offer(self, offer_id: str) -> Response:
        """Print the key information sheet of an offer."""
        source = await self.db.read(_information, offer_id=offer_id)
        return await self._print(source, "key-information")

    async def of_pledge(self, pledge_id: str, party_id: PartyId) -> Response:
        """Print the subscription that one's own pledge for shares is."""
        source = await self.db.read(
            _subscription, pledge_id=pledge_id, party_id=party_id
        )
        return await self._print(source, "subscription")

    async def _print(
        self, source: Source, name: str, *, seals: bool = False
    ) -> Response:
        # Printing takes a tenth of a second; nobody else is to wait for it.
        printed = await asyncio.to_thread(
            self.services.printer.print, source, self.language
        )
        return await self._answer(printed.content, name, seals=seals)

    async def _answer(self, content: bytes, name: str, *, seals: bool) -> Response:
        """Give a print; sealed, it still begins with the bytes whose hash is told."""
        shown = content
        if seals and self.services.seal:
            shown = await asyncio.to_thread(self.services.seal, content)
        file = f'inline; filename="{name}-{self.language}.pdf"'
        headers = {
            "Content-Disposition": file,
            "Content-Language": self.language.value,
            "Document-SHA256": hashlib.sha256(content).hexdigest(),
        }
        return Response(shown, media_type=PDF, headers=headers)


async def _information(uow: UnitOfWork, *, offer_id: str) -> Source:
    offer = await raising.get_offer(uow, offer_id=offer_id)
    match Product(offer.product):
        case Product.LOAN:
            return await lending.loan_information(uow, offer=offer)
        case Product.EQUITY:
            return await equity.share_information(uow, offer=offer)


async def _subscription(
    uow: UnitOfWork, *, pledge_id: str, party_id: PartyId
) -> Source:
    pledge = await raising.get_pledge(uow, pledge_id=pledge_id, party_id=party_id)
    offer = await raising.get_offer(uow, offer_id=pledge.offer)
    if Product(offer.product) is not Product.EQUITY:
        raise NotFound(thing="subscription")
    return await equity.share_subscription(uow, pledge=pledge, offer=offer)
