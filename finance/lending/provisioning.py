"""Expected credit loss of the loan book, tied to the ledger, beside the supervisor's classes.

What is owed is what the books say; how it will fall is what the replayed loan says. The
sum over loans must be what stands on all loan accounts, to the cent, or nothing is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select

from contracts.loan import LoanState
from contracts.months import add_months
from finance import rulepacks
from finance.lending import exposure, repository, rescoring, rules
from finance.lending.history import History
from finance.lending.model import Application, Loan, LoanStatus
from finance.lending.rules import Grade, Stage
from finance.rulepacks import RulePack
from ledger import balances, statements
from ledger.accounts import LOAN_BOOK
from ledger.database import UnitOfWork
from ledger.errors import ensure
from ledger.money import BPS_PER_ONE, Currency, Money, Rounding
from risk.identity import Firm
from risk.provisions import Allowance, Exposure, Scenario, allowance
from risk.stresses import Stress, Tagged, named_stresses

SCENARIOS: Final = ("base", "better", "worse")
LOANS_AT_ONCE: Final = 500
# A payment moved behind a holiday is still its month's.
MOVED: Final = timedelta(days=7)


@dataclass(frozen=True)
class LoanRisk:
    """One loan: what is owed by the books, how it is classed, and what is expected lost."""

    loan: Loan
    gross: Money
    days_late: int
    grade: Grade
    stage: Stage
    pd_bps: int
    allowance: Allowance
    provision: Money
    tagged: Tagged

    @property
    def expected(self) -> Money:
        """Return the allowance by IFRS 9."""
        return Money(self.allowance.minor, self.gross.currency)


@dataclass(frozen=True)
class Stressed:
    """The allowance of a portfolio if a stress came true."""

    stress: Stress
    allowance: Money


@dataclass(frozen=True)
class Book:
    """All loans of a currency on a day; ``on_ledger`` is what the loan accounts hold."""

    currency: Currency
    on: date
    loans: tuple[LoanRisk, ...]
    on_ledger: Money
    stressed: tuple[Stressed, ...]

    @property
    def gross(self) -> Money:
        """Return what is owed on all loans."""
        return Money.sum((one.gross for one in self.loans), self.currency)

    @property
    def expected(self) -> Money:
        """Return the allowance by IFRS 9: the sum of the loans', each rounded once."""
        return Money.sum((one.expected for one in self.loans), self.currency)

    @property
    def provision(self) -> Money:
        """Return what the supervisor's table asks for."""
        return Money.sum((one.provision for one in self.loans), self.currency)

    def in_stage(self, stage: Stage) -> list[LoanRisk]:
        """Return the loans of a stage."""
        return [one for one in self.loans if one.stage is stage]

    def by_class(self) -> list[tuple[str, int, Money, Money]]:
        """Return each class with its loans, what they owe and their provision."""
        names = dict.fromkeys(one.grade.name for one in self.loans)
        found = []
        for name in names:
            held = [one for one in self.loans if one.grade.name == name]
            owed = Money.sum((one.gross for one in held), self.currency)
            kept = Money.sum((one.provision for one in held), self.currency)
            found.append((name, len(held), owed, kept))
        return found


@dataclass(frozen=True)
class _Read:
    """A loan with all that its risk follows from."""

    loan: Loan
    application: Application
    firm: Firm | None
    state: LoanState
    gross: Money
    pd_bps: int


async def assess_book(uow: UnitOfWork) -> list[Book]:
    """Return the loan book of each currency that has loans, as of today.

    Raises:
        InvariantBroken: The loans do not add up to the loan accounts.
    """
    pack, today = rulepacks.home(), uow.today()
    scenarios = scenarios_of(pack, today)
    read = await _read_all(uow, today)
    judged = [_judge(pack, one, scenarios) for one in read if one.gross.minor]
    ledger = await _on_ledger(uow)
    books = []
    for currency in Currency:
        loans = tuple(one for one in judged if one.gross.currency is currency)
        owed = Money.sum((one.gross for one in loans), currency)
        ensure(owed == ledger[currency], "loans add up to the loan accounts")
        if loans:
            stressed = _stressed(loans, scenarios, currency)
            books.append(Book(currency, today, loans, ledger[currency], stressed))
    return books


def scenarios_of(pack: RulePack, on: date) -> tuple[Scenario, ...]:
    """Return the scenarios a market weighs on a day."""
    return tuple(
        Scenario(
            name,
            pack.bps(f"ecl_{name}_weight", on=on),
            pack.bps(f"ecl_{name}_pd", on=on),
            pack.bps(f"ecl_{name}_lgd", on=on),
        )
        for name in SCENARIOS
    )


async def _on_ledger(uow: UnitOfWork) -> dict[Currency, Money]:
    """Return what stands on all accounts of borrowers, read apart from the loans."""
    found = {currency: Money(0, currency) for currency in Currency}
    for line in await statements.trial_balance(uow):
        if line.book == LOAN_BOOK and line.kind.startswith("loan."):
            currency = Currency(line.asset)
            found[currency] += Money(line.debits - line.credits, currency)
    return found


