"""The sums of lending as JSON in, JSON out, for scripts and the command line.

Money and rates are strings (``"1250.00"``, ``"18.5"``), dates ISO 8601. What cannot be
understood is refused by field; numbers with exponents, underscores or other scripts'
digits are not numbers here.
"""

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple, TypeVar

from pydantic import JsonValue

from contracts import apr as rates
from contracts import daycount as counting
from contracts import plain
from contracts import schedule as schedules
from contracts.errors import InputInvalid
from contracts.months import FIRST_DAY, LAST_DAY
from contracts.terms import Terms
from ledger.errors import NotFound
from ledger.money import BPS_PER_ONE, Currency

JsonObject = dict[str, JsonValue]
_Choice = TypeVar("_Choice", rates.Interval, counting.DayCount, Currency)

MAX_FLOWS = 2_000
MAX_YEARS = 1_000
MAX_PERIODS = 100_000
_DIGITS = 34
_SHOWN = Decimal("1e-12")
_PERCENT = 100


class CalculatorUnknown(NotFound):
    """There is no calculator of that name."""

    code = "calculator_unknown"


class _Fields(NamedTuple):
    """The fields of a request, taken one by one; what is left over is refused."""

    left: JsonObject

    def take(self, name: str) -> JsonValue:
        if name not in self.left:
            raise InputInvalid(field=name, reason="is missing")
        return self.left.pop(name)

    def find(self, name: str, default: JsonValue) -> JsonValue:
        return self.left.pop(name, default)

    def end(self) -> None:
        if self.left:
            raise InputInvalid(field="request", reason="has a field that is not known")


def calculate(name: str, request: JsonValue) -> JsonObject:
    """Run a calculator by its name: schedule, apr, xirr or daycount."""
    if name not in CALCULATORS:
        raise CalculatorUnknown(thing="calculator")
    return CALCULATORS[name](_fields("request", request).left)


def schedule(request: JsonObject) -> JsonObject:
    """Build a schedule with its true cost; money as ``"5000.00"``, rates as ``"18"``.

    In: ``principal``, ``currency``, ``rate_percent``, ``instalments``,
    ``disbursed_on``, ``first_due_on``, and any other clause in the form in which
    terms are stored (``method``, ``frequency``, ``day_count``, ``rounding``,
    ``month_end``, ``holidays``, ``grace``, ``fees``, ``tranches``, ``rate_steps``,
    ``balloon``, ``plan``, ...).

    Out: ``rows`` (``number``, ``starts_on``, ``due_on``, ``principal``, ``interest``,
    ``fee``, ``payment``, ``balance``), ``instalment`` (the level before rounding, or
    null), totals, ``total_cost_of_credit`` and ``apr_percent`` (EU method).
    """
    fields = _Fields(dict(request))
    currency = _choice("currency", fields.take("currency"), Currency)
    principal = plain.read_money("principal", fields.take("principal"), currency)
    percent = plain.read_decimal("rate_percent", fields.take("rate_percent"))
    if "rate_bps" in fields.left:
        raise InputInvalid(field="rate_bps", reason="must be given in percent")
    bps = f"{percent * (BPS_PER_ONE // _PERCENT):f}"
    money: JsonObject = {"minor": principal.minor, "currency": currency.value}
    terms = Terms.from_json({**fields.left, "principal": money, "rate_bps": bps})
    return _shown(terms, schedules.build(terms))


