"""The dated rules of each market, as data with a source."""

from finance.rulepacks.holidays import Holiday, HolidaysBroken, read_holidays
from finance.rulepacks.pack import LoanClass, NoRuleInForce, Rule, RulePack, Unit
from finance.rulepacks.reader import HOME_MARKET, RulePackBroken, home, load, read

__all__ = [
    "HOME_MARKET",
    "Holiday",
    "HolidaysBroken",
    "LoanClass",
    "NoRuleInForce",
    "Rule",
    "RulePack",
    "RulePackBroken",
    "Unit",
    "home",
    "load",
    "read",
    "read_holidays",
]
