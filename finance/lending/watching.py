"""Read what the card in use decided, and what came of it, for the watch over it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import JSONB

from contracts.months import add_months
from finance import scorecards
from finance.lending.dayend.model import Grading
from finance.lending.model import Application, ApplicationStatus, Loan, LoanEvent
from finance.lending.rules import Stage
from finance.lending.shadowing import ShadowScore
from finance.scorecards import Role
from ledger.clock import business_date
from ledger.database import UnitOfWork
from risk import modelcard, scoring, watch
from risk.decision import Outcome
from risk.identity import Firm
from risk.watch import ScoredLoan

WATCHED_FOR: Final = timedelta(days=3 * 366)
MOST_DECISIONS: Final = 200_000
# What a card foretells is a default within so many months.
HORIZON_MONTHS: Final = 12
_ACCEPTED: Final = {
    ApplicationStatus.REFUSED: False,
    ApplicationStatus.DECLINED: False,
    ApplicationStatus.ASSESSED: None,
    ApplicationStatus.REVIEWED: None,
    ApplicationStatus.LISTED: True,
    ApplicationStatus.FUNDED: True,
    ApplicationStatus.FAILED: True,
}

Traits = Mapping[str, Mapping[str, str]]
"""By party: what is watched and kept nowhere here, such as sex and age band."""


async def watch_in_use(uow: UnitOfWork, traits: Traits | None = None) -> dict[str, Any]:
    """Watch the card that decides, on its own decisions of the last three years.

    Where a firm sits is known; other traits are given by who may know them. None of
    them is read by a card.
    """
    artefact = await scorecards.find_artefact(uow, Role.CHAMPION)
    return watch.watch_card(
        artefact or modelcard.read_artefact(),
        await list_decisions(uow, traits=traits or {}),
    )


async def list_decisions(uow: UnitOfWork, *, traits: Traits) -> list[ScoredLoan]:
    """Return what the card in use decided, and the challenger's word where it has one.

    An outcome is known once twelve months have passed since the money went out, of
    good and bad loans alike: bad ones show first, and would look too many till then.
    """
    artefact = await scorecards.find_artefact(uow, Role.CHAMPION)
    card = scoring.artefact_hash(artefact or modelcard.read_artefact())
    challenger = await scorecards.find_artefact(uow, Role.CHALLENGER)
    query = _decisions(
        card, bytes.fromhex(scoring.artefact_hash(challenger)) if challenger else b""
    )
    since = uow.now() - WATCHED_FOR
    rows = await uow.session.execute(query.where(Application.submitted_at >= since))
    return [_scored(row, uow.today(), traits) for row in rows]


def _decisions(card: str, challenger: bytes) -> Select[Any]:
    impaired = (
        select(Grading.loan, func.min(Grading.graded_on).label("on"))
        .where(Grading.stage == Stage.IMPAIRED.value)
        .group_by(Grading.loan)
        .subquery()
    )
    lost = (
        select(LoanEvent.loan, func.min(LoanEvent.happened_on).label("on"))
        .where(LoanEvent.kind == "written_off")
        .group_by(LoanEvent.loan)
        .subquery()
    )
    decision = Application.decision
    return (
        select(
            Application.party,
            Application.submitted_at,
            Application.status,
            (func.jsonb_array_length(Application.overrides) > 0).label("set_aside"),
            decision["outcome"].astext.label("outcome"),
            decision["score"].as_integer().label("score"),
            decision["pd_bps"].as_integer().label("pd_bps"),
            decision["points"].cast(JSONB).label("points"),
            ShadowScore.pd_bps.label("challenger_pd_bps"),
            Firm.province,
            Loan.disbursed_on,
            func.least(impaired.c.on, lost.c.on).label("defaulted_on"),
        )
        .outerjoin(
            ShadowScore,
            (ShadowScore.application == Application.id)
            & (ShadowScore.model_sha256 == challenger),
        )
        .outerjoin(Firm, Firm.party == Application.party)
        .outerjoin(Loan, Loan.application == Application.id)
        .outerjoin(impaired, impaired.c.loan == Loan.id)
        .outerjoin(lost, lost.c.loan == Loan.id)
        .where(decision["model_sha256"].astext == card)
        # Too short a history has no score to watch.
        .where(decision["score"].astext.is_not(None))
        .order_by(Application.id.desc())
        .limit(MOST_DECISIONS)
    )


def _scored(row: Row[Any], today: date, traits: Traits) -> ScoredLoan:
    groups = dict(traits.get(row.party, {}))
    if row.province is not None:
        groups["province"] = row.province
    return ScoredLoan(
        decided_on=business_date(row.submitted_at),
        score=row.score,
        pd_bps=row.pd_bps,
        model_accepts=row.outcome == Outcome.ACCEPT,
        accepted=_ACCEPTED[ApplicationStatus(row.status)],
        bad=_outcome(row.disbursed_on, row.defaulted_on, today),
        points=row.points,
        groups=groups,
        challenger_pd_bps=row.challenger_pd_bps,
        set_aside=row.set_aside,
    )


def _outcome(
    disbursed_on: date | None, defaulted_on: date | None, today: date
) -> bool | None:
    """Say whether a loan defaulted within the horizon; None while that runs."""
    if disbursed_on is None:
        return None
    ends_on = add_months(disbursed_on, HORIZON_MONTHS)
    if today <= ends_on:
        return None
    return defaulted_on is not None and defaulted_on <= ends_on
