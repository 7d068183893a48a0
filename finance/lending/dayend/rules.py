"""What a day-end decides of a loan: its band, its grade, and what the borrower is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.loan import LateFee
from contracts.standing import Standing
from contracts.terms import Terms
from finance.lending import rules
from finance.lending.dayend.model import NoticeKind
from finance.lending.model import Claim
from finance.lending.rules import Grade
from finance.rulepacks import RulePack
from ledger.money import Currency, Money


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a day-end sees a loan: its band of days late, and its grade."""

    band: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class Told:
    """Something to tell a borrower: of which date, and how much in minor units."""

    kind: NoticeKind
    concerns_on: date
    minor: int


def judge(pack: RulePack, terms: Terms, standing: Standing) -> Verdict:
    """Put a loan into the band and the classes of the tables in force on its day."""
    bands = pack.classes("arrears_bands", on=standing.on)
    held = [one.name for one in bands if one.from_days <= standing.days_past_due]
    return Verdict(held[-1], rules.grade(pack, terms, standing))


def claims_of(standing: Standing, currency: Currency) -> dict[Claim, Money]:
    """Return what a loan ever claimed for its lenders: due, paid or lost."""
    return {
        Claim.PRINCIPAL: Money(standing.claimed_principal, currency),
        Claim.INTEREST: Money(standing.claimed_interest, currency),
        Claim.FEES: Money(standing.claimed_fees, currency),
    }


def notices(pack: RulePack, standing: Standing, fees: Iterable[LateFee]) -> list[Told]:
    """Return what a borrower is told on a day; each thing is told on one day only."""
    ahead = standing.on + timedelta(days=pack.days("notice_before_due", on=standing.on))
    yesterday = standing.on - timedelta(days=1)
    told = [
        Told(kind, due_on, standing.unpaid.get(due_on, 0))
        for kind, due_on in (
            (NoticeKind.PAYMENT_DUE, ahead),
            (NoticeKind.PAYMENT_MISSED, yesterday),
        )
    ]
    charged = sum(fee.amount.minor for fee in fees)
    told.append(Told(NoticeKind.LATE_FEE, standing.on, charged))
    return [one for one in told if one.minor]
