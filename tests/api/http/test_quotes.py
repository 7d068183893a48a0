"""What a loan would cost, the days off it keeps to, and the sums behind it."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from tests.api.conftest import Person
from tests.api.http.market import ok

ASKED = {"amount_minor": 1_000_000, "currency": "USD", "term_months": 12}


def asked(**more: object) -> str:
    return "&".join(f"{key}={value}" for key, value in {**ASKED, **more}.items())


async def test_a_quote_says_all_that_a_loan_would_cost(sme: Person) -> None:
    quote = ok(await sme.get(f"/quotes?{asked(rate_bps=1000)}"))

    rows = quote["schedule"]["rows"]
    interest = sum(row["interest"]["minor"] for row in rows)
    assert len(rows) == 12
    assert sum(row["principal"]["minor"] for row in rows) == 1_000_000
    assert quote["upfront_fee"]["minor"] == 25_000
    assert quote["paid_out"]["minor"] == 975_000
    assert quote["total_cost"]["minor"] == interest + 25_000
    assert quote["apr_bps"] > quote["rate_bps"] == 1000
    assert quote["is_within_cap"]


async def test_without_a_rate_the_dearest_that_is_allowed_is_quoted(
    lender: Person,
) -> None:
    dearest = ok(await lender.get(f"/quotes?{asked()}"))
    above = ok(await lender.get(f"/quotes?{asked(rate_bps=dearest['rate_bps'] + 1)}"))

    assert dearest["apr_bps"] <= dearest["cap_bps"] < above["apr_bps"]
    assert not above["is_within_cap"]


@pytest.mark.parametrize(
    ("method", "first_principal"),
    [("equal_principal", 83_333), ("interest_only", 0), ("bullet", 0)],
)
async def test_a_quote_knows_other_ways_of_paying_back(
    sme: Person, method: str, first_principal: int
) -> None:
    quote = ok(await sme.get(f"/quotes?{asked(method=method, rate_bps=1000)}"))

    first = quote["schedule"]["rows"][0]
    assert first["principal"]["minor"] == first_principal


async def test_flat_interest_is_shown_with_its_true_cost(sme: Person) -> None:
    flat = ok(await sme.get(f"/quotes?{asked(method='flat', rate_bps=1000)}"))
    level = ok(await sme.get(f"/quotes?{asked(rate_bps=1000)}"))

    assert flat["apr_bps"] > level["apr_bps"] + 700


async def test_a_method_that_needs_more_words_is_refused(sme: Person) -> None:
    answer = await sme.get(f"/quotes?{asked(method='balloon')}")

    assert answer.status_code == 422
    assert answer.json()["code"] == "loan_method_not_offered"


async def test_a_quote_as_a_sheet_adds_up(sme: Person) -> None:
    answer = await sme.get(f"/quotes/schedule.csv?{asked(term_months=30)}")

    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    years = [line for line in lines if line[0].startswith("Total ")]
    assert Decimal(lines[-1][3]) == sum(Decimal(line[3]) for line in years) == 10_000
    assert Decimal(lines[-1][6]) == sum(Decimal(line[6]) for line in years)


async def test_no_payment_is_due_on_a_weekend_or_a_holiday(
    sme: Person, operator: Person
) -> None:
    plain = ok(await sme.get(f"/quotes?{asked(rate_bps=1000, term_months=36)}"))
    due = [date.fromisoformat(row["due_on"]) for row in plain["schedule"]["rows"]]
    holidays = {
        day["on"]
        for year in {on.year for on in due}
        for day in ok(await sme.get(f"/holidays?year={year}"))["items"]
    }
    assert not [on for on in due if on.weekday() > 4 or on.isoformat() in holidays]

    body = {"day": due[0].isoformat(), "is_holiday": True, "source": "Sub-decree 9"}
    ok(await operator.post("/holidays", body))

    moved = ok(await sme.get(f"/quotes?{asked(rate_bps=1000, term_months=36)}"))
    rows = moved["schedule"]["rows"]
    assert date.fromisoformat(rows[0]["due_on"]) > due[0]
    assert rows[0]["interest"] == plain["schedule"]["rows"][0]["interest"]


async def test_every_rate_of_an_investor_is_told(lender: Person) -> None:
    flows = [
        {"on": f"{year}-01-01", "amount": amount}
        for year, amount in ((2023, "-100.00"), (2024, "230.00"), (2025, "-132.00"))
    ]

    found = ok(await lender.post("/calculators/xirr", {"flows": flows}))

    assert not found["is_unique"]
    assert len(found["rates"]) == 2
    assert found["rate"] == found["rates"][0]


async def test_the_american_way_of_a_yearly_rate_is_reckoned(lender: Person) -> None:
    flows = [{"amount": "1000", "periods": 0}]
    flows += [{"amount": "-33.61", "periods": at} for at in range(1, 37)]

    found = ok(
        await lender.post(
            "/calculators/apr",
            {"method": "us", "flows": flows, "periods_per_year": 12},
        )
    )

    # Regulation Z, Appendix J (c)(1)(i) prints 12.83 %.
    assert round(Decimal(found["apr_percent"]), 2) == Decimal("12.83")


async def test_a_sum_nobody_knows_is_refused(lender: Person) -> None:
    answer = await lender.post("/calculators/guess", {})

    assert answer.status_code == 422
