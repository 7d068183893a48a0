"""Decide on an application from its statements: a value that can be replayed.

The same statements, application and policy give the same decision, to the last digit.
It carries everything that went into it, as whole numbers and text.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from ledger.canonical import canonical
from ledger.errors import Invalid
from ledger.money import Currency
from risk import pricing
from risk.cashflow import (
    WRITTEN_RULES,
    Background,
    Measured,
    Rulebook,
    measure,
    screen_conduct,
)
from risk.limits import Limit, LimitKind
from risk.pricing import Candidate, CapTest, Costs, Fit, Security, SecurityKind
from risk.receivables import NO_BILLS, Bills
from risk.refusing import (
    LEAST_HISTORY_DAYS,
    Asked,
    Policy,
    has_history,
    is_hard,
    refusal_reasons,
    short_history,
)
from risk.scoring import Reason, Score, Scorecard, score
from risk.statements import (
    Finding,
    ParsedStatement,
    Transaction,
    Verdict,
    compare,
    merge_accounts,
)


class StatementMissing(Invalid):
    """Nothing was given in the currency that is asked for."""

    code = "application_without_statement"
    message = "Upload at least one statement of an account in {currency}."


class Outcome(StrEnum):
    """What the rules say; a person with authority still decides."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Source:
    """A statement and the SHA-256 of the bytes it was read from."""

    sha256: str
    statement: ParsedStatement
    verdict: Verdict = Verdict.OK


