"""Read the words in which published cases describe their terms."""

import re
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

from contracts import duedates
from contracts.clauses import Frequency, Unit
from contracts.daycount import DayCount
from contracts.months import MonthEnd
from contracts.terms import Excess, LateBasis, Method
from ledger.money import Currency, Money, Rounding
from tests.vectors.case import Unsupported

MINOR_PER_MAJOR = 100
_DIGITS = 50

_CONVENTIONS = (
    (r"act.*/act.*(isma|icma)", DayCount.ACT_ACT_ICMA),
    (r"act.*/act.*(afb|euro)", DayCount.ACT_ACT_AFB),
    (r"act.*/act", DayCount.ACT_ACT_ISDA),
    (r"30e/360 isda", DayCount.THIRTY_E_360_ISDA),
    (r"30e/360|eurobond", DayCount.THIRTY_E_360),
    (r"30/360 us|30u/360", DayCount.THIRTY_360_US),
    (r"30/360( bond.*| isma)?$", DayCount.THIRTY_360_BOND),
    (r"30/365", DayCount.THIRTY_365),
    (r"act.*/365\.25", DayCount.ACT_365_25),
    (r"act.*/360", DayCount.ACT_360),
    (r"act.*/364", DayCount.ACT_364),
    (r"act.*/365(?! *\((no|can))", DayCount.ACT_365F),
    (r"act.*/366", DayCount.ACT_366),
)
_YEARS = {
    360: DayCount.ACT_360,
    364: DayCount.ACT_364,
    365: DayCount.ACT_365F,
    366: DayCount.ACT_366,
}
_METHODS = (
    (r"^annuity", Method.ANNUITY),
    (r"^equal principal", Method.EQUAL_PRINCIPAL),
    (r"^flat", Method.FLAT),
    (r"^interest only", Method.INTEREST_ONLY),
    (r"^balloon", Method.BALLOON),
    (r"^bullet", Method.BULLET),
)
_ROUNDINGS = (
    (r"half-even", Rounding.HALF_EVEN),
    (r"half-up", Rounding.HALF_UP),
    (r"ceiling|\bup\b", Rounding.CEILING),
    (r"floor|\bdown\b", Rounding.DOWN),
)
_EXCESS = (
    (r"next instalment", Excess.NEXT),
    (r"last instalment", Excess.LAST),
    (r"spread equally", Excess.SPREAD),
    (r"re-levelled", Excess.REAMORTISE),
    (r"fewer|shorter|number of instalments", Excess.SHORTEN),
)


def _choose(text, choices, what):
    for pattern, choice in choices:
        if re.search(pattern, text.lower()):
            return choice
    raise Unsupported(f"{what} {text!r}")


def convention(text):
    """Read the name of a day count."""
    return _choose(text, _CONVENTIONS, "day count")


def method(text):
    """Read how principal comes back."""
    return _choose(text, _METHODS, "method")


def excess(text):
    """Read what money beyond the due is used for."""
    return _choose(text, _EXCESS, "excess rule")


def usd(text):
    """Read an amount of whole cents."""
    minor = Decimal(str(text)) * MINOR_PER_MAJOR
    if minor != int(minor):
        raise Unsupported("amounts finer than a cent")
    return Money(int(minor), Currency.USD)


def day(text):
    """Read a date."""
    return date.fromisoformat(text)


def interest_basis(text):
    """Read a basis: the day count, and the unit of the period where it says one."""
    lowered = text.lower()
    over = re.search(r"over an? (\d+)-day year", lowered)
    if over:
        return _choose_year(int(over.group(1))), None
    if re.search(r"\d+ weeks", lowered):
        return DayCount.ACT_ACT_ICMA, Unit.WEEK
    if re.search(r"annual/12|per month|^none$|^30/360", lowered):
        return DayCount.ACT_ACT_ICMA, None
    return convention(lowered), None


def _choose_year(days):
    if days not in _YEARS:
        raise Unsupported(f"a year of {days} days")
    return _YEARS[days]


def rounding(text, decimals):
    """Read a rounding: its mode, and its step in cents."""
    mode = _choose(text, _ROUNDINGS, "rounding")
    multiple = re.search(r"multiple of (\d+)", text)
    places = re.search(r"to (\d) dp", text)
    if multiple:
        return mode, int(multiple.group(1)) * MINOR_PER_MAJOR
    if "whole unit" in text:
        return mode, MINOR_PER_MAJOR
    return mode, step_of(int(places.group(1)) if places else decimals)


def step_of(decimals):
    """Return the step of a number of decimals, in cents."""
    if decimals > 2:
        raise Unsupported("more than two decimals")
    return 10 ** (2 - decimals)


def rate_bps(inputs):
    """Read the nominal yearly rate in basis points, however the case puts it."""
    with localcontext(prec=_DIGITS):
        if "effective_annual_rate_percent" in inputs:
            growth = 1 + Decimal(inputs["effective_annual_rate_percent"]) / 100
            return (growth ** (Decimal(1) / 12) - 1) * 12 * 10_000
        if "rate_per_period_percent" in inputs:
            return Decimal(inputs["rate_per_period_percent"]) * 12 * 100
        if "annual_nominal_rate" in inputs:
            yearly = Decimal(inputs["annual_nominal_rate"]) * 10_000
            return yearly * 12 / Decimal(inputs.get("periods_per_year", 12))
        return Decimal(inputs.get("annual_nominal_rate_percent", 0)) * 100


def frequency(start, due_dates, unit):
    """Find the frequency and the month-end rule that give these dates."""
    gap = (due_dates[0] - start).days
    spacing = (due_dates[1] - due_dates[0]).days if len(due_dates) > 1 else gap
    months = max(1, round(Fraction(spacing * 12, 365)))
    tries = [(Frequency(Unit.MONTH, months), rule) for rule in MonthEnd]
    if spacing % 7 == 0:
        weekly = (Frequency(Unit.WEEK, spacing // 7), MonthEnd.CLAMP)
        tries = [weekly, *tries] if unit is Unit.WEEK else [*tries, weekly]
    tries.append((Frequency(Unit.DAY, spacing), MonthEnd.CLAMP))
    for found, rule in tries:
        grid = duedates.grid(start, due_dates[0], found, rule)
        if [grid.at(at + 1) for at in range(len(due_dates))] == list(due_dates):
            return found, rule
    return None


def charge_bps(text):
    """Read a charge: its part of an instalment, and the late fee's basis if late."""
    found = re.match(r"(instalment fee|overdue charge) ([\d.]+)% of", text)
    if not found:
        raise Unsupported(f"charge {text!r}")
    bps = int(Decimal(found.group(2)) * 100)
    if found.group(1) == "instalment fee":
        return bps, None
    both = "principal+interest" in text
    return bps, LateBasis.PRINCIPAL_AND_INTEREST if both else LateBasis.PRINCIPAL


def relative_day(text, due_dates):
    """Read "due date 1" or "... (2 days after due date 1)"."""
    after = re.search(r"(\d+) days? after due date (\d+)", text)
    if after:
        days, number = int(after.group(1)), int(after.group(2))
        return due_dates[number - 1] + timedelta(days=days)
    plain = re.search(r"due date (\d+)", text)
    if plain:
        return due_dates[int(plain.group(1)) - 1]
    return day(text)


def bands(text):
    """Read bands of days late such as "RANGE_3 = 4-30"."""
    return re.findall(r"(\w+) = (\d+)-(\d+)", text)
