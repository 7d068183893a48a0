"""Tax withheld from lenders' interest: whose rate, by which paper, and the certificate.

The rate is that of the day the money came in, by the market's dated rules: where the
lender pays tax, or a treaty while a certificate of residence is valid for the day.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from sqlalchemy import extract, func, select

from finance import rulepacks
from finance.lending import given
from finance.lending.distributed import Distribution, Share, TreatyResidence
from finance.lending.errors import TreatyUnknown, YearNotBegun
from finance.lending.events import TreatyResidenceRecorded
from finance.lending.model import Holding, Loan, Note
from finance.lending.resharing import Rates
from finance.rulepacks import RulePack
from ledger.database import UnitOfWork
from ledger.errors import ensure
from ledger.ids import PartyId, new_id
from ledger.money import Currency, Money
from risk import identity
from risk.identity import Party, TaxResidency

_RULES: Final = {
    TaxResidency.RESIDENT: "interest_tax_resident",
    TaxResidency.NON_RESIDENT: "interest_tax_non_resident",
}


def withholding_bps(
    pack: RulePack, residency: TaxResidency, on: date, *, treaty: str | None = None
) -> int:
    """Return the tax withheld on a day; a treaty lowers what non-residents pay."""
    usual = pack.bps(_RULES[residency], on=on)
    if treaty is None or residency is TaxResidency.RESIDENT:
        return usual
    return min(usual, pack.bps(_treaty_rule(treaty), on=on))


def _treaty_rule(country: str) -> str:
    return f"interest_tax_treaty_{country.lower()}"


async def rates_for(uow: UnitOfWork, loan_id: str) -> Rates:
    """Return how to find the rate of each note's lender on a day."""
    treaties: defaultdict[str, list[TreatyResidence]] = defaultdict(list)
    for row in await given.list_treaties_of_lenders(uow, loan_id):
        treaties[row.party].append(row)
    pack = rulepacks.home()

    @cache
    def look(residency: TaxResidency, on: date, treaty: str | None) -> int:
        return withholding_bps(pack, residency, on, treaty=treaty)

    def rate(note: Holding, on: date) -> int:
        papers = treaties.get(note.lender, ()) if treaties else ()
        valid = (row for row in papers if row.valid_from <= on <= row.valid_until)
        paper = next(valid, None)
        return look(note.residency, on, paper.country if paper else None)

    return rate


async def record_treaty_residence(
    uow: UnitOfWork,
    *,
    party_id: PartyId,
    country: str,
    certificate: str,
    valid_from: date,
    valid_until: date,
) -> TreatyResidence:
    """Take note of a lender's certificate of residence in a treaty country.

    Raises:
        TreatyUnknown: The market's rules name no treaty with the country.
    """
    ensure(valid_from <= valid_until, "a certificate ends after it begins")
    party = await identity.get_party(uow, party_id=party_id)
    rules = {rule.key for rule in rulepacks.home().rules}
    if (
        party.tax_residency is TaxResidency.RESIDENT
        or _treaty_rule(country) not in rules
    ):
        raise TreatyUnknown(country=country)
    row = TreatyResidence(
        id=new_id("treaty", uow.now()),
        party=party.id,
        country=country,
        certificate=certificate,
        valid_from=valid_from,
        valid_until=valid_until,
        recorded_at=uow.now(),
    )
    uow.add(row)
    uow.record(
        TreatyResidenceRecorded(
            party.id, row.id, country, certificate, valid_from, valid_until
        )
    )
    return row


@dataclass(frozen=True)
class Withheld:
    """What was withheld at one rate of one loan's interest in a year."""

    loan_id: str
    payer: str
    rate_bps: int
    interest: Money
    tax: Money


@dataclass(frozen=True)
class TaxCertificate:
    """What a lender shows its tax office: interest of a year, and the tax kept back.

    ``treaties`` are the certificates of residence that were valid in the year;
    ``is_final`` says that the year has ended.
    """

    lender: Party
    year: int
    lines: tuple[Withheld, ...]
    treaties: tuple[TreatyResidence, ...]
    is_final: bool

    def totals(self) -> list[tuple[Money, Money]]:
        """Return interest and tax of the year, for each currency there was any in."""
        kept = [
            [line for line in self.lines if line.interest.currency is currency]
            for currency in Currency
        ]
        return [
            (
                Money.sum((line.interest for line in lines), lines[0].tax.currency),
                Money.sum((line.tax for line in lines), lines[0].tax.currency),
            )
            for lines in kept
            if lines
        ]


async def tax_certificate(
    uow: UnitOfWork, *, lender_id: PartyId, year: int
) -> TaxCertificate:
    """Return the certificate of a year; of the present one, as far as it has come.

    Corrections count in the year in which they were booked.

    Raises:
        YearNotBegun: The year lies ahead.
    """
    if year > uow.today().year:
        raise YearNotBegun(year=year)
    rows = await uow.session.execute(
        select(
            Note.loan,
            Loan.borrower,
            Note.currency,
            Share.withholding_bps,
            func.sum(Share.interest_minor),
            func.sum(Share.tax_minor),
        )
        .join(Note, Note.id == Share.note)
        .join(Loan, Loan.id == Note.loan)
        .join(
            Distribution,
            (Distribution.receipt == Share.receipt)
            & (Distribution.number == Share.number),
        )
        .where(
            Note.lender == lender_id, extract("year", Distribution.counted_on) == year
        )
        .group_by(Note.loan, Loan.borrower, Note.currency, Share.withholding_bps)
        .order_by(Note.loan, Share.withholding_bps)
    )
    lines = tuple(
        Withheld(loan, payer, rate, Money(int(paid), money), Money(int(tax), money))
        for loan, payer, money, rate, paid, tax in rows
        if paid or tax
    )
    papers = [
        row
        for row in await given.list_treaties(uow, lender_id)
        if row.valid_from.year <= year <= row.valid_until.year
    ]
    lender = await identity.get_party(uow, party_id=lender_id)
    is_final = year < uow.today().year
    return TaxCertificate(lender, year, lines, tuple(papers), is_final)