def apr(request: JsonObject) -> JsonObject:
    """Find the yearly cost of flows; money received and paid have opposite signs.

    In, EU method: ``method`` ``"eu"``, ``flows`` of ``amount`` with ``on`` (a date) or
    ``years`` (``"13/12"``), and ``interval`` (``month``, ``week`` or ``year``) for dates.
    In, US method: ``method`` ``"us"``, ``flows`` of ``amount``, ``periods`` and
    ``fraction``, and ``periods_per_year``.

    Out: ``apr_percent``.
    """
    fields = _Fields(dict(request))
    method = fields.find("method", "eu")
    flows = _list(fields.take("flows"))
    if method == "us":
        per_year = plain.read_fraction(
            "periods_per_year", fields.take("periods_per_year")
        )
        if per_year <= 0:
            raise InputInvalid(field="periods_per_year", reason="must be above zero")
        rate = rates.us_actuarial([_unit_flow(flow) for flow in flows], per_year)
    elif method == "eu":
        interval = _choice("interval", fields.find("interval", "month"), rates.Interval)
        rate = rates.eu(_eu_flows(flows, interval))
    else:
        raise InputInvalid(field="method", reason='must be "eu" or "us"')
    fields.end()
    return {"apr_percent": _text(rate * _PERCENT)}


def xirr(request: JsonObject) -> JsonObject:
    """Find the internal rates of dated flows, all of them.

    In: ``flows`` of ``on`` and ``amount``; ``day_count`` (``"Act/365F"``); with ``rate``
    the present value at that rate is given instead.

    Out: ``rate`` (the one nearest to 0.1), ``rates`` (all) and ``is_unique``; or ``npv``.
    """
    fields = _Fields(dict(request))
    flows = [_dated_flow(flow) for flow in _list(fields.take("flows"))]
    convention = _choice(
        "day_count", fields.find("day_count", "Act/365F"), counting.DayCount
    )
    at = fields.find("rate", None)
    fields.end()
    if at is not None:
        rate = plain.read_decimal("rate", at)
        if rate <= -1:
            raise InputInvalid(field="rate", reason="must be above -1")
        return {"npv": _text(rates.xnpv(rate, flows, convention))}
    found = rates.xirr(flows, convention)
    return {
        "rate": _text(found.nearest),
        "rates": [_text(rate) for rate in found.all],
        "is_unique": found.is_unique,
    }


def daycount(request: JsonObject) -> JsonObject:
    """Count the part of a year between two dates.

    In: ``convention``, ``start``, ``end``; ``termination`` for 30E/360 ISDA;
    ``reference`` with ``start``, ``end`` and perhaps ``per_year`` for Act/Act ICMA.

    Out: ``fraction`` (exact), ``years`` (to 12 decimals) and ``days`` as counted.
    """
    fields = _Fields(dict(request))
    convention = _choice("convention", fields.take("convention"), counting.DayCount)
    start = plain.read_date("start", fields.take("start"))
    end = plain.read_date("end", fields.take("end"))
    last = fields.find("termination", None)
    termination = None if last is None else plain.read_date("termination", last)
    reference = _reference(fields.find("reference", None))
    fields.end()
    plan = counting.PlanDates(reference, termination)
    exact = counting.fraction(convention, start, end, plan)
    return {
        "fraction": str(exact),
        "years": _text(_decimal(exact)),
        "days": counting.days(convention, start, end, termination),
    }


def _shown(terms: Terms, plan: schedules.Schedule) -> JsonObject:
    upfront = terms.fees.upfront.minor if terms.fees.upfront else 0
    cost = (plan.interest + plan.fees).major() + _major(upfront, terms.currency)
    level = None
    if plan.level is not None:
        level = _text(_decimal(plan.level).scaleb(-terms.currency.exponent))
    return {
        "currency": terms.currency.value,
        "rows": [_row(row) for row in plan.rows],
        "instalment": level,
        "principal": str(plan.principal.major()),
        "total_interest": str(plan.interest.major()),
        "total_fees": str(plan.fees.major() + _major(upfront, terms.currency)),
        "total_payment": str(plan.payment.major()),
        "total_cost_of_credit": str(cost),
        "apr_percent": _text(rates.of(terms) * _PERCENT),
    }


