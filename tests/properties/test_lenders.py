"""Laws of a loan and its lenders together, through lives drawn by chance."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import loan
from contracts.loan import Status
from ledger.money import Currency
from tests.properties.test_contracts import lives as agreed_lives
from tests.properties.test_contracts import quick
from tests.simulation import on_paper
from tests.simulation.doing import do
from tests.simulation.lives import life_of
from tests.simulation.loans import planned
from tests.simulation.paper import Paper

SEEDS = st.integers(0, 10**6)
few = settings(quick, max_examples=15)


async def lived(seed: int, months: int) -> Paper:
    """Let one loan live some months, whatever they bring."""
    made = planned(seed, 0, tuple(Currency))
    paper = Paper.lent(made.terms, made.parts)
    for deed in life_of(seed, 0, made.terms.disbursed_on, months):
        paper.today = max(paper.today, deed.on)
        await do(paper, deed, Counter())
    paper.settle()
    return paper


@few
@given(SEEDS, st.integers(0, 9))
def test_whatever_happened_the_books_are_what_the_history_says(seed, months):
    paper = asyncio.run(lived(seed, months))

    held = on_paper.checks(paper, asyncio.run(paper.state()))

    assert [what for what, holds in held.items() if not holds] == []


@few
@given(SEEDS, st.integers(0, 6), st.integers(0, 40))
def test_a_payoff_leaves_every_account_of_the_loan_at_zero(seed, months, days):
    paper = asyncio.run(lived(seed, months))
    paper.today += timedelta(days=days)
    asyncio.run(paper.count())
    quote = asyncio.run(paper.quote())

    if quote.total:
        asyncio.run(paper.pay(quote.total, paper.today))

    state = asyncio.run(paper.state())
    assert state.status is Status.PAID_OFF
    assert all(note.owed == (0, 0, 0) for note in paper.notes)
    assert paper.accounts["collections"] == paper.accounts["taken back"] == 0
    lent = len(paper.given) * paper.terms.currency.settlement_step
    assert abs(paper.accounts["rounding"]) <= 3 * lent


@quick
@given(agreed_lives(), st.randoms(use_true_random=False), st.integers(1, 400))
def test_charges_and_receipts_of_one_day_may_be_recorded_in_any_order(
    life, random, days
):
    """Receipts keep their order among themselves: the second pays what is left."""
    agreed, (out, *rest) = life
    on = agreed.disbursed_on + timedelta(days=days)
    same_day = [replace(event, on=on) for event in rest]
    kinds = [isinstance(event, loan.ReceiptReceived) for event in same_day]
    random.shuffle(kinds)
    paid = iter([e for e in same_day if isinstance(e, loan.ReceiptReceived)])
    charged = iter([e for e in same_day if not isinstance(e, loan.ReceiptReceived)])
    mixed = [
        replace(next(paid if is_paid else charged), ordinal=ordinal)
        for ordinal, is_paid in enumerate(kinds, start=1)
    ]

    one = loan.replay(agreed, [out, *same_day], on)

    assert loan.replay(agreed, [out, *mixed], on) == one
