"""What safekeeping tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ledger.money import Money
from ledger.outbox import Event


@dataclass(frozen=True)
class ClientMoneyCounted(Event):
    """What all wallets of a currency add up to, and what is there to cover it.

    ``root`` is the tree's hash in hexadecimal; ``others`` holds minor units by the kind
    of account.
    """

    type = "client_money.counted"
    about = "proof_id"

    proof_id: str
    counted_on: date
    made_at: datetime
    leaves: int
    root: str
    wallets: Money
    others: Mapping[str, str]
    bank: Money
    transit: Money
