"""What holidays tell."""

from dataclasses import dataclass
from typing import ClassVar

from ledger.outbox import Event


@dataclass(frozen=True)
class HolidayDecreed(Event):
    """An operator entered a decree that makes a day a holiday, or a working day."""

    type: ClassVar[str] = "holiday.decreed"
    about: ClassVar[str] = "decree"

    decree: str
    day: str
    is_holiday: bool
    source: str
    decided_by: str
