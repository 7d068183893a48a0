"""A payment provider inside the process that behaves as badly as a real one may.

It keeps its own book of money, so that it can bear witness against ours: what it paid
and received is counted here, by its own rules, and compared in the reconciliation.
"""

import json
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from finance.rails.port import (
    EventKind,
    LineKind,
    Outcome,
    Payment,
    PaymentState,
    ProviderEvent,
    ProviderStatement,
    StatementLine,
)
from finance.rails.signature import WebhookUnreadable, sign, verify
from ledger.clock import Clock
from ledger.errors import Unavailable
from ledger.ids import new_id
from ledger.money import Currency, Money

KEY_LIFE: Final = timedelta(hours=24)
TWICE_OF_TEN: Final = 3
_SECRET: Final = b"the fake rail's webhook secret"


class Fault(StrEnum):
    """What goes wrong with the next payout."""

    NONE = "none"
    REFUSED = "refused"
    SLOW = "slow"
    LOST_REQUEST = "lost_request"
    LOST_REPLY = "lost_reply"
    LATE = "late"


_HAPPENS: Final[dict[Fault, Outcome | None]] = {
    Fault.NONE: Outcome.CONFIRMED,
    Fault.REFUSED: Outcome.FAILED,
    Fault.SLOW: Outcome.PENDING,
    Fault.LOST_REQUEST: None,
    Fault.LOST_REPLY: Outcome.CONFIRMED,
    Fault.LATE: None,
}
_IS_TOLD: Final[dict[Fault, Outcome]] = {
    Fault.NONE: Outcome.CONFIRMED,
    Fault.REFUSED: Outcome.FAILED,
    Fault.SLOW: Outcome.PENDING,
    Fault.LOST_REQUEST: Outcome.UNKNOWN,
    Fault.LOST_REPLY: Outcome.UNKNOWN,
    Fault.LATE: Outcome.UNKNOWN,
}


@dataclass(frozen=True)
class Delivery:
    """A webhook as it goes over the wire."""

    body: bytes
    signature: str


@dataclass(frozen=True)
class _Booked:
    at: datetime
    line: StatementLine


