"""An offer that very many lenders fund: pledged in bulk, then lived through as any."""

from collections.abc import Sequence

from finance import raising
from finance.raising import Offer, Pledge, PledgeStatus
from finance.wallets import Platform, Wallet, chart
from ledger import entries, holds
from ledger.database import UnitOfWork
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.money import Currency, Money
from risk.identity import KycState, Party, PartyKind
from tests.journeys.people import World

AT_ONCE = 1_000


async def pledge_many(world: World, offer: Offer, lenders: int) -> list[PartyId]:
    """Let new lenders fund an offer whole, each with the money it just paid in."""
    parts = offer.target.split([1] * lenders)
    made: list[PartyId] = []
    for start in range(0, lenders, AT_ONCE):
        some = parts[start : start + AT_ONCE]
        made += await world.db.transact(_pledge, offer_id=offer.id, parts=some)
    return made


async def _pledge(
    uow: UnitOfWork, *, offer_id: str, parts: Sequence[Money]
) -> list[PartyId]:
    offer = await raising.get_offer(uow, offer_id=offer_id)
    parties = [_party(uow, number) for number in range(len(parts))]
    uow.add(*parties)
    await uow.session.flush()
    ids = [PartyId(party.id) for party in parties]
    purses = await chart.wallets(uow, ids, offer.currency)
    uow.add(*(_wallet(uow, id_, purses[id_], offer.currency) for id_ in ids))
    transit = await chart.platform(uow, Platform.TRANSIT, offer.currency)
    legs = [
        entries.Leg(purses[id_], -part.minor)
        for id_, part in zip(ids, parts, strict=True)
    ]
    total = sum(part.minor for part in parts)
    paid_in = entries.NewEntry(
        EntryId(new_id("entry", uow.now())),
        "deposit",
        (entries.Leg(transit, total), *legs),
        uow.today(),
    )
    await entries.post(uow, [paid_in])
    placed = [
        holds.NewHold(
            EntryId(new_id("entry", uow.now())),
            debit=purses[id_],
            credit=offer.escrow,
            units=part.minor,
            effective_on=uow.today(),
        )
        for id_, part in zip(ids, parts, strict=True)
    ]
    await holds.place(uow, placed)
    backed = zip(ids, parts, placed, strict=True)
    uow.add(*(_promise(uow, offer, id_, part, hold) for id_, part, hold in backed))
    offer.pledged_minor += total
    return ids


def _promise(
    uow: UnitOfWork, offer: Offer, party: PartyId, part: Money, hold: holds.NewHold
) -> Pledge:
    return Pledge(
        id=new_id("plg", uow.now()),
        offer=offer.id,
        party=party,
        hold=hold.id,
        amount=part,
        status=PledgeStatus.HELD.value,
        placed_at=uow.now(),
        reflection_until=uow.now(),
    )


def _wallet(
    uow: UnitOfWork, party: PartyId, account: AccountId, currency: Currency
) -> Wallet:
    return Wallet(
        id=new_id("wal", uow.now()),
        party=party,
        currency=currency,
        account=account,
        destination="",
        opened_at=uow.now(),
    )


def _party(uow: UnitOfWork, number: int) -> Party:
    party = Party.new(
        PartyKind.PERSON,
        name=f"Lender {number}",
        country="KH",
        tax_resident=number % 3 > 0,
        at=uow.now(),
    )
    party.check(KycState.VERIFIED, by="somebody", at=uow.now())
    return party
