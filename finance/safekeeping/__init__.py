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
from finance.safekeeping.tree import SEED_BYTES, Way, top_of, way_of

__all__ = [
    "SEED_BYTES",
    "ClientMoneyCounted",
    "Inclusion",
    "MoneyProof",
    "MoneyProofLeaf",
    "Way",
    "count_all",
    "count_money",
    "list_proofs",
    "show_inclusion",
    "top_of",
    "tree",
    "way_of",
]