@dataclass
class FakeRail:
    """A provider with faults to order: ``rail.faults.append(Fault.LOST_REPLY)``."""

    clock: Clock
    secret: bytes = _SECRET
    faults: deque[Fault] = field(default_factory=deque)
    away: bool = False

    def __post_init__(self) -> None:
        self._book: list[_Booked] = []
        self._keys: dict[str, tuple[datetime, Outcome]] = {}
        self._payouts: dict[str, Outcome] = {}
        self._amounts: dict[str, Money] = {}
        self._payments: dict[str, Payment] = {}
        self._late: list[str] = []
        self._waiting: list[Delivery] = []

    @property
    def name(self) -> str:
        """Return the provider's name."""
        return "fake"

    # What the platform asks.

    async def send_payout(
        self, payout_id: str, amount: Money, destination: str
    ) -> Outcome:
        """Send money out, or fail to, or do it and not say so."""
        _ = destination
        if self.away:
            return Outcome.UNKNOWN
        if (known := self._remembered(payout_id)) is not None:
            return known
        fault = self.faults.popleft() if self.faults else Fault.NONE
        self._amounts[payout_id] = amount
        if fault is Fault.LATE:
            self._late.append(payout_id)
        if (happens := _HAPPENS[fault]) is not None:
            self._settle_payout(payout_id, happens)
        return _IS_TOLD[fault]

    async def look_up(self, payout_id: str) -> Outcome:
        """Say what became of a payout."""
        self._require_answer()
        return self._payouts.get(payout_id, Outcome.NOT_FOUND)

    async def look_up_payment(self, payment_id: str) -> Payment | None:
        """Return a payment as it stands now."""
        self._require_answer()
        return self._payments.get(payment_id)

    def parse_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """Read an event after verifying its signature."""
        verify(self.secret, body, signature)
        try:
            told = json.loads(body)
            return ProviderEvent(
                self.name, told["id"], EventKind(told["kind"]), told["subject"]
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise WebhookUnreadable from error

    # What happens out there.

    def receive(
        self,
        reference: str,
        amount: Money,
        *,
        state: PaymentState = PaymentState.SUCCEEDED,
        payment_id: str = "",
    ) -> str:
        """Let somebody pay us under a reference; return the payment's id."""
        payment_id = payment_id or self._next("fpay")
        self._payments[payment_id] = Payment(
            self.name,
            payment_id,
            reference,
            amount,
            PaymentState.PENDING,
            self.clock.now(),
        )
        self.finish_payment(payment_id, state)
        return payment_id

    def finish_payment(self, payment_id: str, state: PaymentState) -> None:
        """Let a payment reach a state and tell of it."""
        payment = self._payments[payment_id]
        self._payments[payment_id] = replace(
            payment, state=state, paid_at=self.clock.now()
        )
        if state is PaymentState.SUCCEEDED:
            self._write(LineKind.PAYMENT, payment_id, payment.amount)
        self._tell(EventKind.PAYMENT, payment_id)

    def finish_payout(self, payout_id: str, outcome: Outcome) -> None:
        """Let a slow payout end and tell of it."""
        self._settle_payout(payout_id, outcome)

    def catch_up(self) -> None:
        """Carry out the requests that hung on the way, unless their key was used."""
        late, self._late = self._late, []
        for payout_id in late:
            if self._remembered(payout_id) is None:
                self._settle_payout(payout_id, Outcome.CONFIRMED)

    def hand_to_bank(self, amount: Money) -> str:
        """Settle what was received to the clients' bank account."""
        settlement_id = self._next("fset")
        self._write(LineKind.SETTLEMENT, settlement_id, amount)
        return settlement_id

    def paid_out(self, currency: Currency) -> Money:
        """Return what left in all: the witness for our payouts."""
        return self._sum(LineKind.PAYOUT, currency)

    def statement(
        self, currency: Currency, *, since: datetime, until: datetime
    ) -> ProviderStatement:
        """Return the provider's own book of a period."""
        lines = tuple(
            booked.line
            for booked in self._book
            if since <= booked.at < until and booked.line.amount.currency is currency
        )
        settled = self._sum(LineKind.SETTLEMENT, currency, until)
        received = self._sum(LineKind.PAYMENT, currency, until)
        paid = self._sum(LineKind.PAYOUT, currency, until)
        return ProviderStatement(
            self.name, since, until, lines, received - settled, settled - paid
        )

    # How it tells.

    def deliveries(self) -> list[Delivery]:
        """Take the webhooks told so far, each once and in order."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def hostile_deliveries(self, luck: random.Random) -> Iterator[Delivery]:
        """Take them shuffled, some twice, each third with a forgery beside it."""
        waiting = self.deliveries()
        twice = [item for item in waiting if luck.randrange(10) < TWICE_OF_TEN]
        hostile = waiting + twice
        luck.shuffle(hostile)
        for number, delivery in enumerate(hostile):
            if number % 3 == 0:
                yield Delivery(delivery.body, sign(b"a guess", delivery.body))
            yield delivery

    def _tell(self, kind: EventKind, subject: str) -> None:
        told = {"id": self._next("fevt"), "kind": kind.value, "subject": subject}
        body = json.dumps(told).encode()
        self._waiting.append(Delivery(body, sign(self.secret, body)))

    def _settle_payout(self, payout_id: str, outcome: Outcome) -> Outcome:
        self._payouts[payout_id] = outcome
        self._keys[payout_id] = (self.clock.now(), outcome)
        if outcome is Outcome.CONFIRMED:
            self._write(LineKind.PAYOUT, payout_id, self._amounts[payout_id])
        self._tell(EventKind.PAYOUT, payout_id)
        return outcome

    def _remembered(self, payout_id: str) -> Outcome | None:
        at, outcome = self._keys.get(payout_id, (self.clock.now(), None))
        return outcome if self.clock.now() - at < KEY_LIFE else None

    def _write(self, kind: LineKind, id_: str, amount: Money) -> None:
        line = StatementLine(kind, id_, amount)
        self._book.append(_Booked(self.clock.now(), line))

    def _sum(
        self, kind: LineKind, currency: Currency, until: datetime | None = None
    ) -> Money:
        return Money.sum(
            (
                booked.line.amount
                for booked in self._book
                if booked.line.kind is kind
                and booked.line.amount.currency is currency
                and (until is None or booked.at < until)
            ),
            currency,
        )

    def _require_answer(self) -> None:
        if self.away:
            raise Unavailable("the provider does not answer")

    def _next(self, prefix: str) -> str:
        return new_id(prefix, self.clock.now())
