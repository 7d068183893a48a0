"""What we ask of any payment provider, and what it can tell us.

An event only says that something changed; what it changed to is asked for afresh, so
early, late, doubled and reordered events end in the same balances.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from ledger.money import Money

MAX_REFERENCE: Final = 200
_WORD: Final = re.compile(r"[\x20-\x7e]{1,200}")


class Outcome(StrEnum):
    """What a provider says of a payout.

    ``UNKNOWN`` is the honest answer after a timeout: it may have happened.
    ``NOT_FOUND`` is the provider's word that it never heard of the payout.
    """

    PENDING = "pending"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_FOUND = "not_found"


class PaymentState(StrEnum):
    """What a provider says of a payment to us."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class EventKind(StrEnum):
    """What a provider's event is about."""

    PAYMENT = "payment"
    PAYOUT = "payout"


class LineKind(StrEnum):
    """What a line of a provider's statement is: in, out, or handed to the bank."""

    PAYMENT = "payment"
    PAYOUT = "payout"
    SETTLEMENT = "settlement"


@dataclass(frozen=True)
class ProviderEvent:
    """Word that a payment or a payout changed, told once under one event id."""

    provider: str
    event_id: str
    kind: EventKind
    subject: str

    def __post_init__(self) -> None:
        for word in (self.provider, self.event_id, self.subject):
            if not (isinstance(word, str) and _WORD.fullmatch(word)):
                raise ValueError("a provider's ids are short printable ASCII")


@dataclass(frozen=True)
class Payment:
    """Money somebody sent to us, as the provider sees it now.

    ``reference`` is what the payer wrote: it tells whose money it is. What no such
    text can hold is left out, for a payer's odd key must not stop the money.
    """

    provider: str
    payment_id: str
    reference: str
    amount: Money
    state: PaymentState
    paid_at: datetime

    def __post_init__(self) -> None:
        written = self.reference.replace("\0", "")[:MAX_REFERENCE]
        object.__setattr__(self, "reference", written)


@dataclass(frozen=True)
class StatementLine:
    """One movement in the provider's own book."""

    kind: LineKind
    id: str
    amount: Money


@dataclass(frozen=True)
class ProviderStatement:
    """A provider's book of one currency over ``[since, until)``.

    ``in_transit`` is what it had received and not yet handed to the bank at the end,
    ``at_bank`` what stood on the clients' bank account.
    """

    provider: str
    since: datetime
    until: datetime
    lines: tuple[StatementLine, ...]
    in_transit: Money
    at_bank: Money


class Rail(Protocol):
    """A payment provider."""

    @property
    def name(self) -> str:
        """Return the provider's name, part of every key it gives us."""
        ...

    async def send_payout(
        self, payout_id: str, amount: Money, destination: str
    ) -> Outcome:
        """Send money out; the payout's id is the provider's idempotency key.

        A timeout is answered with ``UNKNOWN``, never raised: only a look-up tells.
        """
        ...

    async def look_up(self, payout_id: str) -> Outcome:
        """Say what became of a payout; raise ``Unavailable`` when nobody answers."""
        ...

    async def look_up_payment(self, payment_id: str) -> Payment | None:
        """Return a payment as it stands now, None when the provider knows none."""
        ...

    def parse_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """Read an event after verifying the signature over its raw bytes.

        Raises:
            SignatureWrong: The bytes are not what the provider signed.
            WebhookUnreadable: They are, but say nothing we can read.
        """
        ...
