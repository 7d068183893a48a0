"""Limits that keep one borrower, group, sector or province from being all that is lent.

What is used already is counted from the books by whoever knows them, in the currency
that is asked for: a loan is never converted to see whether there is room.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ledger.money import BPS_PER_ONE


class LimitKind(StrEnum):
    """What a limit is about."""

    BORROWER = "borrower"
    GROUP = "group"
    SECTOR = "sector"
    PROVINCE = "province"


@dataclass(frozen=True)
class Limit:
    """The most that may be owed within one kind, and what is owed or promised now."""

    kind: LimitKind
    used_minor: int
    most_minor: int

    @property
    def room_minor(self) -> int:
        """Return how much more may be lent."""
        return max(self.most_minor - self.used_minor, 0)

    def to_json(self) -> dict[str, Any]:
        """Write the limit as plain values."""
        return {
            "kind": self.kind.value,
            "used_minor": str(self.used_minor),
            "most_minor": str(self.most_minor),
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Limit":
        """Read a limit as ``to_json`` wrote it."""
        used, most = int(raw["used_minor"]), int(raw["most_minor"])
        return cls(LimitKind(raw["kind"]), used, most)


def share_limit(
    kind: LimitKind,
    used_minor: int,
    *,
    book_minor: int,
    share_bps: int,
    floor_minor: int,
) -> Limit:
    """Limit a kind to a share of the whole book, but to no less than a floor.

    Without the floor the first loan of a young book would be all of its sector.
    """
    most = max(book_minor * share_bps // BPS_PER_ONE, floor_minor)
    return Limit(kind, used_minor, most)
