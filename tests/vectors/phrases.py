"""Read the words in which published cases describe their terms."""

import itertools
import re
from datetime import date, timedelta
from fractions import Fraction

from contracts import duedates
from contracts.clauses import Frequency, GraceRule, Unit
from contracts.daycount import DayCount
from contracts.months import MonthEnd
from contracts.terms import Excess, Fees, LateBasis, LateTerms, Method
from ledger.money import Currency, Money, Rounding
from tests.vectors.case import Unsupported, number

MINOR_PER_MAJOR = 100
_MOST_MAJOR = 10**13
_SHORTEST_MONTHLY_DAYS = 25

_ACTUAL = r"^act\S*( days)? ?/ ?"
_NO_OTHER = r"(?![\dl.])(?!.*\b(no|nl|can|inc))"
_CONVENTIONS = (
    (r"act\S*/act.*(isma|icma|bond)", DayCount.ACT_ACT_ICMA),
    (r"act\S*/act.*(afb|euro)", DayCount.ACT_ACT_AFB),
    (r"act\S*/act", DayCount.ACT_ACT_ISDA),
    (r"(30e/360|eurobond).*(isda|german)|^german", DayCount.THIRTY_E_360_ISDA),
    (r"30e/360|eurobond|30s/360", DayCount.THIRTY_E_360),
    (r"30u/360|30/360.*\b(us|usa|sia|end-of-february)\b", DayCount.THIRTY_360_US),
    (r"^30/360( *[(]?(bond.*|isma|isda|nasd)[)]?)?$", DayCount.THIRTY_360_BOND),
    (r"^bond basis$", DayCount.THIRTY_360_BOND),
    (r"^30/365", DayCount.THIRTY_365),
    (rf"{_ACTUAL}365\.25", DayCount.ACT_365_25),
    (rf"{_ACTUAL}360{_NO_OTHER}", DayCount.ACT_360),
    (rf"{_ACTUAL}364{_NO_OTHER}", DayCount.ACT_364),
    (rf"{_ACTUAL}365{_NO_OTHER}", DayCount.ACT_365F),
    (rf"{_ACTUAL}366{_NO_OTHER}", DayCount.ACT_366),
)
_YEARS = {
    360: DayCount.ACT_360,
    364: DayCount.ACT_364,
    365: DayCount.ACT_365F,
    366: DayCount.ACT_366,
}
_METHODS = (
    (r"^annuity|^(equal|level) (instal|pay)", Method.ANNUITY),
    (r"^equal principal|^linear", Method.EQUAL_PRINCIPAL),
    (r"^flat", Method.FLAT),
    (r"^interest.only", Method.INTEREST_ONLY),
    (r"^balloon", Method.BALLOON),
    (r"^bullet", Method.BULLET),
)
_ROUNDINGS = (
    (r"half.?even|banker", Rounding.HALF_EVEN),
    (r"half.?up", Rounding.HALF_UP),
    (r"ceiling|\bup\b", Rounding.CEILING),
    (r"floor|(?<!half.)\bdown\b|truncat", Rounding.DOWN),
)
_EXCESS = (
    (r"re-?level|re-?amorti", Excess.REAMORTISE),
    (r"fewer|shorter|number of instalments|ends earlier", Excess.SHORTEN),
    (r"lower instalments", Excess.REAMORTISE),
    (r"spread equally", Excess.SPREAD),
    (r"next instalment", Excess.NEXT),
    (r"last instalment", Excess.LAST),
)
_PUT_OFF = (
    (r"capitali|added to (the )?principal|compound", GraceRule.CAPITALISE),
    (r"spread|shared equally", GraceRule.SPREAD),
    (r"", GraceRule.COLLECT),
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


def put_off(text):
    """Read what becomes of interest that is not paid when it is due."""
    return _choose(text, _PUT_OFF, "grace rule")


def usd(given):
    """Read an amount of whole cents."""
    minor = number(given) * MINOR_PER_MAJOR
    if abs(minor) > _MOST_MAJOR * MINOR_PER_MAJOR:
        raise Unsupported(f"amounts beyond {_MOST_MAJOR}")
    if minor != int(minor):
        raise Unsupported("amounts finer than a cent")
    return Money(int(minor), Currency.USD)


def day(text):
    """Read a date."""
    return date.fromisoformat(text)


def interest_basis(text):
    """Read a basis: the day count, and the unit of the period where it says one."""
    lowered = text.lower()
    over = re.search(r"(\d+)-day year", lowered)
    if over and "30-day month" not in lowered:
        return _choose_year(int(over.group(1))), None
    if lowered.startswith(("act", "30e", "30u")) or re.search(
        r"30/360.*\b(bond|isda|isma|us|usa|sia|nasd)\b|30/365", lowered
    ):
        return convention(lowered), None
    if re.search(r"over 52 weeks", lowered):
        return DayCount.ACT_ACT_ICMA, Unit.WEEK
    if re.search(r"annual/12|per (month|period|week|quarter)|^none$|^30/360", lowered):
        return DayCount.ACT_ACT_ICMA, None
    return convention(lowered), None


def _choose_year(days):
    if days not in _YEARS:
        raise Unsupported(f"a year of {days} days")
    return _YEARS[days]


def rounding(text, decimals):
    """Read a rounding: its mode, and its step in cents."""
    mode = _choose(text, _ROUNDINGS, "rounding")
    multiple = re.search(r"multiples? of ([\d.]+)", text)
    places = re.search(r"to (\d) (?:dp|decimal)", text)
    if multiple:
        return mode, step(multiple.group(1).rstrip("."))
    if "whole unit" in text:
        return mode, MINOR_PER_MAJOR
    return mode, step_of(int(places.group(1)) if places else decimals)


def step(multiple):
    """Return the step of a multiple of a major unit, in cents."""
    return usd(multiple).minor


def step_of(decimals):
    """Return the step of a number of decimals, in cents."""
    if not 0 <= decimals <= 2:
        raise Unsupported("more than two decimals")
    return 10 ** (2 - decimals)


def frequency(opens_on, disbursed_on, due_dates, unit):
    """Find the frequency and the month-end rule by which terms give these dates."""
    gap = (due_dates[0] - opens_on).days
    spacing = (due_dates[1] - due_dates[0]).days if len(due_dates) > 1 else gap
    months = max(1, round(Fraction(spacing * 12, 365)))
    tries = [(Frequency(Unit.MONTH, months), rule) for rule in MonthEnd]
    if spacing % 7 == 0:
        weekly = (Frequency(Unit.WEEK, spacing // 7), MonthEnd.CLAMP)
        tries = [weekly, *tries] if unit is Unit.WEEK else [*tries, weekly]
    tries.append((Frequency(Unit.DAY, spacing), MonthEnd.CLAMP))
    for found, rule in tries:
        grid = duedates.grid(disbursed_on, due_dates[0], found, rule)
        if [grid.at(at + 1) for at in range(len(due_dates))] == list(due_dates):
            return found, rule
    return None


def require_months(due_dates):
    """Refuse due dates of no regular frequency that are not a month apart either."""
    if len(due_dates) > 1:
        shortest = min(
            (later - day).days for day, later in itertools.pairwise(due_dates)
        )
        if shortest < _SHORTEST_MONTHLY_DAYS:
            raise Unsupported("a part of a year for due dates of no regular frequency")


def charge(text):
    """Read a charge: the fees, or the late terms, that it asks for."""
    found = re.match(
        r"(instalment fee|overdue charge) ([\d.]+)% of (?:overdue )?"
        r"(principal ?\+ ?interest|principal)\b",
        text,
    )
    if not found:
        raise Unsupported(f"charge {text!r}")
    bps = number(found.group(2)) * 100
    both = found.group(3) != "principal"
    if bps != int(bps) or (found.group(1) == "instalment fee" and not both):
        raise Unsupported(f"charge {text!r}")
    if found.group(1) == "instalment fee":
        return {"fees": Fees(instalment_bps=int(bps))}
    basis = LateBasis.PRINCIPAL_AND_INTEREST if both else LateBasis.PRINCIPAL
    return {"late": LateTerms(fee_bps=int(bps), basis=basis)}


def relative_day(text, due_dates):
    """Read "due date 1" or "... (2 days after due date 1)"."""
    moved = re.search(r"(\d+) days? (after|before) due date (\d+)", text)
    if moved:
        days = timedelta(days=int(moved.group(1)))
        on = due_dates[int(moved.group(3)) - 1]
        return on + days if moved.group(2) == "after" else on - days
    plain = re.search(r"due date (\d+)", text)
    if plain:
        return due_dates[int(plain.group(1)) - 1]
    return day(text)


def bands(text):
    """Read bands of days late such as "RANGE_3 = 4-30" and "RANGE_90 = 91+"."""
    found = re.findall(r"(\w+) = (?:over |> ?)?(\d+)(?:-(\d+)|\+)?", text)
    return [
        (name, int(first), int(last) if last else None) for name, first, last in found
    ]
