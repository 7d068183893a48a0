"""The dated rules of each market, as data with a source."""

from finance.rulepacks.pack import LoanClass, NoRuleInForce, Rule, RulePack, Unit
from finance.rulepacks.reader import HOME_MARKET, RulePackBroken, home, load, read

__all__ = [
    "HOME_MARKET",
    "LoanClass",
    "NoRuleInForce",
    "Rule",
    "RulePack",
    "RulePackBroken",
    "Unit",
    "home",
    "load",
    "read",
]
