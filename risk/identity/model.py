"""What identity remembers: one row per party, and what a firm does and where."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import IdType, PartyId, new_id
from ledger.tables import Base, choice_of
from risk.identity.errors import (
    OwnCheckForbidden,
    PartyAlreadyChecked,
    PartyNotVerified,
)

ERASED: Final = "—"


class PartyKind(StrEnum):
    """A human being, or a firm that acts through some."""

    PERSON = "person"
    FIRM = "firm"


class TaxResidency(StrEnum):
    """Where the party pays tax, as the market's withholding rules ask."""

    RESIDENT = "resident"
    NON_RESIDENT = "non_resident"


class KycState(StrEnum):
    """How far the check of who this is has come."""

    PENDING = "pending"
    VERIFIED = "verified"
    REJECTED = "rejected"


class Party(Base):
    """Someone who takes part, in whatever role others give."""

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'firm')", name="kind"),
        CheckConstraint("tax_residency IN ('resident', 'non_resident')", name="tax"),
        CheckConstraint("kyc IN ('pending', 'verified', 'rejected')", name="kyc"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint(
            "(kyc = 'pending') = (checked_at IS NULL)"
            " AND (checked_at IS NULL) = (checked_by IS NULL)",
            name="checked",
        ),
    )

    id: Mapped[str] = mapped_column(IdType("party"), primary_key=True)
    kind: Mapped[PartyKind] = mapped_column(choice_of(PartyKind))
    name: Mapped[str]
    country: Mapped[str]
    tax_residency: Mapped[TaxResidency] = mapped_column(choice_of(TaxResidency))
    kyc: Mapped[KycState] = mapped_column(choice_of(KycState))
    created_at: Mapped[datetime]
    checked_by: Mapped[str | None]
    checked_at: Mapped[datetime | None]

    @classmethod
    def new(
        cls,
        kind: PartyKind,
        *,
        name: str,
        country: str,
        tax_resident: bool,
        at: datetime,
    ) -> Self:
        """Make a party that nobody has checked yet."""
        residency = TaxResidency.RESIDENT if tax_resident else TaxResidency.NON_RESIDENT
        return cls(
            id=new_id("party", at),
            kind=kind,
            name=name,
            country=country,
            tax_residency=residency,
            kyc=KycState.PENDING,
            created_at=at,
            checked_by=None,
            checked_at=None,
        )

    @property
    def is_verified(self) -> bool:
        """Say whether somebody checked who this is, and was content."""
        return self.kyc is KycState.VERIFIED

    def check(self, state: KycState, *, by: str, at: datetime) -> None:
        """Settle the check once; nobody settles their own."""
        if by == self.id:
            raise OwnCheckForbidden
        if self.kyc is not KycState.PENDING:
            raise PartyAlreadyChecked(state=self.kyc)
        self.kyc = state
        self.checked_by = by
        self.checked_at = at

    def require_verified(self) -> PartyId:
        """Refuse a party that may not yet move money."""
        if not self.is_verified:
            raise PartyNotVerified(state=self.kyc)
        return PartyId(self.id)


class Sector(StrEnum):
    """The lines of business that loans are counted by."""

    AGRICULTURE = "agriculture"
    FOOD = "food"
    TRADE = "trade"
    MANUFACTURING = "manufacturing"
    GARMENTS = "garments"
    TOURISM = "tourism"
    TRANSPORT = "transport"
    CONSTRUCTION = "construction"
    SERVICES = "services"
    OTHER = "other"


_SECTORS = ", ".join(f"'{sector}'" for sector in Sector)


class Firm(Base):
    """A party's line of business and place; ``head`` is who decides for its group."""

    __tablename__ = "firm"
    __table_args__ = (
        CheckConstraint(f"sector IN ({_SECTORS})", name="sector"),
        CheckConstraint("province ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'", name="province"),
        CheckConstraint("head <> party", name="head"),
    )

    party: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), primary_key=True
    )
    sector: Mapped[Sector] = mapped_column(choice_of(Sector))
    province: Mapped[str]
    head: Mapped[str | None] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )

    @classmethod
    def of(cls, party_id: str, sector: Sector, province: str) -> Self:
        """Make the row of a firm that belongs to no group."""
        return cls(party=party_id, sector=sector, province=province, head=None)
