"""Write what a document says as one canonical JSON: the source its prints are made from.

Whoever has a print finds its source attached; its SHA-256 stands at each page's foot.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from contracts import apr, schedule
from contracts.agreement import Agreement, Party, lender_reference
from contracts.documents.consent import Consent, consent
from contracts.inforce import Plan
from contracts.schedule import Schedule
from contracts.terms import Terms
from ledger.canonical import canonical, plain
from ledger.clock import business_date
from ledger.errors import existing
from ledger.money import Money

_PERCENT = 100
_SHOWN_PERCENT = Decimal("0.01")


class Kind(StrEnum):
    """What a document is; names its template."""

    LOAN_AGREEMENT = "loan_agreement"
    REPAYMENT_SCHEDULE = "repayment_schedule"
    KEY_INFORMATION = "key_information"
    SHARE_SUBSCRIPTION = "share_subscription"
    COMPLETION = "completion"
    MODEL_CARD = "model_card"


@dataclass(frozen=True)
class Source:
    """What a document says, whatever the language: facts in restricted JSON.

    ``reference`` is the id of what it is about; the date is the document's, so that a
    print of it has no other time in it.
    """

    kind: Kind
    reference: str
    made_on: date
    facts: Mapping[str, Any]

    @cached_property
    def encoded(self) -> bytes:
        """The canonical bytes, which are attached to every print."""
        head = {
            "document": self.kind,
            "version": 1,
            "reference": self.reference,
            "made_on": self.made_on,
        }
        return canonical(plain({**self.facts, **head}))

    @cached_property
    def sha256(self) -> bytes:
        """The SHA-256 of those bytes."""
        return hashlib.sha256(self.encoded).digest()


def loan_agreement(agreement: Agreement) -> Source:
    """Write the agreement's source: parties, terms, what follows from them, lenders."""
    lenders = [
        {
            "reference": lender_reference(agreement.loan_id, part.party_id),
            "amount": part.amount,
        }
        for part in agreement.lenders
    ]
    return Source(
        Kind.LOAN_AGREEMENT,
        agreement.loan_id,
        agreement.made_on,
        {
            "borrower": named(agreement.borrower),
            "operator": named(agreement.operator),
            "sureties": [
                {"role": one.role, **named(one.party)} for one in agreement.sureties
            ],
            "lenders": lenders,
            "reflection_days": agreement.reflection_days,
            "clauses": [asdict(clause) for clause in agreement.clauses],
            "consent": consent(Consent.AGREEMENT),
            **credit(agreement.terms),
        },
    )


def repayment_schedule(
    loan_id: str, *, made_on: date, borrower: Party, operator: Party, terms: Terms
) -> Source:
    """Write the schedule of a loan by itself, as its borrower keeps it at hand."""
    facts = {"borrower": named(borrower), "operator": named(operator)}
    kind = Kind.REPAYMENT_SCHEDULE
    return Source(kind, loan_id, made_on, {**facts, **credit(terms)})


def changed_schedule(agreed: Source, plan: Plan, *, made_on: date, act: str) -> Source:
    """Write the schedule anew for the plan in force: since when, and by which act."""
    changed = existing(plan.changed, "only a plan that changed is written anew")
    totals = {
        "principal": plan.principal,
        "interest": plan.interest,
        "fees": plan.fees,
        "payment": plan.payment,
    }
    facts = {
        **agreed.facts,
        "in_force": {"since": changed.on, "act": act},
        "totals": {**agreed.facts["totals"], **totals},
        "rows": _rows(plan),
    }
    return Source(agreed.kind, agreed.reference, made_on, facts)


@dataclass(frozen=True)
class Invitation:
    """What every offer says of itself, whatever it raises money for."""

    offer_id: str
    opens_on: date
    deadline_at: datetime
    issuer: Party
    target: Money
    cap: Money
    min_pledge: Money
    reflection_days: int
    terms_sha256: bytes

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of a source that any product begins with."""
        return {
            "issuer": named(self.issuer),
            "target": self.target,
            "cap": self.cap,
            "min_pledge": self.min_pledge,
            "deadline_at": self.deadline_at,
            "reflection_days": self.reflection_days,
            "terms_sha256": self.terms_sha256.hex(),
        }


@dataclass(frozen=True)
class LoanRisk:
    """How a loan's risk was judged, and what of its interest a lender keeps.

    There is no grade and no score where the firm's records were too short for one.
    """

    grade: str | None
    score: int | None
    default_bps: int
    servicing_bps: int
    tax_bps: int
    tax_abroad_bps: int
    default_after_days: int


def loan_information(of: Invitation, risk: LoanRisk, terms: Terms) -> Source:
    """Write the key information sheet of a loan that lenders are asked to fund."""
    facts = {**of.facts, **credit(terms), "product": "loan", "risk": asdict(risk)}
    return Source(Kind.KEY_INFORMATION, of.offer_id, of.opens_on, facts)


@dataclass(frozen=True)
class Shares:
    """A class of shares: what one costs, how many there may be."""

    share_id: str
    name: str
    price: Money
    authorised: int


def share_information(of: Invitation, shares: Shares) -> Source:
    """Write the key information sheet of shares that investors are asked to buy."""
    most = of.cap.minor // shares.price.minor
    facts = {**of.facts, "product": "shares", **_shares(shares), "most_units": most}
    return Source(Kind.KEY_INFORMATION, of.offer_id, of.opens_on, facts)


@dataclass(frozen=True)
class Subscription:
    """A pledge that buys shares: whose, when, and for how much."""

    pledge_id: str
    subscriber: Party
    placed_at: datetime
    reflection_until: datetime
    amount: Money


def share_subscription(of: Invitation, shares: Shares, by: Subscription) -> Source:
    """Write what an investor subscribed to: so many shares at this price."""
    facts = {
        **of.facts,
        **_shares(shares),
        "offer": of.offer_id,
        "subscriber": named(by.subscriber),
        "placed_at": by.placed_at,
        "reflection_until": by.reflection_until,
        "amount": by.amount,
        "units": by.amount.minor // shares.price.minor,
    }
    made_on = business_date(by.placed_at)
    return Source(Kind.SHARE_SUBSCRIPTION, by.pledge_id, made_on, facts)


def _shares(shares: Shares) -> dict[str, Any]:
    return {
        "share_class": {"id": shares.share_id, "name": shares.name},
        "price": shares.price,
        "authorised": shares.authorised,
    }


def credit(terms: Terms) -> dict[str, Any]:
    """Return the terms with all that follows from them: totals, true rate, rows."""
    plan = schedule.build(terms)
    upfront = terms.fees.upfront or Money.zero(terms.currency)
    true_rate = (apr.of(terms) * _PERCENT).quantize(_SHOWN_PERCENT)
    return {
        "terms": terms.to_json(),
        "apr_percent": str(true_rate),
        "totals": {
            "upfront": upfront,
            "received": terms.principal - upfront,
            "cost": plan.interest + plan.fees + upfront,
            "principal": plan.principal,
            "interest": plan.interest,
            "fees": plan.fees,
            "payment": plan.payment,
        },
        "rows": _rows(plan),
    }


def _rows(plan: Schedule | Plan) -> Sequence[dict[str, Any]]:
    return [
        {
            "number": row.number,
            "due_on": row.due_on,
            "principal": row.principal,
            "interest": row.interest,
            "fee": row.fee,
            "payment": row.payment,
            "balance_after": row.balance_after,
        }
        for row in plan.rows
    ]


def named(party: Party) -> dict[str, str]:
    """Write a party as every source does."""
    return {"party_id": party.party_id, "name": party.name}
