"""Act one: people and firms join, are verified, and pay money in."""

from collections.abc import Sequence

from api.world.cast import FIRMS, TRADES, lenders
from api.world.stage import Player, Stage
from finance import wallets
from finance.signing import SignerRole
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.money import Currency, Money
from risk import identity
from risk.identity import PartyKind

OPERATORS = ("មាស សុគន្ធា (Meas Sokunthea)", "ឈួន បូរី (Chhun Borey)")
REGULATOR = "Supervision of Non-Bank Finance (demo)"
GUARANTOR = "ឯក សុវណ្ណ (Ek Sovann)"
TRUSTEE = "Mekong Trust (demo)"


async def play(stage: Stage) -> None:
    """Let everybody join and every lender pay in."""
    stage.tell("Operators, a regulator, firms and lenders join")
    stage.operators = [await _join(stage, name) for name in OPERATORS]
    stage.regulator = await _join(stage, REGULATOR, kind=PartyKind.FIRM)
    stage.sureties[SignerRole.GUARANTOR] = await _join(stage, GUARANTOR)
    trustee = await _join(stage, TRUSTEE, kind=PartyKind.FIRM)
    stage.sureties[SignerRole.TRUSTEE] = trustee
    for firm in FIRMS:
        name = f"{firm.name_km} ({firm.name})"
        stage.firms[firm.name] = await _join(
            stage, name, kind=PartyKind.FIRM, purses=[firm.amount.currency]
        )
        sector, province = TRADES[firm.name]
        await stage.db.transact(
            identity.describe_firm,
            party_id=stage.firms[firm.name].id,
            sector=sector,
            province=province,
            by=stage.operators[0].id,
        )
    for lender in lenders(stage.luck):
        purses = [Currency.USD, *([Currency.KHR] if lender.riel else [])]
        player = await _join(stage, lender.name, country=lender.country, purses=purses)
        player.free[Currency.USD] = lender.dollars.minor
        player.free[Currency.KHR] = lender.riel.minor if lender.riel else 0
        stage.lenders.append(player)
    stage.tell("Lenders pay in through the bank")
    await _pay_in(stage)


async def _join(
    stage: Stage,
    name: str,
    *,
    kind: PartyKind = PartyKind.PERSON,
    country: str = "KH",
    purses: Sequence[Currency] = (),
) -> Player:
    checker = stage.operators[0].id if stage.operators else "founder"

    async def join(uow: UnitOfWork) -> PartyId:
        party = await identity.register_party(
            uow, kind=kind, name=name, country=country, tax_resident=country == "KH"
        )
        await uow.session.flush()
        await identity.verify_party(uow, party_id=party.id, by=checker)
        party_id = PartyId(party.id)
        for currency in purses:
            await wallets.open_wallet(
                uow,
                party_id=party_id,
                currency=currency,
                destination=f"demo bank {party.id[-6:]}",
            )
        return party_id

    return Player(await stage.db.transact(join), name)


async def _pay_in(stage: Stage) -> None:
    for player in stage.lenders:
        purses = await stage.db.read(wallets.list_purses, party_id=player.id)
        for purse in purses:
            amount = player.free[purse.wallet.currency]
            if amount:
                money = Money(amount, purse.wallet.currency)
                stage.rail.receive(purse.wallet.id, money)
    await stage.work()
    await stage.reconcile()
