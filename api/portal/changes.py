"""Read what an operator wants done to a running loan, out of the fields of a form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from api.portal.amounts import read_amount
from api.portal.errors import (
    CountUnreadable,
    DayUnreadable,
    RateUnreadable,
)
from api.portal.fields import choose
from contracts import loan as loans
from contracts.terms import Component, GraceRule
from finance import lending
from finance.lending import NOT_YET, Act, LoanStatus, NewPlan
from ledger.money import BPS_PER_ONE, Currency

_PERCENT: Final = 100
_COUNT: Final = re.compile(r"[0-9]{1,6}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_RATE: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?", re.ASCII)
_YES: Final = "yes"
_LAST_DAY: Final = "2200-01-01"  # no loan of ours runs so long
FIELDS: Final = (
    "on",
    "to",
    "first_due_on",
    "instalments",
    "instalment",
    "rule",
    "rate",
    "component",
    "amount",
    "charge",
    "receipt_id",
    "capitalises",
    "is_forborne",
)
_CHARGES: Final = (Component.FEE, Component.PENALTY)


class Change(StrEnum):
    """What operators may propose for a loan, as addresses name it."""

    HOLIDAY = "payment_holiday"
    DUE_DATE = "due_date_shifted"
    RATE = "rate_changed"
    REAMORTISE = "reamortised"
    RESTRUCTURE = "restructured"
    WAIVE = "waived"
    CHARGE = "charge_added"
    CANCEL_CHARGE = "charge_cancelled"
    CHARGE_BACK = "charged_back"
    DATED_RECEIPT = "receipt_received"
    WRITE_OFF = "write_off"


_OF_THE_PLAN: Final = (
    Change.HOLIDAY,
    Change.DUE_DATE,
    Change.RATE,
    Change.REAMORTISE,
)


Wanted = Act | NewPlan | None
"""What to do; None is a write-off, which has no fields: its day is when it is agreed to."""


def open_to(status: str) -> list[Change]:
    """Return what may be proposed for a loan in a state."""
    return [change for change in Change if status in _statuses(change)]


def _statuses(change: Change) -> tuple[LoanStatus, ...]:
    if change is Change.WRITE_OFF:
        return (LoanStatus.ACTIVE,)
    return lending.open_to(lending.EVENT_KINDS[change.value])


@dataclass(frozen=True)
class Typed:
    """The fields of a change as they were typed; each is read, or refused by its name."""

    fields: Mapping[str, str]
    currency: Currency

    @classmethod
    def of(cls, sent: Mapping[str, str], currency: Currency) -> "Typed":
        """Take the fields of a change out of all that an address or a form carries."""
        return cls({name: sent[name] for name in FIELDS if name in sent}, currency)

    def read(self, change: Change) -> Wanted:
        """Read what is wanted.

        Raises:
            DayUnreadable, CountUnreadable, RateUnreadable, AmountUnreadable: A field
                was left empty or holds something else.
            AmountOutOfRange, AmountNotSettleable: Nobody can pay it.
            FormMalformed: A choice is none of those the form gives.
        """
        if change is Change.WRITE_OFF:
            return None
        if change is Change.RESTRUCTURE:
            return self._plan()
        on = self._day("on")
        if change in _OF_THE_PLAN:
            return self._new_dates(change, on)
        return self._of_money(change, on)

    def _new_dates(self, change: Change, on: date) -> Act:
        match change:
            case Change.HOLIDAY:
                return loans.PaymentHoliday(
                    on=on,
                    ordinal=NOT_YET,
                    instalments=self._count("instalments"),
                    rule=choose(GraceRule, self._typed("rule")),
                )
            case Change.DUE_DATE:
                number, to = self._count("instalment"), self._day("to")
                return loans.DueDateShifted(
                    on=on, ordinal=NOT_YET, instalment=number, to=to
                )
            case Change.RATE:
                rate_bps = self._rate()
                return loans.RateChanged(on=on, ordinal=NOT_YET, rate_bps=rate_bps)
            case _:
                count = self._count_if_any("instalments")
                return loans.Reamortised(on=on, ordinal=NOT_YET, instalments=count)

    def _of_money(self, change: Change, on: date) -> Act:
        if change is Change.CANCEL_CHARGE:
            charge = self._count("charge")
            return loans.ChargeCancelled(on=on, ordinal=NOT_YET, charge=charge)
        amount = read_amount(self._typed("amount"), self.currency)
        match change:
            case Change.WAIVE:
                return loans.Waived(
                    on=on,
                    ordinal=NOT_YET,
                    component=choose(Component, self._typed("component")),
                    amount=amount,
                    instalment=self._count_if_any("instalment"),
                )
            case Change.CHARGE:
                charged = choose(Component, self._typed("component"), among=_CHARGES)
                return loans.ChargeAdded(
                    on=on, ordinal=NOT_YET, component=charged, amount=amount
                )
            case Change.CHARGE_BACK:
                receipt = self._typed("receipt_id")
                return loans.ChargedBack(
                    on=on, ordinal=NOT_YET, receipt_id=receipt, amount=amount
                )
            case _:
                return loans.ReceiptReceived(
                    on=on, ordinal=NOT_YET, receipt_id="", amount=amount
                )

    def _plan(self) -> NewPlan:
        return NewPlan(
            on=self._day("on"),
            rate_bps=self._rate(),
            instalments=self._count("instalments"),
            first_due_on=self._day("first_due_on"),
            capitalises=self._typed("capitalises") == _YES,
            is_forborne=self._typed("is_forborne") == _YES,
        )

    def _day(self, name: str) -> date:
        typed = self._typed(name)
        try:
            if _DAY.fullmatch(typed) and typed < _LAST_DAY:
                return date.fromisoformat(typed)
        except ValueError:
            pass
        raise DayUnreadable(field=name)

    def _count(self, name: str) -> int:
        typed = self._typed(name)
        if not _COUNT.fullmatch(typed) or not int(typed):
            raise CountUnreadable(field=name)
        return int(typed)

    def _count_if_any(self, name: str) -> int | None:
        return self._count(name) if self._typed(name) else None

    def _rate(self) -> int:
        typed = self._typed("rate")
        if not _RATE.fullmatch(typed):
            raise RateUnreadable
        return int(Decimal(typed) * BPS_PER_ONE / _PERCENT)

    def _typed(self, name: str) -> str:
        return self.fields.get(name, "").strip(" ")
