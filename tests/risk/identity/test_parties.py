"""Parties come in unchecked and are checked once, by somebody else."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import select

from ledger.database import Database
from ledger.errors import NotFound
from ledger.ids import new_id
from ledger.outbox import EventRow
from risk import identity
from risk.identity import KycState, PartyKind, TaxResidency


async def register(db: Database, name: str = "ហាង សុខ ហេង", **changed: object):
    asked = {"kind": PartyKind.FIRM, "country": "KH", "tax_resident": True} | changed
    return await db.transact(identity.register_party, name=name, **asked)


async def test_a_new_party_is_pending_and_keeps_its_khmer_name(db: Database) -> None:
    party = await register(db)

    found = await db.read(identity.get_party, party_id=party.id)

    assert party.id.startswith("party_")
    assert (found.name, found.kyc) == ("ហាង សុខ ហេង", KycState.PENDING)
    assert found.tax_residency is TaxResidency.RESIDENT


async def test_a_foreign_lender_is_non_resident(db: Database) -> None:
    party = await register(db, country="FR", tax_resident=False)

    assert party.tax_residency is TaxResidency.NON_RESIDENT


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 201, "a\x00b", "a\x1bb", "\u200b", "-"]
)
async def test_an_unusable_name_is_refused(db: Database, name: str) -> None:
    with pytest.raises(identity.NameUnusable):
        await register(db, name)


@pytest.mark.parametrize("country", ["", "kh", "KHM", "ZZ", "EU", "XX", "កម"])
async def test_a_country_outside_iso_3166_is_refused(
    db: Database, country: str
) -> None:
    with pytest.raises(identity.CountryUnknown):
        await register(db, country=country)


async def test_a_party_is_verified_once(db: Database) -> None:
    party = await register(db)
    operator = await register(db, "Operator", kind=PartyKind.PERSON)

    await db.transact(identity.verify_party, party_id=party.id, by=operator.id)

    found = await db.read(identity.get_party, party_id=party.id)
    assert (found.kyc, found.checked_by) == (KycState.VERIFIED, operator.id)
    with pytest.raises(identity.PartyAlreadyChecked):
        await db.transact(identity.reject_party, party_id=party.id, by=operator.id)


async def test_nobody_verifies_themselves(db: Database) -> None:
    party = await register(db)

    with pytest.raises(identity.OwnCheckForbidden):
        await db.transact(identity.verify_party, party_id=party.id, by=party.id)


async def test_an_unchecked_party_may_not_move_money(db: Database) -> None:
    party = await register(db)

    with pytest.raises(identity.PartyNotVerified):
        party.require_verified()


async def test_an_unknown_party_is_not_found(db: Database, clock) -> None:
    with pytest.raises(NotFound):
        await db.read(identity.get_party, party_id=new_id("party", clock.now()))


async def test_the_event_keeps_the_name_apart(db: Database) -> None:
    party = await register(db, "Sok Heng")

    async def told(uow) -> EventRow:
        return await uow.session.scalar(
            select(EventRow).where(EventRow.subject == party.id)
        )

    event = await db.read(told)
    assert event.type == "party.registered"
    assert "Sok Heng" not in str(event.data)
    assert "name" in event.commitments


async def test_parties_are_listed_newest_first_by_state(db: Database) -> None:
    first, second = await register(db), await register(db)
    await db.transact(identity.verify_party, party_id=first.id, by=second.id)

    pending = await db.read(identity.list_parties, kyc=KycState.PENDING)
    everyone = await db.read(identity.list_parties)

    assert [party.id for party in pending.items] == [second.id]
    assert [party.id for party in everyone.items] == [second.id, first.id]


async def test_who_a_party_is_cannot_be_rewritten(db: Database, app_url: str) -> None:
    await register(db)

    for change in (
        "UPDATE party SET name = 'somebody else'",
        "UPDATE party SET tax_residency = 'non_resident'",
        "DELETE FROM party",
    ):
        with (
            psycopg.connect(app_url) as door,
            pytest.raises(errors.InsufficientPrivilege),
        ):
            door.execute(change)
