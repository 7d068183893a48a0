"""A small portfolio lives some months; the whole is a command, see CONTRIBUTING."""

import pytest

from ledger.clock import StoppedClock
from ledger.database import Database
from ledger.money import Currency
from tests.journeys.people import World
from tests.simulation import lives, on_paper
from tests.simulation.lives import Deed, What
from tests.simulation.loans import planned
from tests.simulation.paper import Paper
from tests.simulation.portfolio import in_postgres

SEED = 7


@pytest.mark.slow
def test_every_law_holds_after_every_month_on_paper() -> None:
    result = on_paper.Result()

    on_paper.live(SEED, range(12), 12, result)

    assert result.broken == []
    assert result.loans == 12
    assert result.checks > 12 * 12
    assert result.deeds[What.PAY] > 0


async def test_every_law_holds_after_every_month_in_the_database(
    db: Database, clock: StoppedClock
) -> None:
    world = World(db, clock)

    portfolio, checks = await in_postgres(world, seed=SEED, loans=2, months=3)

    assert checks >= 3 * 3
    assert portfolio.deeds[What.PAY] > 0


async def test_a_unit_astray_is_found() -> None:
    made = planned(SEED, 1, tuple(Currency))
    paper = Paper.lent(made.terms, made.parts)
    paper.accounts["lenders"] -= 1

    held = on_paper.checks(paper, await paper.state())

    assert not all(held.values())


@pytest.mark.parametrize("number", range(3))
def test_the_same_seed_gives_the_same_life(number: int) -> None:
    starts_on = planned(SEED, number, tuple(Currency)).terms.disbursed_on

    once = [*lives.life_of(SEED, number, starts_on, 24)]

    assert once == [*lives.life_of(SEED, number, starts_on, 24)]
    assert all(isinstance(deed, Deed) for deed in once)
