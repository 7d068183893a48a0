"""Who takes part, and whether they were checked."""

from datetime import datetime
from typing import Annotated

from api.http.callers import Known, Operator, Staff
from api.http.depends import Db
from api.http.router import make_router
from api.wire import BY_NAME, Cut, In, Name, Out, PageOut, PartyRef
from ledger.errors import NotFound
from risk import identity
from risk.identity import KycState, PartyKind, Sector, TaxResidency

router = make_router("parties")


class PartyIn(In):
    """A person or a firm to be taken in."""

    kind: Annotated[PartyKind, BY_NAME]
    name: Name
    country: Name
    tax_resident: bool


class PartyOut(Out):
    """A party and how far its check has come."""

    id: str
    kind: PartyKind
    name: str
    country: str
    tax_residency: TaxResidency
    kyc: KycState
    created_at: datetime
    checked_by: str | None
    checked_at: datetime | None


class FirmIn(In):
    """A firm's line of business and place; ``head`` is whose group it belongs to."""

    sector: Annotated[Sector, BY_NAME]
    province: Name
    head: PartyRef | None = None


class FirmOut(Out):
    """What lenders' limits count a firm by."""

    party: str
    sector: Sector
    province: str
    head: str | None


@router.post("/parties", status_code=201)
async def register_party(body: PartyIn, db: Db, _: Operator) -> PartyOut:
    """Take in a person or a firm."""
    party = await db.transact(identity.register_party, **body.model_dump())
    return PartyOut.model_validate(party)


@router.get("/parties")
async def list_parties(
    db: Db, cut: Cut, _: Staff, kyc: KycState | None = None
) -> PageOut[PartyOut]:
    """List who takes part."""
    page = await db.read(
        identity.list_parties, kyc=kyc, after=cut.after, limit=cut.limit
    )
    return PageOut[PartyOut].of(page, PartyOut.model_validate)


@router.get("/parties/{party_id}")
async def get_party(party_id: PartyRef, db: Db, caller: Known) -> PartyOut:
    """Show one party."""
    caller.require_sight(party_id, "party")
    return PartyOut.model_validate(await db.read(identity.get_party, party_id=party_id))


@router.post("/parties/{party_id}/verify")
async def verify_party(party_id: PartyRef, db: Db, operator: Operator) -> PartyOut:
    """Settle that a party is who it says."""
    party = await db.transact(
        identity.verify_party, party_id=party_id, by=operator.party
    )
    return PartyOut.model_validate(party)


@router.get("/parties/{party_id}/firm")
async def get_firm(party_id: PartyRef, db: Db, caller: Known) -> FirmOut:
    """Show what a firm does, where, and to whose group it belongs."""
    caller.require_sight(party_id, "party")
    found = await db.read(identity.find_firm, party_id=party_id)
    if found is None:
        raise NotFound(thing="party")
    return FirmOut.model_validate(found)


@router.put("/parties/{party_id}/firm")
async def describe_firm(
    party_id: PartyRef, body: FirmIn, db: Db, operator: Operator
) -> FirmOut:
    """Settle what a firm does, where, and to whose group it belongs."""
    firm = await db.transact(
        identity.describe_firm,
        party_id=party_id,
        by=operator.party,
        **body.model_dump(),
    )
    return FirmOut.model_validate(firm)


@router.post("/parties/{party_id}/reject")
async def reject_party(party_id: PartyRef, db: Db, operator: Operator) -> PartyOut:
    """Settle that a party may not take part."""
    party = await db.transact(
        identity.reject_party, party_id=party_id, by=operator.party
    )
    return PartyOut.model_validate(party)
