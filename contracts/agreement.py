"""Write the loan agreement as one self-contained page, in English and Khmer.

The same agreement always gives the same bytes, so their SHA-256 is what people sign.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from contracts import apr, schedule
from contracts.terms import Terms
from ledger.money import BPS_PER_ONE, Money

_PERCENT = 100
_SHOWN_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is bound by the agreement, by id and the name given."""

    party_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Surety:
    """Somebody who stands behind the loan: ``trustee`` or ``guarantor``."""

    role: str
    party: Party


@dataclass(frozen=True, slots=True)
class LenderPart:
    """A lender, by id, and the part of the principal lent."""

    party_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Clause:
    """A legal text as data: both languages, and where it comes from."""

    heading_en: str
    heading_km: str
    text_en: str
    text_km: str
    source: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything the page says; the terms are the ones that will be replayed."""

    loan_id: str
    made_on: date
    borrower: Party
    operator: Party
    lenders: tuple[LenderPart, ...]
    terms: Terms
    reflection_days: int
    clauses: tuple[Clause, ...] = ()
    sureties: tuple[Surety, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes to be shown and signed, and their SHA-256 in hexadecimal."""

    content: bytes
    sha256: str
    media_type: str = "text/html; charset=utf-8"


def lender_reference(loan_id: str, party_id: str) -> str:
    """Return how an agreement names a lender: they know it, the other lenders do not.

    An id holds 74 random bits, so nobody finds it by trying.
    """
    return hashlib.sha256(f"{loan_id} {party_id}".encode()).hexdigest()[:16]


def render(agreement: Agreement) -> Document:
    """Write the agreement; every text is escaped."""
    terms = agreement.terms
    plan = schedule.build(terms)
    upfront = terms.fees.upfront or Money.zero(terms.currency)
    page = _TEMPLATES.get_template("agreement.html").render(
        agreement=agreement,
        reference=partial(lender_reference, agreement.loan_id),
        terms=terms,
        plan=plan,
        upfront=upfront,
        cost=plan.interest + plan.fees + upfront,
        received=terms.principal - upfront,
        apr_percent=(apr.of(terms) * _PERCENT).quantize(_SHOWN_PERCENT),
    )
    content = page.encode()
    return Document(content, hashlib.sha256(content).hexdigest())


def _show_money(amount: Money) -> str:
    return f"{amount.major():,.2f} {amount.currency}"


def _show_rate(bps: Decimal | int) -> str:
    return f"{Decimal(bps) * _PERCENT / BPS_PER_ONE:f} %"


def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("contracts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(money=_show_money, rate=_show_rate)
    return environment


_TEMPLATES = _templates()
