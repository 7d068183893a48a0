"""Act five: lenders take money out, and the present leaves work for visitors."""

from typing import Final

from api.world import borrowing
from api.world.cast import FIRMS, Fate
from api.world.stage import Stage
from contracts import loan as loans
from contracts.terms import GraceRule
from finance import lending, wallets
from finance.rails import Fault
from ledger.money import Currency, Money

WITHDRAWERS: Final = 12
PART: Final = 4
OPEN_PERCENT: Final = 55


async def play(stage: Stage) -> None:
    """Withdraw, then leave an offer open, an application and a wish for relief waiting."""
    stage.tell("Lenders withdraw through the bank")
    stage.rail.faults.extend([Fault.LOST_REPLY, Fault.REFUSED, Fault.SLOW])
    for player in stage.lenders[:WITHDRAWERS]:
        for purse in await stage.db.read(wallets.list_purses, party_id=player.id):
            currency = purse.wallet.currency
            step = currency.settlement_step
            units = purse.available.minor // PART // step * step
            if units:
                await stage.acting(player).transact(
                    wallets.request_withdrawal,
                    party_id=player.id,
                    amount=Money(units, currency),
                )
    await stage.work()
    await stage.reconcile()
    stage.tell("New firms knock at the door")
    await _leave_work(stage)
    await _ask_for_relief(stage)


async def _ask_for_relief(stage: Stage) -> None:
    """Propose to pause the payments of who fell behind; the second operator is you."""
    firm = next(firm for firm in FIRMS if firm.fate is Fate.BEHIND)
    borrower = stage.firms[firm.name].id
    page = await stage.db.read(lending.list_loans, borrower_id=borrower)
    operator = stage.operators[0]
    await stage.acting(operator).transact(
        lending.propose_act,
        loan_id=page.items[0].id,
        act=loans.PaymentHoliday(
            on=stage.today, ordinal=0, instalments=2, rule=GraceRule.SPREAD
        ),
        operator_id=operator.id,
        note="Rain kept the beans from drying; the buyer pays in two months.",
    )


async def _leave_work(stage: Stage) -> None:
    for player in stage.lenders:
        for purse in await stage.db.read(wallets.list_purses, party_id=player.id):
            player.free[Currency(purse.wallet.currency)] = purse.available.minor
    for firm in FIRMS:
        if firm.fate is Fate.WAITING:
            await borrowing.apply(stage, firm)
        if firm.fate is Fate.OPEN:
            application = await borrowing.apply(stage, firm)
            offer = await borrowing.decide(stage, application)
            wanted = offer.target_minor * OPEN_PERCENT // 100
            await borrowing.pledge_until(stage, offer, wanted - wanted % 100_000)
        if firm.fate is Fate.SHORT:
            again = await borrowing.apply(stage, firm)
            await borrowing.review(stage, again)