async def _read_all(uow: UnitOfWork, today: date) -> list[_Read]:
    rows = (
        await uow.session.execute(
            select(Loan, Application, Firm)
            .join(Application, Application.id == Loan.application)
            .outerjoin(Firm, Firm.party == Loan.borrower)
            .where(Loan.status.in_((LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF)))
            .order_by(Loan.id)
        )
    ).all()
    pds = await rescoring.latest_pds(uow)
    read = []
    for start in range(0, len(rows), LOANS_AT_ONCE):
        part = rows[start : start + LOANS_AT_ONCE]
        loans = [loan for loan, _, _ in part]
        events = await repository.list_events_of(uow, {loan.id for loan in loans})
        places = [account for loan in loans for account in loan.accounts]
        standing = await balances.get_many(uow, places)
        for loan, application, firm in part:
            owed = sum(standing[account].posted for account in loan.accounts)
            state = History.read(uow, loan, events[loan.id]).state(today)
            pd_bps = pds.get(loan.id, int(application.decision["pd_bps"]))
            gross = Money(owed, loan.currency)
            read.append(_Read(loan, application, firm, state, gross, pd_bps))
    return read


def _judge(pack: RulePack, one: _Read, scenarios: Sequence[Scenario]) -> LoanRisk:
    graded = rules.grade(pack, one.loan.agreed_terms, one.state)
    stage = _stage(pack, graded, one)
    decided = one.application.decision
    seen = Exposure(
        one.loan.id,
        stage.value,
        one.pd_bps,
        int(decided["price"]["lgd_bps"]),
        one.loan.agreed_terms.rate_bps,
        _to_come(one),
    )
    return LoanRisk(
        one.loan,
        one.gross,
        one.state.days_past_due,
        graded,
        stage,
        one.pd_bps,
        allowance(seen, scenarios),
        one.gross.times_bps(graded.provision_bps, rounding=Rounding.HALF_EVEN),
        Tagged(
            seen,
            one.loan.currency.value,
            one.firm.sector.value if one.firm else exposure.UNDESCRIBED,
            bool(decided["statements_not_counted_sha256"]),
        ),
    )


def _stage(pack: RulePack, graded: Grade, one: _Read) -> Stage:
    """Return the stage by days late, or by a chance of default that rose enough."""
    ratio = pack.bps("sicr_pd_ratio", on=one.state.on)
    at_start = int(one.application.decision["pd_bps"])
    riskier = one.pd_bps * BPS_PER_ONE >= at_start * ratio
    if graded.stage is Stage.PERFORMING and riskier:
        return Stage.UNDERPERFORMING
    return graded.stage


def _to_come(one: _Read) -> tuple[int, ...]:
    """Return what is owed now by the books, and what will be after each month's payments.

    What is overdue stays owed: a loan that is late is not expected to catch up.
    """
    today, gross = one.state.on, one.gross.minor
    coming = [
        (item.due_on - MOVED, (item.owed.principal - item.paid.principal).minor)
        for item in one.state.instalments
        if item.due_on > today
    ]
    owed, ends_on = [gross], add_months(today, 1)
    while any(due_on > ends_on for due_on, _ in coming):
        paid = sum(part for due_on, part in coming if due_on <= ends_on)
        owed.append(max(gross - paid, 0))
        ends_on = add_months(today, len(owed))
    return tuple(owed)


def _stressed(
    loans: Sequence[LoanRisk], scenarios: Sequence[Scenario], currency: Currency
) -> tuple[Stressed, ...]:
    tagged = [one.tagged for one in loans]
    return tuple(
        Stressed(
            stress,
            Money(
                sum(allowance(one, scenarios).minor for one in stress.on(tagged)),
                currency,
            ),
        )
        for stress in named_stresses()
    )


def book_json(book: Book) -> dict[str, Any]:
    """Write a book's risk as plain values."""
    return {
        "currency": book.currency.value,
        "on": book.on.isoformat(),
        "loans": len(book.loans),
        "gross_minor": str(book.gross.minor),
        "on_ledger_minor": str(book.on_ledger.minor),
        "allowance_minor": str(book.expected.minor),
        "provision_minor": str(book.provision.minor),
        "stages": {str(stage.value): _stage_json(book, stage) for stage in Stage},
        "classes": [
            {
                "name": name,
                "loans": count,
                "gross_minor": str(owed.minor),
                "provision_minor": str(kept.minor),
            }
            for name, count, owed, kept in book.by_class()
        ],
        "stresses": {
            one.stress.name: str(one.allowance.minor) for one in book.stressed
        },
    }


def _stage_json(book: Book, stage: Stage) -> dict[str, Any]:
    held = book.in_stage(stage)
    gross = Money.sum((one.gross for one in held), book.currency)
    expected = Money.sum((one.expected for one in held), book.currency)
    return {
        "loans": len(held),
        "gross_minor": str(gross.minor),
        "allowance_minor": str(expected.minor),
    }
