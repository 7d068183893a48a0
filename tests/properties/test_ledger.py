"""Whatever is asked of the ledger, it does what a few lines of arithmetic say.

The long run is in CONTRIBUTING; TONLE_EXAMPLES sets how many lives are tried.
"""

import asyncio
import copy
import itertools
import os
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger import (
    accounts,
    balances,
    entries,
    exchange,
    holds,
    invariants,
    lane,
    periods,
)
from ledger.accounts import Freeze, Side, Spec
from ledger.clock import StoppedClock
from ledger.database import Database, make_engine
from ledger.errors import Refusal
from ledger.ids import EntryId
from ledger.money import Currency, Money
from tests.conftest import FIRST_MOMENT
from tests.ledger.builders import an_id
from tests.properties.ledger_model import CEILING, Model

EXAMPLES = int(os.environ.get("TONLE_EXAMPLES", "500"))
WORLDS = 5  # the lives are shared out among as many books, which may run side by side
STEPS = 20
HOUR = timedelta(hours=1)
SPECS = {
    "bank": ("USD", Side.DEBIT, None, None),
    "a": ("USD", Side.CREDIT, 0, None),
    "b": ("USD", Side.CREDIT, 0, None),
    "capped": ("USD", Side.CREDIT, 0, CEILING),
    "riel bank": ("KHR", Side.DEBIT, None, None),
    "riel": ("KHR", Side.CREDIT, 0, None),
}
names = st.sampled_from(["bank", "a", "b", "capped"])
wallets = st.sampled_from(["a", "b"])
amounts = st.integers(1, 40)
_books = itertools.count(1)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