def _row(row: schedules.Row) -> JsonObject:
    return {
        "number": row.number,
        "starts_on": row.starts_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "principal": str(row.principal.major()),
        "interest": str(row.interest.major()),
        "fee": str(row.fee.major()),
        "payment": str(row.payment.major()),
        "balance": str(row.balance_after.major()),
    }


def _major(minor: int, currency: Currency) -> Decimal:
    return Decimal(minor).scaleb(-currency.exponent)


def _decimal(exact: Fraction) -> Decimal:
    with localcontext(prec=_DIGITS):
        return (Decimal(exact.numerator) / exact.denominator).quantize(_SHOWN)


def _text(number: Decimal) -> str:
    return f"{number:f}"


def _list(sent: JsonValue) -> list[_Fields]:
    if not isinstance(sent, list) or not 0 < len(sent) <= MAX_FLOWS:
        raise InputInvalid(field="flows", reason=f"must be a list of 1 to {MAX_FLOWS}")
    return [_fields("flows", flow) for flow in sent]


def _fields(name: str, sent: JsonValue) -> _Fields:
    if not isinstance(sent, dict):
        raise InputInvalid(field=name, reason="must be an object")
    return _Fields(dict(sent))


def _choice(name: str, sent: JsonValue, choices: type[_Choice]) -> _Choice:
    for choice in choices:
        if choice == sent:
            return choice
    raise InputInvalid(field=name, reason=f"must be one of {', '.join(choices)}")


def _dated_flow(fields: _Fields) -> rates.DatedFlow:
    on = plain.read_date("flows.on", fields.take("on"))
    if not FIRST_DAY <= on <= LAST_DAY:
        reason = f"must be from {FIRST_DAY} to {LAST_DAY}"
        raise InputInvalid(field="flows.on", reason=reason)
    amount = plain.read_decimal("flows.amount", fields.take("amount"))
    fields.end()
    return rates.DatedFlow(on, amount)


def _unit_flow(fields: _Fields) -> rates.UnitFlow:
    periods = plain.read_count("flows.periods", fields.take("periods"))
    part = plain.read_fraction("flows.fraction", fields.find("fraction", 0))
    _require_between("flows.periods", periods, 0, MAX_PERIODS)
    _require_between("flows.fraction", part, 0, 1)
    amount = plain.read_decimal("flows.amount", fields.take("amount"))
    fields.end()
    return rates.UnitFlow(periods, part, amount)


def _eu_flows(flows: list[_Fields], interval: rates.Interval) -> list[rates.Flow]:
    if all("on" in flow.left for flow in flows):
        return rates.eu_flows([_dated_flow(flow) for flow in flows], interval)
    timed = []
    for flow in flows:
        years = plain.read_fraction("flows.years", flow.take("years"))
        _require_between("flows.years", years, -MAX_YEARS, MAX_YEARS)
        amount = plain.read_decimal("flows.amount", flow.take("amount"))
        flow.end()
        timed.append(rates.Flow(years, amount))
    return timed


def _require_between(name: str, sent: int | Fraction, least: int, most: int) -> None:
    if not least <= sent <= most:
        raise InputInvalid(field=name, reason=f"must be from {least} to {most}")


def _reference(sent: JsonValue) -> counting.Reference | None:
    if sent is None:
        return None
    fields = _fields("reference", sent)
    start = plain.read_date("reference.start", fields.take("start"))
    end = plain.read_date("reference.end", fields.take("end"))
    per_year = fields.find("per_year", None)
    fields.end()
    if end <= start:
        raise InputInvalid(field="reference.end", reason="must be after its start")
    if per_year is None:
        return counting.reference_between(start, end)
    periods = plain.read_fraction("per_year", per_year)
    if periods <= 0:
        raise InputInvalid(field="reference.per_year", reason="must be more than zero")
    return counting.Reference(start, end, periods)


CALCULATORS: dict[str, Callable[[JsonObject], JsonObject]] = {
    "schedule": schedule,
    "apr": apr,
    "xirr": xirr,
    "daycount": daycount,
}
