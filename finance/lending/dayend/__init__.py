"""The day-end: every loan brought into each business date, once, whatever falls over."""

from finance.lending.dayend.calendar import (
    Due,
    count_waiting,
    find_stop,
    finish_days,
    is_believed,
    list_days,
    list_notices,
    open_days,
    trust_clock,
    watch_clock,
)
from finance.lending.dayend.counting import count_day, count_loans, list_waiting
from finance.lending.dayend.errors import ClockNotStopped
from finance.lending.dayend.keeping import find_state
from finance.lending.dayend.model import (
    ClockStop,
    DayEnd,
    Grading,
    LoanStanding,
    Notice,
    NoticeKind,
)

__all__ = [
    "ClockNotStopped",
    "ClockStop",
    "DayEnd",
    "Due",
    "Grading",
    "LoanStanding",
    "Notice",
    "NoticeKind",
    "count_day",
    "count_loans",
    "count_waiting",
    "find_state",
    "find_stop",
    "finish_days",
    "is_believed",
    "list_days",
    "list_notices",
    "list_waiting",
    "open_days",
    "trust_clock",
    "watch_clock",
]
