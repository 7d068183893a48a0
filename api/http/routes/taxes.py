"""Tax kept back from lenders: a year's certificate, and papers that lower the rate."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.http.callers import Known, Operator
from api.http.depends import Db
from api.http.router import make_router
from api.wire import BusinessDate, In, MoneyOut, Name, Number, Out, PartyRef
from finance import lending
from finance.lending import TaxCertificate

router = make_router("taxes")

FIRST_YEAR, LAST_YEAR = 2000, 2999
Year = Annotated[Number, Path(ge=FIRST_YEAR, le=LAST_YEAR)]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]


class TreatyIn(In):
    """A certificate that a lender is taxed in a country with a treaty."""

    country: Country
    certificate: Name
    valid_from: BusinessDate
    valid_until: BusinessDate

    @model_validator(mode="after")
    def _in_order(self) -> "TreatyIn":
        if self.valid_until < self.valid_from:
            raise PydanticCustomError("date_malformed", "refused")
        return self


class TreatyOut(Out):
    """A certificate of residence as it was recorded."""

    id: str
    party: str
    country: str
    certificate: str
    valid_from: date
    valid_until: date
    recorded_at: datetime


class WithheldOut(Out):
    """What was withheld at one rate of one loan's interest."""

    loan_id: str
    payer: str
    rate_bps: int
    interest: MoneyOut
    tax: MoneyOut


class TotalOut(Out):
    """Interest and tax of a year in one currency."""

    interest: MoneyOut
    tax: MoneyOut


class CertificateOut(Out):
    """What a lender shows its tax office."""

    lender: str
    name: str
    country: str
    residency: str
    year: int
    is_final: Annotated[bool, Field(description="False while the year goes on.")]
    lines: list[WithheldOut]
    totals: list[TotalOut]
    treaties: list[TreatyOut]

    @classmethod
    def of(cls, found: TaxCertificate) -> "CertificateOut":
        """Show a certificate."""
        return cls(
            lender=found.lender.id,
            name=found.lender.name,
            country=found.lender.country,
            residency=found.lender.tax_residency.value,
            year=found.year,
            is_final=found.is_final,
            lines=[WithheldOut.model_validate(line) for line in found.lines],
            totals=[
                TotalOut(interest=MoneyOut.of(paid), tax=MoneyOut.of(tax))
                for paid, tax in found.totals()
            ],
            treaties=[TreatyOut.model_validate(paper) for paper in found.treaties],
        )


@router.get("/tax-certificates/{year}")
async def get_tax_certificate(
    year: Year, db: Db, caller: Known, party: PartyRef | None = None
) -> CertificateOut:
    """Show what was withheld from one's interest in a year; staff name the party."""
    found = await db.read(
        lending.tax_certificate, lender_id=caller.about(party), year=year
    )
    return CertificateOut.of(found)


@router.post("/parties/{party_id}/treaty-residences", status_code=201)
async def record_treaty_residence(
    party_id: PartyRef, body: TreatyIn, db: Db, _: Operator
) -> TreatyOut:
    """Record a lender's certificate of residence in a treaty country."""
    row = await db.transact(
        lending.record_treaty_residence,
        party_id=party_id,
        country=body.country,
        certificate=body.certificate,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
    )
    return TreatyOut.model_validate(row)
