"""One row of a schedule, kept in minor units and shown as money."""

from datetime import date
from typing import NamedTuple

from contracts.periods import Period
from ledger.money import Currency, Money


class Row(NamedTuple):
    """One instalment.

    ``opening_minor`` is owed when the period starts, ``earned_minor`` the interest of
    the period itself, which grace may make due elsewhere, ``capitalised_minor`` the
    part of it that became principal and ``kept_minor`` what is put off after the row.
    """

    period: Period
    currency: Currency
    principal_minor: int
    interest_minor: int
    fee_minor: int
    opening_minor: int
    balance_minor: int
    earned_minor: int
    capitalised_minor: int
    kept_minor: int

    @property
    def number(self) -> int:
        """Its place in the plan, from 1."""
        return self.period.number

    @property
    def starts_on(self) -> date:
        """The first day of its interest period."""
        return self.period.starts_on

    @property
    def ends_on(self) -> date:
        """The day its interest period ends."""
        return self.period.ends_on

    @property
    def due_on(self) -> date:
        """The day it is due."""
        return self.period.due_on

    @property
    def principal(self) -> Money:
        """The principal due."""
        return Money(self.principal_minor, self.currency)

    @property
    def interest(self) -> Money:
        """The interest due."""
        return Money(self.interest_minor, self.currency)

    @property
    def fee(self) -> Money:
        """The fee due."""
        return Money(self.fee_minor, self.currency)

    @property
    def level_minor(self) -> int:
        """Principal and interest: what the level of an annuity is about."""
        return self.principal_minor + self.interest_minor

    @property
    def payment_minor(self) -> int:
        """All that is due, in minor units."""
        return self.level_minor + self.fee_minor

    @property
    def payment(self) -> Money:
        """All that is due."""
        return Money(self.payment_minor, self.currency)

    @property
    def balance_after(self) -> Money:
        """The principal outstanding after the day's payment and payouts."""
        return Money(self.balance_minor, self.currency)
