"""Write what a document says as one canonical JSON: the source its prints are made from.

Whoever has a print finds its source attached; its SHA-256 stands at each page's foot.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from contracts import apr, schedule
from contracts.agreement import Agreement, Party, lender_reference
from contracts.schedule import Schedule
from contracts.terms import Terms
from ledger.canonical import canonical, plain
from ledger.money import Money

_PERCENT = 100
_SHOWN_PERCENT = Decimal("0.01")


class Kind(StrEnum):
    """What a document is; names its template."""

    LOAN_AGREEMENT = "loan_agreement"


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
    terms = agreement.terms
    plan = schedule.build(terms)
    lenders = [
        {
            "reference": lender_reference(agreement.loan_id, part.party_id),
            "amount": part.amount,
        }
        for part in agreement.lenders
    ]
    clauses = [
        {
            "heading_en": clause.heading_en,
            "heading_km": clause.heading_km,
            "text_en": clause.text_en,
            "text_km": clause.text_km,
            "source": clause.source,
        }
        for clause in agreement.clauses
    ]
    return Source(
        Kind.LOAN_AGREEMENT,
        agreement.loan_id,
        agreement.made_on,
        {
            "loan": agreement.loan_id,
            "borrower": _named(agreement.borrower),
            "operator": _named(agreement.operator),
            "sureties": [],
            "lenders": lenders,
            "reflection_days": agreement.reflection_days,
            "clauses": clauses,
            **_credit(terms, plan),
        },
    )


def _credit(terms: Terms, plan: Schedule) -> dict[str, Any]:
    """Return the terms with all that follows from them: totals, true rate, rows."""
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


def _rows(plan: Schedule) -> Sequence[dict[str, Any]]:
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


def _named(party: Party) -> dict[str, str]:
    return {"party_id": party.party_id, "name": party.name}
