"""Who stands behind a loan and signs its agreement: a trustee, and guarantors.

They are named before the first person recommends the application, so that both people
agree on them and lenders pledge to terms that name them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from finance import approvals
from finance.lending import repository
from finance.lending.errors import (
    OwnSurety,
    SuretyMissing,
    SuretyTaken,
    TooManySureties,
)
from finance.lending.events import SuretyNamed, SuretyReleased
from finance.lending.model import Application, ApplicationStatus, Loan
from finance.signing import SignerRole
from ledger.database import UnitOfWork
from ledger.ids import IdType, PartyId
from ledger.paging import MAX_PAGE
from ledger.tables import Base
from risk import identity

MOST_SURETIES: Final = 5


class Surety(Base):
    """A party that stands behind a loan: its trustee, or one of its guarantors."""

    __tablename__ = "surety"

    application: Mapped[str] = mapped_column(
        IdType("app"), ForeignKey("application.id"), primary_key=True
    )
    party: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), primary_key=True, index=True
    )
    role: Mapped[str]
    named_by: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    named_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("role IN ('trustee', 'guarantor')", "role"),
        Index(
            "uq_surety_trustee",
            "application",
            unique=True,
            postgresql_where=text("role = 'trustee'"),
        ),
    )

    @property
    def stands_as(self) -> SignerRole:
        """Return what it signs as."""
        return SignerRole(self.role)


async def name_surety(
    uow: UnitOfWork,
    *,
    application_id: str,
    party_id: PartyId,
    role: SignerRole,
    operator_id: PartyId,
) -> Surety:
    """Name somebody who has to sign the agreement too, before anybody recommends it.

    Raises:
        ApplicationNotWaiting: It was recommended or decided before.
        PartyNotVerified: Nobody has checked yet who this is.
        OwnSurety, OwnCase: It is who borrows; it is who names.
        SuretyTaken: It stands for this loan, or the loan has its trustee.
        TooManySureties: There are as many as may be.
    """
    application = await _still_open(uow, application_id, operator_id)
    approvals.require_stranger(operator_id, asks=party_id)
    party = await identity.get_party(uow, party_id)
    party.require_verified()
    if party_id == application.party:
        raise OwnSurety
    _require_room(await list_sureties(uow, application_id), party_id, role)
    named = Surety(
        application=application_id,
        party=party_id,
        role=role.value,
        named_by=operator_id,
        named_at=uow.now(),
    )
    uow.add(named)
    uow.record(SuretyNamed(application_id, party_id, role.value, by=operator_id))
    return named


async def release_surety(
    uow: UnitOfWork, *, application_id: str, party_id: PartyId, operator_id: PartyId
) -> Application:
    """Take a surety off again, before anybody recommends the application.

    Raises:
        ApplicationNotWaiting: It was recommended or decided before.
        SuretyMissing: This party does not stand for the loan.
    """
    application = await _still_open(uow, application_id, operator_id)
    gone = await uow.session.execute(
        delete(Surety)
        .where(Surety.application == application_id, Surety.party == party_id)
        .returning(Surety.party)
    )
    if gone.first() is None:
        raise SuretyMissing
    uow.record(SuretyReleased(application_id, party_id, by=operator_id))
    return application


async def list_sureties(uow: UnitOfWork, application_id: str) -> Sequence[Surety]:
    """Return who stands behind a loan: the trustee last, guarantors as they were named."""
    rows = await uow.session.scalars(
        select(Surety)
        .where(Surety.application == application_id)
        .order_by(Surety.role, Surety.named_at, Surety.party)
    )
    return rows.all()


@dataclass(frozen=True)
class StoodFor:
    """What a party stands for; ``loan`` is None until lenders have funded it."""

    application: str
    role: SignerRole
    loan: str | None
    status: str | None
    named_at: datetime


async def list_stood_for(uow: UnitOfWork, party_id: PartyId) -> list[StoodFor]:
    """Return what a party stands behind, the newest first."""
    rows = await uow.session.execute(
        select(Surety, Loan.id, Loan.status)
        .outerjoin(Loan, Loan.application == Surety.application)
        .where(Surety.party == party_id)
        .order_by(Surety.application.desc())
        .limit(MAX_PAGE)
    )
    return [
        StoodFor(one.application, one.stands_as, loan, status, one.named_at)
        for one, loan, status in rows
    ]


async def require_strangers(
    uow: UnitOfWork, application_id: str, operator_id: PartyId
) -> None:
    """Refuse an operator who stands for the loan it is to decide on."""
    for surety in await list_sureties(uow, application_id):
        approvals.require_stranger(operator_id, asks=surety.party)


def written(sureties: Sequence[Surety]) -> list[dict[str, str]]:
    """Return sureties as two people agree on them, and as the hash of the terms has them."""
    return [{"party": one.party, "role": one.role} for one in sureties]


async def _still_open(
    uow: UnitOfWork, application_id: str, operator_id: PartyId
) -> Application:
    application = await repository.get_application(uow, application_id, lock=True)
    approvals.require_stranger(operator_id, asks=application.party)
    application.require(ApplicationStatus.ASSESSED)
    return application


def _require_room(known: Sequence[Surety], party_id: PartyId, role: SignerRole) -> None:
    is_second_trustee = role is SignerRole.TRUSTEE and any(
        one.stands_as is SignerRole.TRUSTEE for one in known
    )
    if is_second_trustee or party_id in {one.party for one in known}:
        raise SuretyTaken
    if len(known) >= MOST_SURETIES:
        raise TooManySureties(most=MOST_SURETIES)
