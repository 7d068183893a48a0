"""What operators do to the books themselves: periods, freezes, entries by hand."""

from finance.bookkeeping.entering import (
    Correction,
    NewAdjustment,
    approve_correction,
    decline_correction,
    propose_adjustment,
    propose_reversal,
)
from finance.bookkeeping.errors import (
    AccountNotAdjustable,
    EntryOfProduct,
    NotACorrection,
    PeriodNotOver,
)
from finance.bookkeeping.events import AccountFreezeChanged, PeriodMoved, YearClosed
from finance.bookkeeping.keeping import (
    begin_adjusting,
    close_period,
    close_year,
    freeze_account,
    open_period,
)

__all__ = [
    "AccountFreezeChanged",
    "AccountNotAdjustable",
    "Correction",
    "EntryOfProduct",
    "NewAdjustment",
    "NotACorrection",
    "PeriodMoved",
    "PeriodNotOver",
    "YearClosed",
    "approve_correction",
    "begin_adjusting",
    "close_period",
    "close_year",
    "decline_correction",
    "freeze_account",
    "open_period",
    "propose_adjustment",
    "propose_reversal",
]
