"""Make a decision again from the bytes and rules it was made from, and say what differs.

Nothing is looked up that the decision does not name: the kept files, the day, the request
as it was, the limits as they stood. Rules and model are those of this program; when they
give another answer, the difference is the finding.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.terms import Method
from finance import rulepacks, scorecards
from finance.lending import applications, pricing, quoting, repository
from finance.lending.model import Application
from finance.lending.quoting import LoanRequest, Quote
from finance.rulepacks import RulePack
from ledger.canonical import canonical
from ledger.database import UnitOfWork
from ledger.errors import Refusal
from ledger.ids import PartyId
from ledger.money import Money
from risk import corrections, receivables, statements
from risk.cashflow import MonthFlow, by_month
from risk.decision import Decision, Limit, Security, SecurityKind
from risk.scoring import Scorecard
from risk.statements import merge_accounts


@dataclass(frozen=True)
class Ruling:
    """The rules and the model that decide: those of this program, unless given."""

    rules: RulePack = field(default_factory=rulepacks.home)
    card: Scorecard | None = None


@dataclass(frozen=True)
class Difference:
    """A place in the record, what it says and what was found; None where nothing is."""

    place: str
    kept: str | None
    again: str | None


@dataclass(frozen=True)
class Replay:
    """A decision made again: the hash of the record, of the answer, and what differs."""

    application: str
    kept_sha256: str
    again_sha256: str | None
    differences: tuple[Difference, ...]
    overrides: int

    @property
    def matches(self) -> bool:
        """Say whether every byte is the same."""
        return not self.differences and self.again_sha256 == self.kept_sha256


async def replay_decision(
    uow: UnitOfWork, *, application_id: str, by: Ruling | None = None
) -> Replay:
    """Decide again as on the day, and compare it with the record, value by value."""
    application = await repository.get_application(uow, application_id)
    kept = {"decision": application.decision, "quote": application.quote}
    files = [item async for item in _changed_files(uow, application)]
    try:
        decided, quote = await _decide(
            uow, application, request_of(application), by or Ruling()
        )
    except Refusal as refusal:
        files.append(Difference("decision", "made", f"refused: {refusal.code}"))
        return _replay(application, kept, None, files)
    again = {"decision": decided.to_json(), "quote": quote.to_json()}
    return _replay(application, kept, again, files)


async def cash_flow(uow: UnitOfWork, *, application_id: str) -> list[MonthFlow]:
    """Return the months of the accounts a decision counted, from their kept files."""
    application = await repository.get_application(uow, application_id)
    sources = await applications.read_sources(
        uow,
        PartyId(application.party),
        application.amount,
        application.statements,
    )
    currency = application.currency.value
    counted = [s.statement for s in sources if s.statement.currency == currency]
    return by_month(merge_accounts(counted))


async def what_if(
    uow: UnitOfWork, *, application_id: str, wanted: LoanRequest
) -> tuple[Decision, Quote]:
    """Answer another amount, term or security for the same firm, records and day.

    Nothing is kept. The limits are those of the application's day.
    """
    application = await repository.get_application(uow, application_id)
    wanted.require_within_limits(rulepacks.home(), _day(application))
    return await _decide(uow, application, wanted, Ruling())


def request_of(application: Application) -> LoanRequest:
    """Return what was asked for, as the decision has it."""
    kept = application.decision
    secured = kept["security"]
    return LoanRequest(
        Money(int(kept["amount_minor"]), application.currency),
        int(kept["context"]["term_months"]),
        Method(kept["context"]["method"]),
        Security(SecurityKind(secured["kind"]), secured["cover_bps"])
        if secured
        else None,
    )


async def _decide(
    uow: UnitOfWork, application: Application, wanted: LoanRequest, by: Ruling
) -> tuple[Decision, Quote]:
    pack, on = by.rules, _day(application)
    party, names = PartyId(application.party), application.statements
    sources = await applications.read_sources(uow, party, wanted.amount, names)
    kept = application.decision
    off = tuple(date.fromisoformat(day) for day in kept["context"]["days_off"])
    limits = tuple(Limit.from_json(limit) for limit in kept["limits"])
    rules = await corrections.get_rulebook(uow, version=kept["category_rules"])
    # None is the market's starting card, which no one adopts and every program has.
    card = by.card or await scorecards.find_card(uow, kept["model_sha256"])
    bills = await applications.read_bills(
        uow, party, wanted.amount, application.invoice_files
    )
    context = pricing.Context(off, limits, card, rules, bills)
    decided = pricing.assess(pack, sources, wanted=wanted, on=on, context=context)
    terms = quoting.terms_of(
        pack, wanted, rate_bps=decided.rate_bps, starts_on=on, off=off
    )
    return decided, quoting.quote(pack, terms)


def _day(application: Application) -> date:
    return date.fromisoformat(application.decision["as_of"])


async def _changed_files(
    uow: UnitOfWork, application: Application
) -> AsyncIterator[Difference]:
    """Compare the hash of each file's bytes, counted now, with the decision's."""
    named = {
        *application.decision["statements_sha256"],
        *application.decision["statements_not_counted_sha256"],
        *application.decision.get("invoices_sha256", ()),
    }
    files = [
        *[(name, statements.get_content) for name in application.statements],
        *[(name, receivables.get_bytes) for name in application.invoice_files],
    ]
    found: dict[str, str] = {}
    for name, get_bytes in files:
        _, content = await get_bytes(uow, name)
        found[name] = hashlib.sha256(content).hexdigest()
    gone = ", ".join(sorted(named.difference(found.values()))) or None
    for name, sha256 in found.items():
        if sha256 not in named:
            yield Difference(f"files.{name}", gone, sha256)


def _replay(
    application: Application,
    kept: dict[str, Any],
    again: dict[str, Any] | None,
    found: list[Difference],
) -> Replay:
    if again is not None:
        found = [*found, *_differences(_flat(kept), _flat(again))]
    return Replay(
        application.id,
        _hash(kept),
        None if again is None else _hash(again),
        tuple(found),
        len(application.overrides),
    )


def _hash(record: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(record)).hexdigest()


def _differences(kept: dict[str, str], again: dict[str, str]) -> Iterator[Difference]:
    for place in sorted(kept.keys() | again.keys()):
        if kept.get(place) != again.get(place):
            yield Difference(place, kept.get(place), again.get(place))


def _flat(value: Any, place: str = "") -> dict[str, str]:
    """Write a record as one line for each value, by its place."""
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    else:
        return {place: canonical(value).decode()}
    found: dict[str, str] = {}
    for name, part in parts:
        found |= _flat(part, f"{place}.{name}" if place else str(name))
    return found
