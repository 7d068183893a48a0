"""Look a rule up by its key and a business date, in the unit it is meant in."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from finance.rulepacks.holidays import Holiday
from ledger.errors import Conflict, ensure
from ledger.money import Currency, Money


class Unit(StrEnum):
    """What a rule's value counts."""

    BPS = "bps"
    DAYS = "days"
    MONTHS = "months"
    COUNT = "count"
    MINOR = "minor"
    CLASSES = "classes"


class NoRuleInForce(Conflict):
    """The market had no such rule on that date, so nothing may be decided by it."""

    code = "no_rule_in_force"
    message = "No rule {key} is in force on {on}. Ask the operator to add it."


@dataclass(frozen=True)
class LoanClass:
    """One class of a supervisor's grading: from how many days late, what provision."""

    name: str
    from_days: int
    provision_bps: int


@dataclass(frozen=True)
class Rule:
    """One rule while it is in force: from a date until the day before another."""

    key: str
    unit: Unit
    value: int | tuple[LoanClass, ...]
    starts_on: date
    ends_before: date | None
    source: str
    verified: bool
    currency: Currency | None = None

    def covers(self, on: date) -> bool:
        """Say whether the rule is in force on a date."""
        return self.starts_on <= on and (
            self.ends_before is None or on < self.ends_before
        )


@dataclass(frozen=True)
class RulePack:
    """Every rule a market has or had; ``source`` of each says where it is written."""

    market: str
    rules: tuple[Rule, ...]
    holidays: tuple[Holiday, ...] = ()

    def bps(self, key: str, *, on: date) -> int:
        """Return a rate or share in hundredths of a percent."""
        return self._whole(key, Unit.BPS, on)

    def days(self, key: str, *, on: date) -> int:
        """Return a period in calendar days."""
        return self._whole(key, Unit.DAYS, on)

    def months(self, key: str, *, on: date) -> int:
        """Return a term in calendar months."""
        return self._whole(key, Unit.MONTHS, on)

    def count(self, key: str, *, on: date) -> int:
        """Return a number of things."""
        return self._whole(key, Unit.COUNT, on)

    def money(self, key: str, currency: Currency, *, on: date) -> Money:
        """Return an amount in the currency asked for; amounts are never converted."""
        rule = self.rule(key, on=on, currency=currency)
        return Money(_whole_value(rule, Unit.MINOR), currency)

    def classes(self, key: str, *, on: date) -> tuple[LoanClass, ...]:
        """Return a table of loan classes, from the best to the worst."""
        rule = self.rule(key, on=on)
        ensure(isinstance(rule.value, tuple), f"rule {key} is a table of classes")
        return rule.value if isinstance(rule.value, tuple) else ()

    def rule(self, key: str, *, on: date, currency: Currency | None = None) -> Rule:
        """Return the whole rule, with its source, for a page that explains it.

        Raises:
            NoRuleInForce: The date lies before, after or between the rule's periods.
        """
        known = [r for r in self.rules if r.key == key and r.currency is currency]
        ensure(known, f"the pack of market {self.market} knows the rule {key}")
        for rule in known:
            if rule.covers(on):
                return rule
        raise NoRuleInForce(key=key, on=on.isoformat())

    def in_force(self, on: date, *beginnings: str) -> dict[str, str]:
        """Return the whole-number rules of a day whose keys begin so, for a record.

        Several currencies' values of one key stand beside each other: ``key.USD``.
        """
        return {
            f"{rule.key}.{rule.currency}" if rule.currency else rule.key: str(
                rule.value
            )
            for rule in self.rules
            if rule.key.startswith(beginnings)
            and rule.covers(on)
            and isinstance(rule.value, int)
        }

    def _whole(self, key: str, unit: Unit, on: date) -> int:
        return _whole_value(self.rule(key, on=on), unit)


def _whole_value(rule: Rule, unit: Unit) -> int:
    ensure(rule.unit is unit, f"rule {rule.key} counts {rule.unit}")
    ensure(type(rule.value) is int, f"rule {rule.key} is a whole number")
    return rule.value if isinstance(rule.value, int) else 0
