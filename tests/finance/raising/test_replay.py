"""Any life of an offer ends as a model of plain numbers says it must."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance import raising
from ledger.errors import Refusal
from ledger.money import Currency, Money

TARGET, LEAST, MONEY, REFLECTION, RUNS = 10_000, 1_000, 8_000, 4, 10
LENDERS = 3

Act = tuple[str, int, int]
ACTS = st.one_of(
    st.tuples(
        st.just("pledge"),
        st.integers(0, LENDERS - 1),
        st.sampled_from([1, 999, 1_000, 2_500, 4_000, 6_000, 8_000]),
    ),
    st.tuples(st.just("withdraw"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 4), st.just(0)),
    st.tuples(st.just("close"), st.just(0), st.just(0)),
)


@dataclass
class Model:
    """An offer as anybody would do it with a pencil."""

    day: int = 0
    status: str = "open"
    free: list[int] = field(default_factory=lambda: [MONEY] * LENDERS)
    pledges: list[tuple[int, int, int]] = field(default_factory=list)
    standing: set[int] = field(default_factory=set)

    @property
    def pledged(self) -> int:
        return sum(self.pledges[number][1] for number in self.standing)

    def pledge(self, lender: int, amount: int) -> bool:
        left = TARGET - self.pledged
        allowed = (
            self.status == "open"
            and self.day < RUNS
            and amount <= min(left, self.free[lender])
            and (amount >= LEAST or amount == left)
        )
        if allowed:
            self.free[lender] -= amount
            self.standing.add(len(self.pledges))
            self.pledges.append((lender, amount, self.day))
        return allowed

    def withdraw(self, number: int) -> bool:
        if self.status != "open" or number not in self.standing:
            return False
        lender, amount, day = self.pledges[number]
        if self.day >= day + REFLECTION:
            return False
        self.standing.remove(number)
        self.free[lender] += amount
        return True

    def close(self) -> bool:
        if self.status != "open":
            return True
        if self.pledged < TARGET and self.day < RUNS:
            return False
        if self.pledged == TARGET:
            last = max(self.pledges[number][2] for number in self.standing)
            if self.day < last + REFLECTION:
                return False
            self.status = "funded"
            return True
        for number in self.standing:
            lender, amount, _ = self.pledges[number]
            self.free[lender] += amount
        self.status = "failed"
        return True


@dataclass
class Stage:
    """The same acts on the real thing."""

    market: Any
    offer: raising.Offer
    lenders: list[Any]
    placed: list[raising.Pledge] = field(default_factory=list)

    async def act(self, act: Act) -> None:
        kind, which, amount = act
        if kind == "pledge":
            pledge = await self.market.pledge(self.offer, self.lenders[which], amount)
            self.placed.append(pledge)
        elif kind == "withdraw":
            pledge = self.placed[which]
            await self.market.db.transact(
                raising.withdraw_pledge, pledge_id=pledge.id, party_id=pledge.party
            )
        elif kind == "wait":
            self.market.days(which)
        else:
            await self.market.close(self.offer)


def _expect(model: Model, act: Act) -> bool:
    kind, which, amount = act
    if kind == "pledge":
        return model.pledge(which, amount)
    if kind == "withdraw":
        return model.withdraw(which)
    if kind == "wait":
        model.day += which
        return True
    return model.close()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
@pytest.mark.slow
async def test_every_life_of_an_offer_ends_as_the_model_says(
    market: Any, world: Any, acts: list[Act]
) -> None:
    lenders = [await world.party(MONEY) for _ in range(LENDERS)]
    stage = Stage(market, await market.offer(target=TARGET), lenders)
    model = Model()

    for act in acts:
        if act[0] == "withdraw" and act[1] >= len(stage.placed):
            continue
        expected = _expect(model, act)
        try:
            await stage.act(act)
        except Refusal:
            assert not expected, act
        else:
            assert expected, act

    offer = await market.look(stage.offer)
    assert (offer.status, offer.pledged_minor) == (model.status, model.pledged)
    for lender, free in zip(lenders, model.free, strict=True):
        purse = await world.purse(lender)
        assert purse.available == Money(free, Currency.USD)
    await world.require_sound_books()
