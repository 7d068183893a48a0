"""What lending remembers of money given out: by receipt, by note, and owed back."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    PrimaryKeyConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import AccountId, IdType
from ledger.money import Currency
from ledger.tables import CURRENCY, Base


class Distribution(Base):
    """A receipt shared out, by what it paid; later numbers are differences to it.

    ``counted_on`` is the day it counts for its lenders and the tax office: that of the
    receipt, or of the correction. ``seed`` makes the salts under which the first one is
    counted (see ``counted``); a salt tells whose a share is.
    """

    __tablename__ = "distribution"

    receipt: Mapped[str] = mapped_column(IdType("rcpt"), ForeignKey("receipt.id"))
    number: Mapped[int]
    counted_on: Mapped[date]
    penalty_minor: Mapped[int]
    fee_minor: Mapped[int]
    interest_minor: Mapped[int]
    principal_minor: Mapped[int]
    excess_minor: Mapped[int]
    rounding_minor: Mapped[int]
    seed: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        PrimaryKeyConstraint("receipt", "number"),
        CheckConstraint("number > 0", "number"),
    )


class Share(Base):
    """What one note got of one distribution: the facts of its statement and tax paper.

    What foreign keys would check row by row, the trigger ``shares_must_have_their_places``
    checks at once.
    """

    __tablename__ = "distribution_share"

    receipt: Mapped[str] = mapped_column(IdType("rcpt"))
    number: Mapped[int]
    note: Mapped[str] = mapped_column(IdType("note"), index=True)
    principal_minor: Mapped[int]
    interest_minor: Mapped[int]
    fee_minor: Mapped[int]
    servicing_minor: Mapped[int]
    tax_minor: Mapped[int]
    net_minor: Mapped[int]
    withholding_bps: Mapped[int]

    __table_args__ = (
        PrimaryKeyConstraint("receipt", "number", "note"),
        CheckConstraint(
            "principal_minor + interest_minor + fee_minor"
            " = servicing_minor + tax_minor + net_minor",
            "adds_up",
        ),
    )


class OwedBack(Base):
    """Where it stands what a party was paid and must give back; few ever have one."""

    __tablename__ = "owed_back"

    party: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id"), unique=True
    )

    __table_args__ = (PrimaryKeyConstraint("party", "currency"),)


class TreatyResidence(Base):
    """A certificate that a lender is taxed in a country with which there is a treaty."""

    __tablename__ = "treaty_residence"

    id: Mapped[str] = mapped_column(IdType("treaty"), primary_key=True)
    party: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )
    country: Mapped[str]
    certificate: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    recorded_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("country ~ '^[A-Z]{2}$'", "country"),
        CheckConstraint("length(certificate) BETWEEN 1 AND 200", "certificate"),
        CheckConstraint("valid_from <= valid_until", "period"),
    )


class Debt(NamedTuple):
    """What a party still owes back, and where that stands."""

    account: AccountId
    units: int


class Given(NamedTuple):
    """What a receipt's distributions sum to, and how many they are."""

    penalty: int
    fee: int
    interest: int
    principal: int
    excess: int
    rounding: int
    times: int