@dataclass(frozen=True)
class Application:
    """What is asked for, and the terms that could be offered, the asked one first.

    ``instalment_minor`` is the regular payment of the asked term; ``apr_bps`` tells
    the all-in yearly cost of a term at a rate, with every fee, by the market's method.
    ``limits`` tell how much room there is; ``context`` is kept with the decision, for
    whoever is to make the same candidates again.
    """

    currency: Currency
    amount_minor: int
    instalment_minor: int
    as_of: date
    candidates: tuple[Candidate, ...]
    apr_bps: Callable[[int, int], int]
    security: Security | None = None
    limits: tuple[Limit, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    rulebook: Rulebook = WRITTEN_RULES
    bills: Bills = NO_BILLS


@dataclass(frozen=True)
class Decision:
    """What was decided and everything that led to it."""

    outcome: Outcome
    as_of: date
    currency: Currency
    amount_minor: int
    instalment_minor: int
    features: tuple[Measured, ...]
    score: Score
    cap_test: CapTest
    reasons: tuple[Reason, ...]
    counted_sha256: tuple[str, ...]
    not_counted_sha256: tuple[str, ...]
    needs_review: bool
    doubts: tuple[Finding, ...]
    policy: Policy
    security: Security | None
    limits: tuple[Limit, ...]
    context: Mapping[str, Any]
    category_rules: str
    invoices_sha256: tuple[str, ...]

    @property
    def grade(self) -> str | None:
        """Return the grade; none where the history is too short for a score."""
        return self.score.grade if self._is_scored else None

    @property
    def _is_scored(self) -> bool:
        return has_history(self.features, self.policy.least_history_days)

    @property
    def rate_bps(self) -> int:
        """Return the yearly rate the loan would have to carry."""
        return self.cap_test.price.rate_bps

    @property
    def sha256(self) -> str:
        """Return the hash that two equal decisions share."""
        return hashlib.sha256(canonical(self.to_json())).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Write the decision as text and whole numbers only."""
        return {
            "outcome": self.outcome.value,
            "as_of": self.as_of.isoformat(),
            "currency": self.currency.value,
            "amount_minor": str(self.amount_minor),
            "instalment_minor": str(self.instalment_minor),
            "features": features_json(self.features),
            **score_json(self.score, is_scored=self._is_scored),
            "price": self.cap_test.price.to_json(),
            "cap": {
                "fit": self.cap_test.fit.value,
                "term_months": self.cap_test.term_months,
                "apr_bps": self.cap_test.apr_bps,
                "cap_bps": self.cap_test.cap_bps,
                "cover_bps": self.cap_test.cover_bps,
            },
            "security": self.security.to_json() if self.security else None,
            "limits": [limit.to_json() for limit in self.limits],
            "reasons": [reason.to_json() for reason in self.reasons],
            "statements_sha256": list(self.counted_sha256),
            "statements_not_counted_sha256": list(self.not_counted_sha256),
            "needs_review": self.needs_review,
            "doubts": [doubt.to_json() for doubt in self.doubts],
            "category_rules": self.category_rules,
            "policy": self.policy.to_json(),
            "context": dict(self.context),
            **self._invoices_json(),
        }

    def _invoices_json(self) -> dict[str, Any]:
        """Name the lists of invoices; nothing where none was given, as it always was."""
        named = list(self.invoices_sha256)
        return {"invoices_sha256": named} if named else {}


def assess(
    sources: Sequence[Source],
    application: Application,
    policy: Policy,
    card: Scorecard | None = None,
) -> Decision:
    """Decide on an application: measure, score, price, hold against the cap.

    Statements in another currency are named in the decision and not counted: what a
    riel earns is no answer to what a dollar owes.
    """
    counted = _counted(sources, application.currency)
    parsed = [source.statement for source in counted]
    accounts = merge_accounts(parsed)
    doubts = (*compare(parsed), *screen_conduct(accounts, application.as_of))
    features = _measured(accounts, application)
    scored = score(features, card)
    cap_test = pricing.fit_cap(
        application.candidates,
        scored.pd_bps,
        costs=policy.costs,
        cap_bps=policy.cap_bps,
        apr_bps=application.apr_bps,
        security=application.security,
    )
    refused = refusal_reasons(
        features, scored, cap_test=cap_test, asked=_asked(application), policy=policy
    )
    return Decision(
        Outcome.REFUSE if refused else Outcome.ACCEPT,
        application.as_of,
        application.currency,
        application.amount_minor,
        application.instalment_minor,
        tuple(features.values()),
        scored,
        cap_test,
        refused or scored.reasons,
        tuple(source.sha256 for source in counted),
        tuple(source.sha256 for source in sources if source not in counted),
        bool(doubts) or any(source.verdict is not Verdict.OK for source in counted),
        doubts,
        policy,
        application.security,
        application.limits,
        application.context,
        application.rulebook.version,
        application.bills.sha256,
    )


def look_again(
    files: Sequence[ParsedStatement],
    on: date,
    *,
    instalment_minor: int,
    background: Background,
    card: Scorecard | None,
) -> tuple[dict[str, Measured], Score]:
    """Measure and score a firm whose loan runs; nothing is decided."""
    features = measure(merge_accounts(files), on, instalment_minor, background)
    return features, score(features, card)


def _measured(
    accounts: Sequence[Sequence[Transaction]], application: Application
) -> dict[str, Measured]:
    background = Background(application.rulebook, application.bills.invoices)
    return measure(
        accounts, application.as_of, application.instalment_minor, background
    )


def _asked(application: Application) -> Asked:
    return Asked(
        application.currency,
        application.amount_minor,
        application.instalment_minor,
        application.limits,
    )


def _counted(sources: Sequence[Source], currency: Currency) -> list[Source]:
    """Return the statements in the currency that is asked for."""
    counted = [one for one in sources if one.statement.currency == currency.value]
    if not counted:
        raise StatementMissing(currency=currency)
    return counted


def features_json(features: Sequence[Measured]) -> dict[str, str | None]:
    """Write features as decimal text; unknown stays ``None``."""
    return {
        item.name: None if item.value is None else format(item.value, "f")
        for item in features
    }


def score_json(scored: Score, *, is_scored: bool) -> dict[str, Any]:
    """Write a score as plain values; too short a history has none, only a price's PD."""
    return {
        "score": scored.points if is_scored else None,
        "grade": scored.grade if is_scored else None,
        "pd_bps": scored.pd_bps,
        "confidence": scored.confidence,
        "points": dict(scored.points_by_feature) if is_scored else {},
        "model": scored.artefact_version,
        "model_sha256": scored.artefact_hash,
    }


__all__ = [
    "LEAST_HISTORY_DAYS",
    "Application",
    "Candidate",
    "CapTest",
    "Costs",
    "Decision",
    "Fit",
    "Limit",
    "LimitKind",
    "Outcome",
    "Policy",
    "Security",
    "SecurityKind",
    "Source",
    "StatementMissing",
    "assess",
    "features_json",
    "has_history",
    "is_hard",
    "look_again",
    "score_json",
    "short_history",
]
