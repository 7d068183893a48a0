"""Tell the time: instants in UTC, business dates in the market's zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

MARKET_ZONE = ZoneInfo("Asia/Phnom_Penh")


class Clock(Protocol):
    """Whatever can say what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock: the only place that reads it."""

    def now(self) -> datetime:
        """Return the machine's present instant."""
        return datetime.now(UTC)


@dataclass
class StoppedClock:
    """A clock that moves only when told to: for tests and simulated worlds."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant the clock stands at."""
        return self.instant

    def move_to(self, instant: datetime) -> None:
        """Set the clock forward; time never runs backwards."""
        if instant < self.instant:
            raise ValueError("a clock does not run backwards")
        self.instant = instant

    def advance(self, step: timedelta) -> None:
        """Let time pass."""
        self.move_to(self.instant + step)


def business_date(instant: datetime) -> date:
    """Return the market's calendar date at an instant."""
    return instant.astimezone(MARKET_ZONE).date()


def day_begins(on: date) -> datetime:
    """Return the instant at which a business date begins in the market."""
    if on == date.min:  # its morning is before all that can be said in UTC
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(on, time.min, MARKET_ZONE).astimezone(UTC)
