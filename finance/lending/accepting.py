"""The agreement is signed by everybody it binds; with the last signature the money goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.signing import SignatureLevel
from finance import raising, rulepacks, signing
from finance.lending import funding, papers, repository, sureties
from finance.lending.errors import AgreementSigned, DocumentChanged
from finance.lending.events import AgreementAccepted
from finance.lending.model import Acceptance, Loan, LoanStatus
from finance.raising import Product
from finance.signing import Act, Custody, Purpose, Signature, SignerRole
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import PartyId


@dataclass(frozen=True)
class Signatories:
    """Who signs an agreement, each in one role; ``least`` is how strongly at least.

    A loan with sureties is signed by keys alone: all of them sign as one.
    """

    roles: Mapping[str, SignerRole]
    operator: str
    least: SignatureLevel

    def role_of(self, party_id: str) -> SignerRole:
        """Return as what a party signs; to others there is no such loan."""
        if party_id not in self.roles:
            raise NotFound(thing="loan")
        return self.roles[party_id]

    def waited_for(self, signed: Sequence[Signature]) -> set[str]:
        """Return who has yet to sign."""
        return set(self.roles) - {row.party for row in signed}


async def signatories(uow: UnitOfWork, loan: Loan) -> Signatories:
    """Return who signs the agreement of a loan: borrower, operator, sureties."""
    operator = await papers.approver(uow, loan)
    behind = await sureties.list_sureties(uow, loan.application)
    roles = {loan.borrower: SignerRole.BORROWER, operator: SignerRole.OPERATOR}
    roles |= {one.party: one.stands_as for one in behind}
    least = raising.least_level(rulepacks.home(), Product.LOAN, on=uow.today())
    return Signatories(roles, operator, SignatureLevel.BLS if behind else least)


async def find_waiting(
    uow: UnitOfWork, *, loan: Loan, party_id: PartyId
) -> SignerRole | None:
    """Return as what a party has yet to sign an agreement; None when it has not to.

    The operator is asked only when it signs with a key of its own, after the others.
    """
    if loan.status != LoanStatus.AWAITING_SIGNATURE:
        return None
    bound = await signatories(uow, loan)
    waited_for = bound.waited_for(await _signed(uow, loan))
    if party_id not in waited_for:
        return None
    if party_id == bound.operator and len(waited_for) > 1:
        return None
    return bound.roles[party_id]


async def accept_agreement(
    uow: UnitOfWork,
    *,
    loan_id: str,
    party_id: PartyId,
    document_hash: bytes,
    custody: Custody | None = None,
    given: bytes | None = None,
) -> Loan:
    """Accept the agreement as one whom it binds, by its hash.

    With ``custody`` the party signs, by the signature ``given`` or the key held for it.
    When borrower and sureties have, the operator who approved signs by the key held for
    it, or later by its own; then all become one signature and the money goes out.

    Raises:
        NotFound: The agreement does not bind this party.
        SignatureInvalid, LevelTooLow, SigningKeyMissing: The signature does not do.
        LoanNotOpen: Everybody signed before, or the time was over.
        AgreementSigned: This party did; the loan waits for others.
        DocumentChanged: The hash is not one of the agreement's forms.
    """
    loan = await repository.get_loan(uow, loan_id, lock=True)
    bound = await signatories(uow, loan)
    role = bound.role_of(party_id)
    loan.require(LoanStatus.AWAITING_SIGNATURE)
    if party_id not in bound.waited_for(await _signed(uow, loan)):
        raise AgreementSigned
    message = await papers.agreement_message(uow, loan.id, custody=custody)
    if not message.names(document_hash):
        raise DocumentChanged
    act = _act(loan, party_id, role, message.encoded())
    word = await signing.sign(uow, act=act, custody=custody, given=given)
    SignatureLevel(word.level).require(bound.least)
    if role is not SignerRole.OPERATOR:
        _record(uow, loan, word, document_hash=document_hash)
    if await _all_signed(uow, loan, bound=bound, message=act.message, custody=custody):
        await funding.disburse(uow, loan)
    return loan


def _record(
    uow: UnitOfWork, loan: Loan, word: Signature, *, document_hash: bytes
) -> None:
    uow.add(
        Acceptance(
            loan=loan.id,
            party=word.party,
            role=word.role,
            document_hash=document_hash,
            signature_level=word.level,
            accepted_at=uow.now(),
        )
    )
    uow.record(
        AgreementAccepted(
            loan.id, word.party, word.role, document_hash.hex(), word.level
        )
    )


async def _all_signed(
    uow: UnitOfWork,
    loan: Loan,
    *,
    bound: Signatories,
    message: bytes,
    custody: Custody | None,
) -> bool:
    """Have the operator sign when all others have, and make one signature of all."""
    signed = await _signed(uow, loan)
    waited_for = bound.waited_for(signed)
    if not waited_for <= {bound.operator}:
        return False
    levels = {row.level for row in signed}
    if waited_for and levels == {SignatureLevel.CLICK}:
        # Nobody signed by key, so there is nothing to countersign.
        return True
    if waited_for:
        operator = PartyId(bound.operator)
        ours = _act(loan, operator, SignerRole.OPERATOR, message)
        word = await signing.prepare(uow, act=ours, custody=custody)
        if not SignatureLevel(word.level).reaches(bound.least):
            return False
        signing.keep(uow, word)
        levels.add(word.level)
    if levels == {SignatureLevel.BLS}:
        await signing.total_agreement(uow, loan_id=loan.id, parties=bound.roles)
    return True


async def _signed(uow: UnitOfWork, loan: Loan) -> Sequence[Signature]:
    await uow.session.flush()
    return await signing.list_about(uow, purpose=Purpose.AGREEMENT, concerns=loan.id)


def _act(loan: Loan, party: PartyId, role: SignerRole, message: bytes) -> Act:
    return Act(
        Purpose.AGREEMENT,
        concerns=loan.id,
        subject=loan.id,
        party=party,
        role=role,
        message=message,
    )
