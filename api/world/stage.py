"""The stage the demo world is played on: its clock, its bank, and the jobs between."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

from api.jobs import Job, run_once
from api.services import Services
from finance import lending, wallets
from finance.rails import FakeRail, SignatureWrong
from finance.signing import SignerRole
from ledger.clock import MARKET_ZONE, StoppedClock, business_date
from ledger.database import Database
from ledger.errors import Refusal
from ledger.ids import PartyId
from ledger.money import Currency, Money
from ledger.outbox import Actor

T = TypeVar("T")

MORNING: Final = time(9, 0, tzinfo=MARKET_ZONE)


@dataclass
class Player:
    """Somebody in the world, with what is free in each wallet as far as we know."""

    id: PartyId
    name: str
    pledges: int = 0
    free: dict[Currency, int] = field(default_factory=dict)


@dataclass
class Stage:
    """Everything an act needs."""

    services: Services
    clock: StoppedClock
    rail: FakeRail
    jobs: list[Job]
    luck: random.Random
    tell: Callable[[str], None]
    refused: Counter[str] = field(default_factory=Counter)
    operators: list[Player] = field(default_factory=list)
    regulator: Player | None = None
    sureties: dict[SignerRole, Player] = field(default_factory=dict)
    firms: dict[str, Player] = field(default_factory=dict)
    lenders: list[Player] = field(default_factory=list)
    reconciled: int = 0
    settled_until: datetime | None = None

    @property
    def db(self) -> Database:
        """The platform's database, as nobody in particular."""
        return self.services.db

    @property
    def today(self) -> date:
        """The business date in the world."""
        return business_date(self.clock.now())

    def acting(self, player: Player) -> Database:
        """The platform's database, used by somebody."""
        return self.db.acting(Actor(player.id, "demo"))

    async def go_to(self, day: date) -> None:
        """Let time pass until a morning, and the jobs do what fell due."""
        self.clock.move_to(max(self.clock.now(), datetime.combine(day, MORNING)))
        await self.work()

    async def go_on(self, days: int) -> None:
        """Let some days pass."""
        await self.go_to(self.today + timedelta(days=days))

    async def work(self) -> None:
        """Run every job once, then as long as the bank has something to tell.

        Days are skipped on purpose here, and an operator says so.
        """
        if await self.db.transact(lending.dayend.watch_clock) is not None:
            await self.db.transact(lending.dayend.trust_clock)
        await self._listen()
        await run_once(self.jobs)
        await run_once(self.jobs[:1])
        while await self._listen():
            await run_once(self.jobs[:1])

    async def _listen(self) -> int:
        """Take what the bank tells, forged and doubled as it is; return how much."""
        heard = 0
        for delivery in self.rail.hostile_deliveries(self.luck):
            try:
                event = self.rail.parse_webhook(delivery.body, delivery.signature)
            except SignatureWrong as wrong:
                self.refused[wrong.code] += 1
                continue
            heard += await self.db.transact(wallets.keep_notice, event=event)
        return heard

    async def expect(self, refusal: type[Refusal], act: Awaitable[object]) -> None:
        """Try what the rules must refuse; going through is a failure of ours."""
        try:
            await act
        except refusal as no:
            self.refused[no.code] += 1
        else:
            raise AssertionError(f"{refusal.__name__} was expected")

    async def reconcile(self) -> None:
        """Hand what came in to the bank, and compare the books to the cent."""
        since = self.settled_until or datetime.combine(date(2000, 1, 1), MORNING)
        self.clock.advance(timedelta(minutes=1))
        until = self.clock.now()
        for currency in Currency:
            statement = self.rail.statement(currency, since=since, until=until)
            if statement.in_transit:
                await self._settle(statement.in_transit)
        self.clock.advance(timedelta(minutes=1))
        until = self.clock.now()
        for currency in Currency:
            statement = self.rail.statement(currency, since=since, until=until)
            found = await self.db.transact(wallets.reconcile, statement=statement)
            if not found.is_matched:
                raise AssertionError(f"the books differ: {found.breaks}")
            self.reconciled += 1
        self.settled_until = until

    async def _settle(self, amount: Money) -> None:
        settlement = self.rail.hand_to_bank(amount)
        await self.db.transact(
            wallets.settle,
            provider=self.rail.name,
            settlement_id=settlement,
            amount=amount,
        )
