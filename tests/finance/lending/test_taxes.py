"""Tax kept back from lenders: by where they pay tax, and by treaty while a paper holds."""

from datetime import date

import pytest

from finance import lending
from ledger.money import Money
from tests.finance.lending.acting import instalment, pay, sound
from tests.journeys.people import usd


async def test_each_lender_is_taxed_by_residency_and_treaty_on_the_day_of_the_money(
    world, loan
):
    notes = await world.db.read(lending.list_notes, loan_id=loan.id)
    at_home, abroad = notes[0].lender, notes[1].lender
    await world.live(loan, 31)
    await pay(world, loan, instalment(loan))
    await world.db.transact(
        lending.record_treaty_residence,
        party_id=abroad,
        country="SG",
        certificate="IRAS 17",
        valid_from=date(2026, 3, 1),
        valid_until=date(2026, 12, 31),
    )
    await world.live(loan, 28)
    await pay(world, loan, instalment(loan, 2))

    of_home = await world.db.read(lending.tax_certificate, lender_id=at_home, year=2026)
    of_abroad = await world.db.read(
        lending.tax_certificate, lender_id=abroad, year=2026
    )

    await sound(world, loan)
    assert [line.rate_bps for line in of_home.lines] == [1_500]
    assert [line.rate_bps for line in of_abroad.lines] == [1_000, 1_400]
    for line in of_abroad.lines:
        assert abs(line.tax.minor - line.interest.minor * line.rate_bps / 10_000) <= 1
    ((paid, tax),) = of_abroad.totals()
    assert paid == Money.sum((x.interest for x in of_abroad.lines), paid.currency)
    assert tax > usd(0)
    assert [paper.certificate for paper in of_abroad.treaties] == ["IRAS 17"]


@pytest.mark.parametrize("country", ["FR", "XX"])
async def test_a_country_without_a_treaty_is_refused(world, loan, country):
    notes = await world.db.read(lending.list_notes, loan_id=loan.id)

    with pytest.raises(lending.TreatyUnknown):
        await world.db.transact(
            lending.record_treaty_residence,
            party_id=notes[1].lender,
            country=country,
            certificate="x",
            valid_from=date(2026, 1, 1),
            valid_until=date(2026, 12, 31),
        )
