"""Certify that an agreement was signed: by whom, with which key, and where it is proven."""

import json

from contracts import documents
from contracts.agreement import lender_reference
from contracts.documents import (
    Completion,
    Consent,
    Entry,
    Lender,
    Signer,
    Source,
    Total,
)
from finance import signing
from finance.lending import papers, repository
from finance.lending.errors import AgreementUnsigned
from finance.lending.model import Loan
from finance.signing import Custody, Purpose, Signature
from ledger import audit
from ledger.audit import Concern, Policy, PublishedHead
from ledger.database import UnitOfWork
from ledger.ids import PartyId


async def completion_source(
    uow: UnitOfWork, *, loan: Loan, custody: Custody | None, policy: Policy | None
) -> Source:
    """Write the certificate of completion under the newest head, witnessed if any is.

    Raises:
        AgreementUnsigned: Its parties have not signed it.
        EntryNotThere, NothingSealed: The log has not sealed the signatures yet.
    """
    if not loan.is_signed:
        raise AgreementUnsigned
    rows = await signing.list_about(uow, purpose=Purpose.AGREEMENT, concerns=loan.id)
    agreed = _Proving(policy)
    signers = [await agreed.signer(uow, row) for row in rows]
    together = await agreed.total(uow, Purpose.AGREEMENT, loan.id)
    pledged = await agreed.total(uow, Purpose.PLEDGE, loan.offer)
    head = agreed.newest
    return documents.completion(
        Completion(
            loan.id,
            uow.today(),
            await papers.agreement_message(uow, loan_id=loan.id, custody=custody),
            dict(documents.consent(Consent.AGREEMENT)),
            dict(documents.consent(Consent.PLEDGE)),
            signers,
            together,
            await _lenders(uow, loan),
            pledged,
            head.note if head else "",
            head.is_witnessed if head else False,
        )
    )


class _Proving:
    """Proofs out of the log, and the newest head one of them rests on."""

    def __init__(self, policy: Policy | None) -> None:
        self.policy = policy
        self.newest: PublishedHead | None = None

    async def entry(self, uow: UnitOfWork, subject: str) -> Entry:
        """Return where the first event about something stands, with its proof."""
        receipt = await audit.give_receipt(
            uow, Concern(subject, subject), policy=self.policy
        )
        if self.newest is None or receipt.head.size > self.newest.size:
            self.newest = receipt.head
        proof = str(json.loads(receipt.content)["proofs"][0])
        return Entry(audit.index_of(proof), proof)

    async def signer(self, uow: UnitOfWork, row: Signature) -> Signer:
        """Return one party's signature as the certificate shows it."""
        key = await signing.get_key(uow, key_id=row.key) if row.key else None
        return Signer(
            role=row.role,
            party=await papers.named(uow, PartyId(row.party)),
            level=row.level,
            signed_at=row.signed_at,
            key_id=row.key or "",
            public=key.public.hex() if key else "",
            holder=key.holder if key else "",
            signature=row.signature.hex() if row.signature else "",
            entry=await self.entry(uow, row.id),
        )

    async def total(
        self, uow: UnitOfWork, purpose: Purpose, concerns: str
    ) -> Total | None:
        """Return the one signature made of many, if there is one."""
        row = await signing.find_total(uow, purpose, concerns)
        if row is None:
            return None
        entry = await self.entry(uow, row.id)
        return Total(row.signature.hex(), row.signers, row.keys, entry)


async def _lenders(uow: UnitOfWork, loan: Loan) -> list[Lender]:
    accepted = await repository.list_acceptances(uow, loan.id)
    return [
        Lender(
            lender_reference(loan.id, one.party), one.signature_level, one.accepted_at
        )
        for one in accepted
        if one.role == "lender"
    ]
