"""Expected credit loss of the loan book, tied to the ledger, beside the supervisor's classes.

What is owed is what the books say; how it will fall is what the replayed loan says. The
sum over loans must be what stands on all loan accounts, to the cent, or nothing is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from finance.lending import loanrisks
from finance.lending.loanrisks import LoanRisk
from finance.lending.rules import Stage
from ledger import statements
from ledger.accounts import LOAN_BOOK
from ledger.database import UnitOfWork
from ledger.errors import ensure
from ledger.money import Currency, Money
from risk.stresses import Stress, named_stresses


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


async def assess_book(uow: UnitOfWork) -> list[Book]:
    """Return the loan book of each currency that has loans, as of today.

    Raises:
        InvariantBroken: The loans do not add up to the loan accounts.
    """
    judged = await loanrisks.read_risks(uow)
    ledger = await _on_ledger(uow)
    books = []
    for currency in Currency:
        loans = tuple(one for one in judged if one.gross.currency is currency)
        owed = Money.sum((one.gross for one in loans), currency)
        ensure(owed == ledger[currency], "loans add up to the loan accounts")
        if loans:
            stressed = _stressed(loans, currency)
            books.append(Book(currency, uow.today(), loans, ledger[currency], stressed))
    return books


async def _on_ledger(uow: UnitOfWork) -> dict[Currency, Money]:
    """Return what stands on all accounts of borrowers, read apart from the loans."""
    found = {currency: Money(0, currency) for currency in Currency}
    for line in await statements.trial_balance(uow):
        if line.book == LOAN_BOOK and line.kind.startswith("loan."):
            currency = Currency(line.asset)
            found[currency] += Money(line.debits - line.credits, currency)
    return found


def _stressed(loans: Sequence[LoanRisk], currency: Currency) -> tuple[Stressed, ...]:
    return tuple(
        Stressed(
            stress, Money(sum(one.stressed[stress.name] for one in loans), currency)
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
