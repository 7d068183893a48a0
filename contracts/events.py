"""What can happen to a loan: frozen facts with a business date and an order.

Events of one day are replayed in the order of their kinds (money out, changes of the
plan, charges, waivers, receipts, write-off, recoveries, refunds) and within a kind by
``ordinal``, so the order in which a day's events were written down changes nothing.

An event found late may change what later ones meet. What depends on it says whether it
follows: a waiver or refund ``up_to`` its amount, a restructuring of what ``is_owed``.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.terms import Component, GraceRule, Terms
from ledger.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a business date; ``ordinal`` is unique in a loan."""

    on: date
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursed(Event):
    """The principal, or a tranche of it, went out."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged(Event):
    """Another nominal rate holds from the day on."""

    rate_bps: int | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateShifted(Event):
    """One instalment to come was moved, and its interest period with it."""

    instalment: int
    to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHoliday(Event):
    """The next instalments are not paid; the term grows by as many."""

    instalments: int
    rule: GraceRule = GraceRule.CAPITALISE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reamortised(Event):
    """Overdue principal was spread over the instalments to come, or over a new number."""

    instalments: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restructured(Event):
    """New terms took the place of the old, for the principal outstanding.

    With ``capitalises`` everything owed beside it became principal too. With
    ``is_owed`` the terms hold for whatever turns out to be owed on the day.
    """

    terms: Terms
    capitalises: bool = False
    is_forborne: bool = True
    is_owed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeeCharged(Event):
    """The late fee of one missed instalment was charged."""

    instalment: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeAdded(Event):
    """Another fee or penalty was charged, due at once."""

    component: Component
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCancelled(Event):
    """A charge or late fee was made wrongly; ``charge`` is its ordinal.

    From its day on the loan stands as if it had never been charged.
    """

    charge: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived(Event):
    """A part of what is owed was forgiven, oldest first or in one instalment.

    With ``up_to`` no more than is due when it turns out that less was.
    """

    component: Component
    amount: Money
    instalment: int | None = None
    up_to: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReceived(Event):
    """The borrower paid."""

    receipt_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedBack(Event):
    """The bank took a receipt back, whole or in part.

    From its day on the loan stands as if that money had never come.
    """

    receipt_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff(Event):
    """What is outstanding was given up as lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReceived(Event):
    """Money came in after the write-off."""

    receipt_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded(Event):
    """An overpayment went back to the borrower.

    With ``up_to`` no more than was overpaid when it turns out that less was.
    """

    amount: Money
    up_to: bool = False
