"""Say why an application is refused: rules apart from the score, and at least two reasons.

Every rule tells two sentences: what is broken, and the fact behind it. The wording is
data (``refusals.json``), so that a lawyer or a translator reads it without the code.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ledger.money import Currency, Money
from risk.cashflow import Measured
from risk.limits import Limit
from risk.pricing import CapTest, Costs, Fit
from risk.scoring import Reason, Score

MAX_REASONS: Final = 5
LEAST_HISTORY_DAYS: Final = 90
MOST_OWED_LONG_LATE: Final = Decimal("0.50")
# No second person may set these aside: the law, lenders' limits, and what cannot be paid.
_HARD: Final = (
    "cost_above_cap",
    "limit_",
    "instalment_not_affordable",
    "no_sales_seen",
)

_Broken = tuple[Reason, Reason]


@dataclass(frozen=True)
class Policy:
    """What the lender of a market allows and needs; all of it comes from outside."""

    costs: Costs
    cap_bps: int | None
    lowest_grade: str = "D"
    least_history_days: int = LEAST_HISTORY_DAYS
    least_debt_cover: str = "1.00"
    oldest_records_days: int = 60

    def to_json(self) -> dict[str, Any]:
        """Write the policy as plain values."""
        return {
            "cap_bps": self.cap_bps,
            "lowest_grade": self.lowest_grade,
            "least_history_days": self.least_history_days,
            "least_debt_cover": self.least_debt_cover,
            "oldest_records_days": self.oldest_records_days,
            "funds_bps": self.costs.funds_bps,
            "servicing_bps": self.costs.servicing_bps,
            "margin_bps": self.costs.margin_bps,
            "capital_return_bps": self.costs.capital_return_bps,
            "lgd_bps": self.costs.lgd_bps,
            "guarantee_lgd_bps": self.costs.guarantee_lgd_bps,
            "receivables_lgd_bps": self.costs.receivables_lgd_bps,
        }


@dataclass(frozen=True)
class Asked:
    """What is asked for, and the room there is."""

    currency: Currency
    amount_minor: int
    instalment_minor: int
    limits: tuple[Limit, ...]


def is_hard(code: str) -> bool:
    """Say whether a reason stands whatever people think of the firm."""
    return code.startswith(_HARD) and code != "limit_in_use"


def has_history(features: Iterable[Measured], least_days: int) -> bool:
    """Say whether the records reach back far enough for a score to mean anything."""
    days = next((one.value for one in features if one.name == "history_days"), None)
    return days is not None and days >= least_days


def short_history(least_days: int) -> _Broken:
    """Say that there is no score, and the way to build records for one."""
    return _say("history_too_short", days=least_days), _say("records_say_little")


def refusal_reasons(
    features: Mapping[str, Measured],
    scored: Score,
    *,
    cap_test: CapTest,
    asked: Asked,
    policy: Policy,
) -> tuple[Reason, ...]:
    """Return nothing to accept; to refuse, at least two reasons that can be changed.

    First what is broken, then what the score found weak, then the facts behind what
    is broken, as far as there is room. Too short a history has no score to speak of.
    """
    is_scored = has_history(features.values(), policy.least_history_days)
    broken = [
        *_records(features, policy),
        *_means(features, asked, policy),
        *_customers(features),
        *(_grade(scored, policy) if is_scored else ()),
        *_price(cap_test),
        *_limits(asked),
    ]
    if not broken:
        return ()
    weak = [one for one in scored.reasons if one.change_en] if is_scored else []
    facts = [fact for _, fact in broken]
    told = {
        reason.code: reason
        for reason in (*(rule for rule, _ in broken), facts[0], *weak, *facts[1:])
    }
    return tuple(told.values())[:MAX_REASONS]


def _records(features: Mapping[str, Measured], policy: Policy) -> Iterator[_Broken]:
    least = policy.least_history_days
    if not has_history(features.values(), least):
        yield short_history(least)
    elif (features["days_since_last_line"].value or 0) > policy.oldest_records_days:
        yield _say("records_out_of_date"), _say("present_sales_unseen")


def _means(
    features: Mapping[str, Measured], asked: Asked, policy: Policy
) -> Iterator[_Broken]:
    """Stop at an instalment that cannot be paid, or that nothing says can be."""
    cover = features["debt_service_cover"].value
    sales = features["sales_per_month"].value
    days = features["history_days"].value or 0
    if cover is None or not sales:
        if days >= policy.least_history_days:
            yield _say("no_sales_seen"), _say("means_unknown")
    elif cover < Decimal(policy.least_debt_cover):
        instalment = Money(asked.instalment_minor, asked.currency).major()
        percent = max(round(100 * instalment / sales), 1)
        share = _say("instalment_share_of_sales", percent=percent)
        yield _say("instalment_not_affordable"), share


def _customers(features: Mapping[str, Measured]) -> Iterator[_Broken]:
    """Stop where most of what customers owe is long late; no invoices say nothing."""
    late = features["receivables_over_90_share"].value
    if late is not None and late > MOST_OWED_LONG_LATE:
        percent = int(100 * late)
        yield _say("customers_owe_long", percent=percent), _say("old_bills_seldom_paid")


def _grade(scored: Score, policy: Policy) -> Iterator[_Broken]:
    if scored.grade > policy.lowest_grade:  # A is the best letter
        percent = max(round(scored.pd_bps / 100), 1)
        yield _say("grade_too_low"), _say("default_too_likely", percent=percent)


def _price(cap_test: CapTest) -> Iterator[_Broken]:
    """Say what would fit under the cap: another term, a cover, or nothing."""
    price = cap_test.price
    percent = (price.expected_loss_bps + price.capital_bps) * 100 // price.rate_bps
    fact = _say("price_of_risk", percent=percent)
    match cap_test.fit:
        case Fit.WITHIN:
            return
        case Fit.SHORTEN | Fit.LENGTHEN:
            months = cap_test.term_months
            yield _say("cost_above_cap_for_term", months=months), fact
        case Fit.GUARANTEE:
            cover = cap_test.cover_bps // 100
            yield _say("cost_above_cap_unsecured", cover=cover), fact
        case Fit.REFUSE:
            yield _say("cost_above_cap"), fact


def _limits(asked: Asked) -> Iterator[_Broken]:
    for limit in asked.limits:
        if asked.amount_minor > limit.room_minor:
            used = _shown(limit.used_minor, asked.currency)
            room = _shown(limit.room_minor, asked.currency)
            rule = _say(f"limit_{limit.kind.value}", room=room)
            yield rule, _say("limit_in_use", used=used)


def _shown(minor: int, currency: Currency) -> str:
    """Write an amount in whole dollars or riel, never more than there is."""
    return f"{currency} {int(Money(minor, currency).major()):,}"


def _say(code: str, **facts: str | int) -> Reason:
    words = _wording()[code]
    filled = {name: text.format(**facts) for name, text in words.items()}
    return Reason(code=code, points_lost=0, **filled)


@cache
def _wording() -> dict[str, dict[str, str]]:
    text = files("risk").joinpath("refusals.json").read_text("utf-8")
    wording: dict[str, dict[str, str]] = json.loads(text)
    return wording
