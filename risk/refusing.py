"""Say why an application is refused: rules apart from the score, and at least two reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from risk.cashflow import Measured
from risk.pricing import CapTest, Costs, Fit
from risk.scoring import Reason, Score

MAX_REASONS = 5


@dataclass(frozen=True)
class Policy:
    """What the lender of a market allows and needs; all of it comes from outside."""

    costs: Costs
    cap_bps: int | None
    lowest_grade: str = "D"
    least_history_days: int = 90
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
        }


_HISTORY = Reason(
    "history_too_short",
    "history_days",
    0,
    "The records cover too little time to judge the firm.",
    "កំណត់ត្រាមានរយៈពេលខ្លីពេកសម្រាប់វាយតម្លៃអាជីវកម្ម។",
    "Upload statements of at least three months; twelve are best.",
    "បញ្ជូនរបាយការណ៍គណនីយ៉ាងតិចបីខែ ដប់ពីរខែជាការល្អបំផុត។",
)
_OUT_OF_DATE = Reason(
    "records_out_of_date",
    "days_since_last_line",
    0,
    "The newest line of the records is too old to judge the firm today.",
    "បន្ទាត់ចុងក្រោយនៃកំណត់ត្រាចាស់ពេកសម្រាប់វាយតម្លៃអាជីវកម្មនៅថ្ងៃនេះ។",
    "Upload a statement that runs up to this month.",
    "បញ្ជូនរបាយការណ៍គណនីរហូតដល់ខែនេះ។",
)
_UNAFFORDABLE = Reason(
    "instalment_not_affordable",
    "debt_service_cover",
    0,
    "What is left each month does not cover all debts with this instalment.",
    "ប្រាក់នៅសល់រៀងរាល់ខែមិនគ្រប់គ្រាន់សម្រាប់សងបំណុលទាំងអស់រួមនឹងការបង់រំលស់នេះ។",
    "Ask for a smaller amount or a longer term.",
    "ស្នើសុំទឹកប្រាក់តិចជាង ឬរយៈពេលវែងជាង។",
)
_GRADE = Reason(
    "grade_too_low",
    "score",
    0,
    "The score is below the lowest grade that lenders are shown.",
    "ពិន្ទុទាបជាងកម្រិតទាបបំផុតដែលបង្ហាញដល់អ្នកឱ្យខ្ចី។",
    "Improve what the other reasons name and apply again.",
    "កែលម្អអ្វីដែលមូលហេតុផ្សេងបានបញ្ជាក់ ហើយដាក់ពាក្យម្តងទៀត។",
)
_OTHER_TERM = Reason(
    "cost_above_cap_for_term",
    "price",
    0,
    "For this term the full yearly cost would be above the legal cap.",
    "សម្រាប់រយៈពេលនេះ តម្លៃសរុបប្រចាំឆ្នាំនឹងលើសពិដានច្បាប់។",
    "Ask for a term of {months} months instead.",
    "ស្នើសុំរយៈពេល {months} ខែជំនួសវិញ។",
)
_CAP = {
    Fit.GUARANTEE: Reason(
        "cost_above_cap_unsecured",
        "price",
        0,
        "Without security the full yearly cost would be above the legal cap.",
        "បើគ្មានការធានា តម្លៃសរុបប្រចាំឆ្នាំនឹងលើសពិដានច្បាប់។",
        "Bring a guarantee or assign receivables.",
        "ផ្តល់ការធានា ឬផ្ទេរសិទ្ធិទារប្រាក់ពីអតិថិជន។",
    ),
    Fit.REFUSE: Reason(
        "cost_above_cap",
        "price",
        0,
        "For every term the full yearly cost would be above the legal cap.",
        "សម្រាប់គ្រប់រយៈពេល តម្លៃសរុបប្រចាំឆ្នាំនឹងលើសពិដានច្បាប់។",
        "Lower the risk first, as the other reasons say.",
        "កាត់បន្ថយហានិភ័យជាមុន ដូចមូលហេតុផ្សេងបានបញ្ជាក់។",
    ),
}


def refusal_reasons(
    features: Mapping[str, Measured], scored: Score, cap_test: CapTest, policy: Policy
) -> tuple[Reason, ...]:
    """Return nothing to accept; to refuse, at least two reasons that can be changed."""
    rules = list(_broken_rules(features, scored, cap_test, policy))
    if not rules:
        return ()
    known = {reason.code for reason in rules}
    weak = [
        reason
        for reason in scored.reasons
        if reason.change_en and reason.code not in known
    ]
    told = rules + weak
    if len(told) == 1:
        told.append(_GRADE if _GRADE not in rules else _UNAFFORDABLE)
    return tuple(told[:MAX_REASONS])


def _broken_rules(
    features: Mapping[str, Measured], scored: Score, cap_test: CapTest, policy: Policy
) -> list[Reason]:
    days = features["history_days"].value
    cover = features["debt_service_cover"].value
    broken = []
    if days is None or days < policy.least_history_days:
        broken.append(_HISTORY)
    elif (features["days_since_last_line"].value or 0) > policy.oldest_records_days:
        broken.append(_OUT_OF_DATE)
    if cover is not None and cover < Decimal(policy.least_debt_cover):
        broken.append(_UNAFFORDABLE)
    if scored.grade > policy.lowest_grade:  # A is the best letter
        broken.append(_GRADE)
    if cap_test.fit is not Fit.WITHIN:
        broken.append(_above_cap(cap_test))
    return broken


def _above_cap(cap_test: CapTest) -> Reason:
    """Say what would fit under the cap; a term that would is named."""
    if cap_test.fit in _CAP:
        return _CAP[cap_test.fit]
    months = cap_test.term_months
    return replace(
        _OTHER_TERM,
        change_en=_OTHER_TERM.change_en.format(months=months),
        change_km=_OTHER_TERM.change_km.format(months=months),
    )
