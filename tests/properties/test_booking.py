"""What the database books at once is what the judge would have booked, step by step."""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import accounts, balances, booking, periods
from ledger.accounts import Freeze, Side, Spec
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork, make_engine
from ledger.errors import Refusal
from ledger.ids import AccountId
from ledger.journal import Booking, Leg, Pending
from tests.conftest import FIRST_MOMENT
from tests.ledger.builders import an_id

TODAY = FIRST_MOMENT.date()
CLOSED_UNTIL = TODAY - timedelta(days=3)
# Two books, two assets; what is not free has a floor, a ceiling, a freeze or an end.
SPECS = {
    "bank": ("x", "USD", Side.DEBIT, None, None),
    "cash": ("x", "USD", Side.DEBIT, 0, None),
    "a": ("x", "USD", Side.CREDIT, 0, None),
    "b": ("x", "USD", Side.CREDIT, -20, None),
    "capped": ("x", "USD", Side.CREDIT, None, 60),
    "frozen": ("x", "USD", Side.CREDIT, None, None),
    "closed": ("x", "USD", Side.CREDIT, None, None),
    "riel": ("x", "KHR", Side.CREDIT, None, None),
    "other": ("y", "USD", Side.CREDIT, None, None),
}
USUAL = ("bank", "cash", "a", "b")
names = st.sampled_from([*USUAL * 4, *SPECS])
amounts = st.integers(1, 40)
dates = st.sampled_from([TODAY] * 9 + [CLOSED_UNTIL])
transfers = st.tuples(st.just("posted"), names, names, amounts, dates)
holds = st.tuples(st.just("pending"), names, names, amounts, dates)
batches = st.lists(st.lists(transfers | holds, min_size=1, max_size=3), max_size=4)
_books = itertools.count(1)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


async def _open(uow: UnitOfWork, suffix: str) -> dict[str, AccountId]:
    specs = [
        Spec(f"{book}{suffix}", name, name, asset, side, floor, ceiling)
        for name, (book, asset, side, floor, ceiling) in SPECS.items()
    ]
    opened = dict(zip(SPECS, await accounts.open_all(uow, specs), strict=True))
    await accounts.freeze(uow, opened["frozen"], Freeze.OUTFLOW)
    await accounts.close(uow, opened["closed"])
    for book in ("x", "y"):
        first = date(CLOSED_UNTIL.year - 1, 1, 1)
        named = {"book": f"{book}{suffix}", "starts_on": first}
        await periods.open_period(uow, **named, ends_on=CLOSED_UNTIL)
        await periods.begin_adjusting(uow, **named)
        await periods.close_period(uow, **named)
    return opened


def _asked(db: Database, ids: dict[str, AccountId], batch: Any) -> list[list[Booking]]:
    return [[_booking(db, ids, *move) for move in group] for group in batch]


def _booking(
    db: Database, ids: dict[str, AccountId], state: str, *move: Any
) -> Booking:
    debit, credit, units, on = move
    moved = Leg(ids[debit], units), Leg(ids[credit], -units)
    held = Pending(ids[debit], units, 0), Pending(ids[credit], 0, units)
    posted = state == "posted"
    legs, pending = (moved, ()) if posted else ((), held)
    return Booking(an_id(db), "test", state, on, legs, pending)


async def _judged(uow: UnitOfWork, asked: list[list[Booking]]) -> list[booking.Outcome]:
    return await booking._judge(uow, booking.Asked.of(asked, uow.today()))


def _told(outcomes: list[booking.Outcome], ids: dict[str, AccountId]) -> Any:
    """Say what came of it in words that are the same in both books."""
    shown = {id_: name for name, id_ in ids.items()}
    return [
        outcome.code
        if isinstance(outcome, Refusal)
        else [[(shown[leg.account], *leg[1:]) for leg in one.legs] for one in outcome]
        for outcome in outcomes
    ]


async def _stand(db: Database, ids: dict[str, AccountId]) -> list[balances.Balance]:
    found = await db.read(balances.get_many, list(ids.values()))
    return [found[id_] for id_ in ids.values()]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def test_both_ways_of_judging_agree(app_url: str, runner: asyncio.Runner) -> None:
    db = Database(make_engine(app_url), StoppedClock(FIRST_MOMENT))

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(batches, min_size=1, max_size=4))
    def agree(lives: Any) -> None:
        number = next(_books)
        one = runner.run(db.transact(_open, f"{number} once"))
        two = runner.run(db.transact(_open, f"{number} judged"))
        for batch in lives:
            at_once = db.transact(booking.book_each, _asked(db, one, batch))
            judged = db.transact(_judged, _asked(db, two, batch))
            assert _told(runner.run(at_once), one) == _told(runner.run(judged), two)
        assert runner.run(_stand(db, one)) == runner.run(_stand(db, two))

    try:
        agree()
    finally:
        runner.run(db.engine.dispose())
