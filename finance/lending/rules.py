"""What lending decides of a running loan: its grade, and what it ever claimed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any, Final

from contracts.loan import LoanState, Status
from contracts.standing import Standing
from contracts.terms import Terms
from finance.lending.model import Claim
from finance.rulepacks import LoanClass, RulePack
from ledger.canonical import canonical
from ledger.money import Money

_SHORT_LOAN_MONTHS: Final = 12
_MUCH_RISKIER_AFTER_DAYS: Final = 30


def hash_terms(
    quote: Mapping[str, Any], sureties: Sequence[Mapping[str, str]] = ()
) -> bytes:
    """Hash what was offered to lenders, in canonical form: terms, and who stands behind."""
    behind = {"sureties": list(sureties)} if sureties else {}
    return hashlib.sha256(canonical({**quote, **behind})).digest()


def lost_after(pack: RulePack, terms: Terms, on: date) -> int:
    """Return how many days late a loan of these terms counts as lost."""
    return _classes(pack, terms, on)[-1].from_days


def _classes(pack: RulePack, terms: Terms, on: date) -> tuple[LoanClass, ...]:
    """Return the table for loans of this length: up to a year, or longer."""
    months = terms.instalments * terms.frequency.every
    short = months <= _SHORT_LOAN_MONTHS
    return pack.classes("loan_classes_short" if short else "loan_classes_long", on=on)


class Stage(IntEnum):
    """The stages of IFRS 9: as agreed, much riskier than at the start, impaired."""

    PERFORMING = 1
    UNDERPERFORMING = 2
    IMPAIRED = 3


@dataclass(frozen=True)
class Grade:
    """How a supervisor and an accountant see a loan on a day."""

    name: str
    provision_bps: int
    stage: Stage


def grade(pack: RulePack, terms: Terms, state: LoanState | Standing) -> Grade:
    """Grade a loan by its days past due, by the table in force on the day.

    Stages by the presumptions of IFRS 9: B5.5.37, impaired at 90 days; 5.5.11, much
    riskier after 30, as also when its terms were eased (5.5.12).
    """
    late = state.days_past_due
    table = _classes(pack, terms, state.on)
    held = [one for one in table if one.from_days <= late][-1]
    lost = state.status is Status.WRITTEN_OFF
    if lost:
        held = table[-1]
    stage = Stage.PERFORMING
    if late > _MUCH_RISKIER_AFTER_DAYS or state.is_forborne:
        stage = Stage.UNDERPERFORMING
    if lost or late >= pack.days("default_after", on=state.on):
        stage = Stage.IMPAIRED
    return Grade(held.name, held.provision_bps, stage)


def claimed(state: LoanState) -> dict[Claim, Money]:
    """Return what a loan ever claimed for its lenders: due, paid or lost."""
    out, lost = state.outstanding, state.written_off
    principal = out.principal + lost.principal
    interest = out.interest + lost.interest
    fees = out.penalty + lost.penalty
    for allocation in state.allocations:
        principal += allocation.principal
        interest += allocation.interest
        fees += allocation.penalty
    return {Claim.PRINCIPAL: principal, Claim.INTEREST: interest, Claim.FEES: fees}
