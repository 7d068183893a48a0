"""Show each day that all client money was counted, and that it is there."""

from finance.safekeeping import tree
from finance.safekeeping.events import ClientMoneyCounted
from finance.safekeeping.model import MoneyProof, MoneyProofLeaf
from finance.safekeeping.repository import list_proofs
from finance.safekeeping.service import (
    Inclusion,
    count_all,
    count_money,
    show_inclusion,
)

__all__ = [
    "ClientMoneyCounted",
    "Inclusion",
    "MoneyProof",
    "MoneyProofLeaf",
    "count_all",
    "count_money",
    "list_proofs",
    "show_inclusion",
    "tree",
]
