"""Who stands behind a loan: named by operators, and what one stands for oneself."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from api.http.callers import Known, Operator
from api.http.depends import Db
from api.http.router import make_router
from api.wire import BY_NAME, ApplicationRef, In, Out, PageOut, PartyRef
from finance import lending
from finance.signing import SignerRole

router = make_router("sureties")


class SuretyRole(StrEnum):
    """As what somebody stands behind a loan."""

    TRUSTEE = "trustee"
    GUARANTOR = "guarantor"


class SuretyIn(In):
    """Who is to sign the agreement too, and as what."""

    party: PartyRef
    role: Annotated[SuretyRole, BY_NAME]


class SuretyOut(Out):
    """A party that stands behind a loan."""

    application: str
    party: str
    role: SuretyRole
    named_by: str
    named_at: datetime


@router.post("/applications/{application_id}/sureties", status_code=201)
async def name_surety(
    application_id: ApplicationRef, body: SuretyIn, db: Db, operator: Operator
) -> SuretyOut:
    """Name a trustee or guarantor, before anybody recommends the application."""
    named = await db.transact(
        lending.name_surety,
        application_id=application_id,
        party_id=body.party,
        role=SignerRole(body.role),
        operator_id=operator.party,
    )
    return SuretyOut.model_validate(named)


@router.get("/applications/{application_id}/sureties")
async def list_sureties(
    application_id: ApplicationRef, db: Db, caller: Known
) -> PageOut[SuretyOut]:
    """List who stands behind a loan, to its borrower and staff."""
    found = await db.read(lending.get_application, application_id=application_id)
    caller.require_sight(found.party, "application")
    named = await db.read(lending.list_sureties, application_id=application_id)
    return PageOut[SuretyOut].whole(named, SuretyOut.model_validate)


@router.delete("/applications/{application_id}/sureties/{party_id}", status_code=204)
async def release_surety(
    application_id: ApplicationRef, party_id: PartyRef, db: Db, operator: Operator
) -> None:
    """Take a surety off again, before anybody recommends the application."""
    await db.transact(
        lending.release_surety,
        application_id=application_id,
        party_id=party_id,
        operator_id=operator.party,
    )


class StoodForOut(Out):
    """A loan one stands behind; empty until lenders have funded it."""

    application: str
    role: SuretyRole
    loan: str | None
    named_at: datetime


@router.get("/sureties")
async def list_stood_for(db: Db, caller: Known) -> PageOut[StoodForOut]:
    """List what one stands for oneself, the newest first."""
    found = await db.read(lending.list_stood_for, party_id=caller.party)
    return PageOut[StoodForOut].whole(found, StoodForOut.model_validate)
