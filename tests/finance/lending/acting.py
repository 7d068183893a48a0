"""Let operators act on a loan, borrowers pay, and see that the books agree."""

from finance import lending, wallets
from ledger import invariants, statements
from tests.simulation.agreeing import require_agreement


async def act(world, desk, loan, what):
    """Let two operators do something to a loan."""
    one, two = desk
    proposed = await world.db.transact(
        lending.propose_act, loan_id=loan.id, act=what, operator_id=one, note="asked"
    )
    return await world.db.transact(
        lending.approve_act, approval_id=proposed.id, operator_id=two
    )


async def sound(world, loan):
    await world.distribute()
    await world.db.transact(lending.count_day, loan_id=loan.id)
    state = await require_agreement(world.db, loan.id)
    assert await world.db.read(invariants.find_breaches) == []
    return state


def today(world):
    return world.clock.now().date()


def instalment(loan, number=1):
    return lending.schedule_of(loan).rows[number - 1].payment


async def pay(world, loan, money):
    await world.pay(loan.id, money)
    await world.distribute()


async def empty(world, party):
    """Let a party withdraw all it has; return how much that was."""
    had = await world.available(party)
    await world.db.transact(wallets.request_withdrawal, party_id=party, amount=had)
    await world.deliver_payouts()
    return had


async def owed_back(world):
    rows = await world.db.read(statements.trial_balance)
    lines = {(row.kind, row.asset): row.debits - row.credits for row in rows}
    return lines.get(("owed_back", "USD"), 0)
