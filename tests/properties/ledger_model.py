"""The ledger in plain numbers, to compare the real one with."""

from collections import Counter
from dataclasses import dataclass, field

CEILING = 60  # of the account "capped"


@dataclass
class Model:
    """Debits are positive; every account but the bank stands on the credit side."""

    posted: Counter[str] = field(default_factory=Counter)
    out: Counter[str] = field(default_factory=Counter)
    coming: Counter[str] = field(default_factory=Counter)
    frozen: dict[str, str] = field(default_factory=dict)

    def available(self, name: str) -> int:
        """Return what may leave a credit account."""
        return -self.posted[name] - self.out[name]

    def may(self, debit: str, credit: str, units: int, held: int) -> bool:
        """Judge one transfer, or one change of what is held."""
        moves = units or held > 0  # letting a hold go moves nothing
        if moves and "all" in (self.frozen.get(debit), self.frozen.get(credit)):
            return False
        if moves and debit != "bank" and self.frozen.get(debit) == "outflow":
            return False
        if debit != "bank" and self.available(debit) < units + held:
            return False
        total = -self.posted[credit] + self.coming[credit] + units + held
        return credit != "capped" or total <= CEILING

    def do(self, debit: str, credit: str, units: int, held: int = 0) -> bool:
        """Do what is allowed and say whether it was."""
        if not self.may(debit, credit, units, held):
            return False
        self.posted[debit] += units
        self.posted[credit] -= units
        self.out[debit] += held
        self.coming[credit] += held
        return True
