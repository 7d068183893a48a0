"""The dated rules of each market, as data with a source."""

from finance.rulepacks.pack import LoanClass, NoRuleInForce, Rule, RulePack, Unit
from finance.rulepacks.reader import RulePackBroken, load, read

__all__ = [
    "LoanClass",
    "NoRuleInForce",
    "Rule",
    "RulePack",
    "RulePackBroken",
    "Unit",
    "load",
    "read",
]
