"""Read what a firm asks for from a form: amount, term, method, and what secures it."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Form, Query

from api.portal.amounts import read_amount
from api.portal.errors import CoverUnreadable
from api.portal.fields import one_of
from contracts.terms import Method
from finance.lending import LoanRequest
from ledger.money import BPS_PER_ONE, Currency
from risk.decision import Security, SecurityKind

MAX_TYPED: Final = 20
PERCENT: Final = 100
Asked = Annotated[str, Query(max_length=MAX_TYPED)]
Sent = Annotated[str, Form(max_length=MAX_TYPED)]


@dataclass
class Wish:
    """A request as typed; nothing yet when the form is new."""

    amount: str = ""
    months: str = "12"
    method: str = Method.ANNUITY.value
    security: str = ""
    cover: str = ""

    def read(self, currency: Currency) -> LoanRequest:
        """Read it as finance does; a term that is no number is no term of a loan."""
        return LoanRequest(
            read_amount(self.amount, currency),
            _whole(self.months) or 0,
            one_of(Method, self.method) or Method.ANNUITY,
            self._security(),
        )

    def _security(self) -> Security | None:
        kind = one_of(SecurityKind, self.security)
        if kind is None:
            return None
        percent = _whole(self.cover)
        if percent is None or not 0 < percent <= PERCENT:
            raise CoverUnreadable
        return Security(kind, percent * BPS_PER_ONE // PERCENT)


def asked_wish(
    *,
    amount: Asked = "",
    months: Asked = "12",
    method: Asked = Method.ANNUITY.value,
    security: Asked = "",
    cover: Asked = "",
) -> Wish:
    """Take a wish from an address."""
    return Wish(amount, months, method, security, cover)


def sent_wish(
    *,
    amount: Sent,
    months: Sent,
    method: Sent,
    security: Sent = "",
    cover: Sent = "",
) -> Wish:
    """Take a wish from a form that was sent."""
    return Wish(amount, months, method, security, cover)


def _whole(text: str) -> int | None:
    typed = text.strip(" ")
    return int(typed) if typed.isascii() and typed.isdigit() else None
