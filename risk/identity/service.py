"""What people can do about who takes part."""

from ledger.database import UnitOfWork
from risk.identity import repository
from risk.identity.errors import GroupUnusable, ProvinceUnknown
from risk.identity.events import (
    FirmDescribed,
    PartyRegistered,
    PartyRejected,
    PartyVerified,
)
from risk.identity.model import ERASED, Firm, KycState, Party, PartyKind, Sector
from risk.identity.provinces import PROVINCES
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


async def forget_name(uow: UnitOfWork, *, party_id: str) -> Party:
    """Take a party's name out of the books; who erases says so in the log."""
    party = await repository.get_party(uow, party_id, lock=True)
    party.name = ERASED
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


async def describe_firm(
    uow: UnitOfWork,
    *,
    party_id: str,
    sector: Sector,
    province: str,
    head: str | None = None,
    by: str,
) -> Firm:
    """Settle what a firm does, where, and to whose group it belongs; again replaces it.

    Raises:
        NotFound: No such party, or no such head.
        ProvinceUnknown: The market has no such province.
        GroupUnusable: A head that is the firm itself, belongs to another, or leads others.
    """
    await repository.get_party(uow, party_id, lock=True)
    if province not in PROVINCES:
        raise ProvinceUnknown
    firm = await repository.find_firm(uow, party_id=party_id)
    if firm is None:
        firm = Firm.of(party_id, sector, province)
        uow.add(firm)
    firm.sector, firm.province = sector, province
    firm.head = await _head(uow, party_id, head)
    uow.record(FirmDescribed(party_id, sector.value, province, firm.head, by))
    return firm


async def _head(uow: UnitOfWork, party_id: str, head: str | None) -> str | None:
    """Return the head; groups are one level deep, so that a sum finds all of them."""
    if head is None:
        return None
    await repository.get_party(uow, head, lock=True)
    above = await repository.find_firm(uow, party_id=head)
    leads = await repository.leads_group(uow, party_id)
    if head == party_id or leads or (above is not None and above.head is not None):
        raise GroupUnusable
    return head
