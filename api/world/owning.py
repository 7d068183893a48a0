"""Act four: a firm sells shares to many, over-funded up to its cap."""

from dataclasses import replace
from typing import Final

from api.world import borrowing
from api.world.cast import FIRMS, Fate
from api.world.stage import Stage
from finance import equity, raising
from ledger.ids import PartyId
from ledger.money import Currency, Money

PRICE: Final = Money(1_000, Currency.USD)
AUTHORISED: Final = 20_000
FOUNDERS_SHARES: Final = 12_000
OPEN_DAYS: Final = 20


async def play(stage: Stage) -> str:
    """Offer shares, let investors take more than the target, issue them."""
    stage.tell("A firm raises equity; its register is the ledger")
    firm = next(firm for firm in FIRMS if firm.fate is Fate.EQUITY)
    issuer = stage.firms[firm.name]
    one, two = stage.operators
    share = await stage.acting(issuer).transact(
        equity.create_share_class,
        issuer_id=issuer.id,
        name="Ordinary A",
        price=PRICE,
        authorised=AUTHORISED,
    )
    await stage.acting(one).transact(
        equity.allot_founders,
        share_id=share.id,
        founders=[(PartyId(issuer.id), FOUNDERS_SHARES)],
    )
    await stage.acting(one).transact(
        equity.review_share_offer,
        share_id=share.id,
        operator_id=one.id,
        target=firm.amount,
        open_days=OPEN_DAYS,
        note="Accounts of two years read; dilution explained to founders.",
    )
    offer = await stage.acting(two).transact(
        equity.approve_share_offer, share_id=share.id, operator_id=two.id
    )
    taken = offer.cap_minor - offer.step_minor
    await borrowing.pledge_until(stage, offer, taken, parts=2)
    rich = max(stage.lenders, key=lambda player: player.free[Currency.USD])
    too_much = replace(PRICE, minor=PRICE.minor * 2)
    pledging = stage.acting(rich).transact(
        raising.place_pledge, offer_id=offer.id, party_id=rich.id, amount=too_much
    )
    await stage.expect(raising.BeyondTarget, pledging)
    await stage.go_on(OPEN_DAYS)
    await stage.reconcile()
    return share.id
