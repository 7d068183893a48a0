"""Read a market's rules from its file and refuse a file that contradicts itself."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources
from itertools import groupby, pairwise
from typing import Any, Final

from finance.rulepacks.holidays import read_holidays
from finance.rulepacks.pack import LoanClass, Rule, RulePack, Unit
from ledger.errors import InvariantBroken, NotFound
from ledger.money import Currency

HOME_MARKET: Final = "kh"
_FIELDS = {"key", "unit", "value", "from", "until", "source", "verified", "currency"}


class RulePackBroken(InvariantBroken):
    """A rule in the file is incomplete, or two are in force at once."""


@cache
def load(market: str) -> RulePack:
    """Read the rules of a market, such as ``kh``, that ship with the platform."""
    files = resources.files("finance.rulepacks")
    place = files.joinpath(f"{market}.toml")
    if not market.isalpha() or not place.is_file():
        raise NotFound(thing="market")
    days = files.joinpath(f"{market}_holidays.toml").read_text(encoding="utf-8")
    pack = read(market, place.read_text(encoding="utf-8"))
    return replace(pack, holidays=read_holidays(days))


def home() -> RulePack:
    """Return the rules of the market this deployment serves; one market each."""
    return load(HOME_MARKET)


def read(market: str, text: str) -> RulePack:
    """Read rules from the text of a file.

    Raises:
        RulePackBroken: A field is missing, unknown or of the wrong kind, or two
            periods of one rule overlap.
    """
    rules = [_read_rule(entry) for entry in tomllib.loads(text)["rule"]]
    rules.sort(key=_order)
    for key, periods in groupby(rules, key=lambda rule: _order(rule)[:2]):
        for earlier, later in pairwise(periods):
            if earlier.ends_before is None or earlier.ends_before > later.starts_on:
                raise RulePackBroken(f"two rules {key[0]} are in force at once")
    return RulePack(market, tuple(rules))


def _order(rule: Rule) -> tuple[str, str, date]:
    return rule.key, rule.currency or "", rule.starts_on


def _read_rule(entry: Mapping[str, Any]) -> Rule:
    key = str(entry.get("key"))
    if unknown := set(entry) - _FIELDS:
        raise RulePackBroken(f"rule {key} has unknown fields: {sorted(unknown)}")
    try:
        rule = Rule(
            key=entry["key"],
            unit=Unit(entry["unit"]),
            value=_read_value(entry["value"]),
            starts_on=entry["from"],
            ends_before=entry.get("until"),
            source=entry["source"],
            verified=entry["verified"],
            currency=Currency(entry["currency"]) if "currency" in entry else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RulePackBroken(f"rule {key} cannot be read: {error}") from error
    _require_sense(rule)
    return rule


def _read_value(value: object) -> int | tuple[LoanClass, ...]:
    if isinstance(value, list):
        return tuple(LoanClass(**entry) for entry in value)
    if type(value) is not int or value < 0:
        raise ValueError("the value is a whole number, not below zero")
    return value


def _require_sense(rule: Rule) -> None:
    if type(rule.starts_on) is not date or type(rule.verified) is not bool:
        raise RulePackBroken(f"rule {rule.key} needs a date and true or false")
    if rule.ends_before is not None and rule.ends_before <= rule.starts_on:
        raise RulePackBroken(f"rule {rule.key} ends before it starts")
    if not rule.source.strip():
        raise RulePackBroken(f"rule {rule.key} has no source")
    if (rule.currency is not None) is not (rule.unit is Unit.MINOR):
        raise RulePackBroken(f"rule {rule.key}: amounts have a currency, others none")
    if isinstance(rule.value, tuple) is not (rule.unit is Unit.CLASSES):
        raise RulePackBroken(
            f"rule {rule.key}: only a table of classes has many values"
        )
    if isinstance(rule.value, tuple):
        _require_rising(rule.key, rule.value)


def _require_rising(key: str, classes: tuple[LoanClass, ...]) -> None:
    starts = [item.from_days for item in classes]
    shares = [item.provision_bps for item in classes]
    if not starts or starts[0] != 0 or starts != sorted(set(starts)):
        raise RulePackBroken(f"rule {key}: classes start at day 0 and rise")
    if shares != sorted(shares):
        raise RulePackBroken(f"rule {key}: a worse class needs no less provision")
