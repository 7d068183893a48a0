"""What day-ends tell."""

from dataclasses import dataclass
from datetime import date

from ledger.outbox import Event


@dataclass(frozen=True)
class DayCounted(Event):
    """Every active loan was brought into a business date."""

    type = "day_end.counted"
    about = "business_date"

    business_date: date
    loans: int


@dataclass(frozen=True)
class ClockStopped(Event):
    """The clock is not where it should be; what goes by dates waits for an operator."""

    type = "day_end.clock_stopped"
    about = "stop_id"

    stop_id: str
    last_on: date
    seen_on: date


@dataclass(frozen=True)
class ClockTrusted(Event):
    """An operator looked at the clock and lets what goes by dates go on."""

    type = "day_end.clock_trusted"
    about = "stop_id"

    stop_id: str
    trusted_on: date


@dataclass(frozen=True)
class LoanGraded(Event):
    """A loan's band, class, provision or stage became another."""

    type = "loan.graded"
    about = "loan_id"

    loan_id: str
    graded_on: date
    days_past_due: int
    band: str
    loan_class: str
    provision_bps: int
    stage: int
