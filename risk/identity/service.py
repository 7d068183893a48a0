"""What people can do about who takes part."""

from ledger.database import UnitOfWork
from risk.identity import repository
from risk.identity.events import PartyRegistered, PartyRejected, PartyVerified
from risk.identity.model import KycState, Party, PartyKind
from risk.identity.rules import require_country, require_name


async def register_party(
    uow: UnitOfWork, *, kind: PartyKind, name: str, country: str, tax_resident: bool
) -> Party:
    """Take in a person or a firm; nothing is believed about them yet."""
    party = Party.new(
        PartyKind(kind),
        name=require_name(name),
        country=require_country(country),
        tax_resident=tax_resident,
        at=uow.now(),
    )
    uow.add(party)
    uow.record(
        PartyRegistered(
            party.id, party.kind, party.name, party.country, party.tax_residency
        )
    )
    return party


async def verify_party(uow: UnitOfWork, *, party_id: str, by: str) -> Party:
    """Settle that the party is who it says, so money may move."""
    party = await repository.get_party(uow, party_id, lock=True)
    party.check(KycState.VERIFIED, by=by, at=uow.now())
    uow.record(PartyVerified(party.id, by))
    return party


async def reject_party(uow: UnitOfWork, *, party_id: str, by: str) -> Party:
    """Settle that the party is not who it says, or may not take part."""
    party = await repository.get_party(uow, party_id, lock=True)
    party.check(KycState.REJECTED, by=by, at=uow.now())
    uow.record(PartyRejected(party.id, by))
    return party