class LedgerLife(RuleBasedStateMachine):
    """A life of a book: each act is done by the ledger and by the model."""

    db: Database
    runner: asyncio.Runner
    clock: StoppedClock

    posted: Bundle[Any] = Bundle("posted")
    held: Bundle[Any] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.book = f"life {next(_books)}"
        specs = [Spec(self.book, n, n, *rest) for n, rest in SPECS.items()]
        opened = self.run(self.db.transact(accounts.open_all, specs))
        self.ids = dict(zip(SPECS, opened, strict=True))
        self.model = Model()
        self.closed = False
        self.past = (self.clock.now() - timedelta(days=30)).date()
        self.today = self.clock.now().date()
        self.left: dict[EntryId, int] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def agrees(self, allowed: bool, work: Coroutine[Any, Any, Any]) -> Any:
        """Do it; the ledger refuses exactly what the model does not allow."""
        try:
            outcome = self.run(work)
        except Refusal as refused:
            outcome, was_allowed = refused, False
        else:
            was_allowed = True
        assert was_allowed == allowed, outcome
        return outcome if allowed else None

    def entry(self, debit: str, credit: str, units: int, **more: Any):
        legs = entries.transfer(
            debit=self.ids[debit], credit=self.ids[credit], units=units
        )
        on = more.pop("on", self.today)
        return entries.NewEntry(an_id(self.db), "test", legs, on, **more)

    @rule(target=posted, moves=st.lists(st.tuples(names, names, amounts), max_size=3))
    def post_a_batch(self, moves):
        moves = [move for move in moves if move[0] != move[1]]
        wanted = copy.deepcopy(self.model)
        allowed = all(wanted.do(*move) for move in moves)
        new = [self.entry(*move) for move in moves]
        self.agrees(allowed, self.db.transact(entries.post, new))
        if not allowed:
            return multiple()
        self.model = wanted
        return multiple(*zip(new, moves, strict=True))

    @rule(target=posted, moves=st.lists(st.tuples(names, names, amounts), max_size=4))
    def post_by_the_lane(self, moves):
        moves = [move for move in moves if move[0] != move[1]]
        new = [self.entry(*move) for move in moves]

        async def at_once():
            async with lane.running(self.db, name=self.book) as writer:
                return await asyncio.gather(
                    *(writer.post([entry]) for entry in new), return_exceptions=True
                )

        verdicts = self.run(at_once())
        done = []
        for entry, move, verdict in zip(new, moves, verdicts, strict=True):
            allowed = self.model.do(*move)
            assert allowed == isinstance(verdict, list), verdict
            if allowed:
                done.append((entry, move))
        return multiple(*done)

    @rule(one=posted)
    def replay(self, one):
        entry, _ = one
        (again,) = self.run(self.db.transact(entries.post, [entry]))
        assert again.replayed

    @rule(one=posted, twice=st.booleans())
    def reverse(self, one, twice):
        entry, (debit, credit, units) = one
        undone = self.run(self.db.read(entries.find_reversal, entry.id))
        for _ in range(1 + twice):
            allowed = undone is None and self.model.do(credit, debit, units)
            work = self.db.transact(
                entries.reverse,
                entry.id,
                reversal=an_id(self.db),
                effective_on=self.today,
                memo="",
            )
            done = self.agrees(allowed, work)
            undone = undone or done

    @rule(target=held, debit=wallets, credit=names, units=amounts, timed=st.booleans())
    def hold(self, debit, credit, units, timed):
        if credit in (debit, "bank"):
            return multiple()
        until = self.clock.now() + HOUR if timed else None
        new = holds.NewHold(
            an_id(self.db),
            self.ids[debit],
            self.ids[credit],
            units,
            self.today,
            until,
        )
        allowed = self.model.do(debit, credit, 0, units)
        self.agrees(allowed, self.db.transact(holds.place, [new]))
        if not allowed:
            return multiple()
        self.left[new.id] = units
        return (new, debit, credit)

    def is_over(self, new: holds.NewHold) -> bool:
        late = new.expires_at is not None and new.expires_at <= self.clock.now()
        return late or not self.left[new.id]

    @rule(one=held, units=st.none() | st.integers(0, 45))
    def capture(self, one, units):
        new, debit, credit = one
        left = self.left[new.id]
        wanted = left if units is None else units
        allowed = not self.is_over(new) and 0 < wanted <= left
        allowed = allowed and self.takes(debit, credit, wanted)
        item = holds.Capture(an_id(self.db), new.id, units)
        work = self.db.transact(holds.capture, [item], effective_on=self.today)
        self.agrees(allowed, work)
        if allowed:
            self.left[new.id] -= wanted

    def takes(self, debit: str, credit: str, units: int) -> bool:
        """Let a hold go and move as much, as one act."""
        wanted = copy.deepcopy(self.model)
        if wanted.do(debit, credit, 0, -units) and wanted.do(debit, credit, units):
            self.model = wanted
            return True
        return False

    @rule(one=consumes(held))
    def release(self, one):
        new, debit, credit = one
        left = self.left[new.id]
        item = holds.Release(an_id(self.db), new.id)
        work = self.db.transact(holds.release, [item], effective_on=self.today)
        self.agrees(bool(left), work)
        self.model.do(debit, credit, 0, -left)
        self.left[new.id] = 0

    @rule(one=held)
    def let_time_pass_and_holds_expire(self, one):
        new, debit, credit = one
        if new.expires_at is None or not self.left[new.id]:
            return
        self.clock.advance(HOUR)
        self.today = self.clock.now().date()
        before = self.run(self.db.read(holds.get, new.id)).state
        while self.run(self.db.transact(holds.expire_due)):
            pass
        assert before == holds.HoldState.OPEN
        for other in list(self.left):
            row = self.run(self.db.read(holds.get, other))
            if row.state == holds.HoldState.EXPIRED and self.left[other]:
                debit, credit = (
                    self.name_of(row.debit_account),
                    self.name_of(row.credit_account),
                )
                self.model.do(debit, credit, 0, -self.left[other])
                self.left[other] = 0
        assert not self.left[new.id]

    def name_of(self, account: str) -> str:
        return next(name for name, id_ in self.ids.items() if id_ == account)

    @rule(name=wallets, extent=st.sampled_from(Freeze))
    def freeze(self, name, extent):
        self.run(self.db.transact(accounts.freeze, self.ids[name], extent))
        self.model.frozen[name] = extent.value

    @precondition(lambda self: not self.closed)
    @rule()
    def close_a_period(self):
        month = {"starts_on": self.past.replace(day=1)}
        self.run(
            self.db.transact(
                periods.open_period, book=self.book, ends_on=self.past, **month
            )
        )
        self.run(self.db.transact(periods.close_period, book=self.book, **month))
        self.closed = True

    @rule(debit=names, credit=names, units=amounts)
    def post_into_the_past(self, debit, credit, units):
        if debit != credit:
            allowed = not self.closed and self.model.do(debit, credit, units)
            entry = self.entry(debit, credit, units, on=self.past)
            self.agrees(allowed, self.db.transact(entries.post, [entry]))

    @rule(units=amounts)
    def exchange_riel(self, units):
        fill = self.entry("riel bank", "riel", 200 * units)
        self.run(self.db.transact(entries.post, [fill]))
        rate = exchange.Rate(
            Currency.USD, Currency.KHR, Decimal(2), "test", self.clock.now()
        )
        new = exchange.NewExchange(
            id=an_id(self.db),
            debit=self.ids["riel"],
            sold=Money(200 * units, Currency.KHR),
            credit=self.ids["a"],
            bought=Money(100 * units, Currency.USD),
            rate=rate,
            effective_on=self.today,
        )
        allowed = self.model.frozen.get("a") != "all"
        self.agrees(allowed, self.db.transact(exchange.convert, self.book, new))
        if allowed:
            self.model.posted["a"] -= 100 * units

    @invariant()
    def balances_agree(self):
        found = self.run(self.db.read(balances.get_many, list(self.ids.values())))
        for name in ("a", "b", "capped"):
            balance = found[self.ids[name]]
            assert balance.posted == -self.model.posted[name]
            assert balance.pending_out == self.model.out[name]
            assert balance.pending_in == self.model.coming[name]


@pytest.mark.parametrize("world", range(WORLDS))
def test_the_ledger_does_what_the_model_says(app_url: str, world: int) -> None:
    _ = world
    clock = StoppedClock(FIRST_MOMENT)
    with asyncio.Runner() as runner:

        async def opened() -> Database:
            return Database(make_engine(app_url), clock)

        db = runner.run(opened())
        members = {"db": db, "runner": runner, "clock": clock}
        life = type("Life", (LedgerLife,), members)
        run_state_machine_as_test(
            life,
            settings=settings(
                max_examples=max(EXAMPLES // WORLDS, 1),
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert runner.run(db.read(invariants.find_breaches)) == []
        runner.run(db.engine.dispose())
