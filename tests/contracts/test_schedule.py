"""Schedules of every method, and the terms that are refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts import apr, schedule, terms
from contracts.errors import TermsInvalid
from ledger.money import Currency, Money


def usd(amount):
    return Money(int(Decimal(amount) * 100), Currency.USD)


def a_year(**clauses):
    agreed = {
        "principal": usd(1200),
        "rate_bps": 1200,
        "instalments": 12,
        "disbursed_on": date(2026, 1, 15),
        "first_due_on": date(2026, 2, 15),
    }
    return terms.Terms(**{**agreed, **clauses})


def rows_of(agreed):
    return schedule.build(agreed).rows


def test_interest_only_pays_all_principal_at_the_end():
    rows = rows_of(a_year(method=terms.Method.INTEREST_ONLY))

    assert {row.payment for row in rows[:-1]} == {usd(12)}
    assert rows[-1].payment == usd(1212)


def test_a_bullet_pays_nothing_before_the_end():
    rows = rows_of(a_year(method=terms.Method.BULLET))

    assert not any(row.payment for row in rows[:-1])
    assert rows[-1].payment == usd(1200 + 12 * 12)


def test_a_bullet_may_capitalise_its_interest():
    grace = terms.Grace(rule=terms.GraceRule.CAPITALISE)

    rows = rows_of(a_year(method=terms.Method.BULLET, grace=grace))

    exact = 1200 * Decimal("1.01") ** 12
    assert abs(rows[-1].payment.major() - exact) < Decimal("0.05")


def test_a_custom_plan_is_followed_to_the_cent():
    plan = tuple(usd(amount) for amount in (100, 200, 900))

    rows = rows_of(a_year(method=terms.Method.CUSTOM, plan=plan, instalments=3))

    assert tuple(row.principal for row in rows) == plan


def test_a_balloon_leaves_what_was_agreed_for_the_last_day():
    balloon = terms.Balloon(amount=usd(600))

    rows = rows_of(a_year(method=terms.Method.BALLOON, balloon=balloon))

    last = rows[-1].payment - rows[0].payment
    assert abs(last.minor - 600_00) < 12


def test_an_unrounded_balloon_makes_every_other_payment_the_same():
    rule = terms.RoundingRule(unrounded=True)
    balloon = terms.Balloon(amortised_over=24)

    rows = rows_of(a_year(method=terms.Method.BALLOON, balloon=balloon, rounding=rule))

    assert len({row.payment for row in rows[:-1]}) == 1
    assert sum(row.principal.minor for row in rows) == 1200_00


def test_a_kept_level_pays_an_unrounded_plan_off_in_fewer_instalments():
    opening = schedule.Opening(number=3, balance_minor=723_00, level_minor=106_62)

    plan = schedule.continue_from(
        a_year(rounding=terms.RoundingRule(unrounded=True)), opening
    )

    assert [row.payment_minor for row in plan.rows[:6]] == [106_62] * 6
    assert 0 < plan.rows[7].payment_minor < 106_62
    assert all(row.principal_minor >= 0 <= row.interest_minor for row in plan.rows)
    assert plan.rows[-1].payment_minor == 0


@pytest.mark.parametrize("principal", ["1.05", "1.15"])
def test_an_unrounded_plan_without_interest_charges_and_gives_none(principal):
    rule = terms.RoundingRule(unrounded=True)

    rows = rows_of(
        a_year(principal=usd(principal), instalments=10, rate_bps=0, rounding=rule)
    )

    assert {row.interest_minor for row in rows} == {0}
    assert sum(row.payment_minor for row in rows) == usd(principal).minor


def test_a_hundred_years_of_unrounded_months_take_no_minutes():
    """The build machine stops a test that does; numbers reduced each month do."""
    bps = Decimal("1234.1234567890123456789012345678901234567890")
    rule = terms.RoundingRule(unrounded=True)

    rows = rows_of(a_year(rate_bps=bps, instalments=1200, rounding=rule))

    assert rows[-1].balance_minor == 0


def test_spread_grace_interest_is_shared_over_the_later_instalments():
    grace = terms.Grace(interest=2, rule=terms.GraceRule.SPREAD)
    agreed = a_year(grace=grace)
    plain = schedule.build(a_year())

    rows = rows_of(agreed)

    level = plain.rows[0].payment
    extra = [(row.payment - level).minor for row in rows[2:-1]]
    assert max(extra) - min(extra) <= 1
    assert min(extra) > 0


def test_capitalised_grace_interest_becomes_principal():
    grace = terms.Grace(principal=2, interest=2, rule=terms.GraceRule.CAPITALISE)

    plan = schedule.build(a_year(grace=grace))

    assert plan.rows[1].balance_after == usd("1224.12")
    assert plan.principal == usd("1224.12")
    assert len({row.payment for row in plan.rows[2:-1]}) == 1


def test_a_rate_step_changes_interest_from_its_day():
    step = terms.RateStep(date(2026, 7, 15), 2400)
    agreed = a_year(method=terms.Method.INTEREST_ONLY, rate_steps=(step,))

    interest = [row.interest for row in rows_of(agreed)]

    assert interest == [usd(12)] * 6 + [usd(24)] * 6


def test_a_holiday_moves_the_payment_and_not_the_interest():
    rule = terms.HolidayRule.FOLLOWING
    plain = rows_of(a_year())
    agreed = a_year(holidays=terms.Holidays(rule, (date(2026, 2, 16),)))

    moved = rows_of(agreed)

    assert moved[0].due_on == date(2026, 2, 17)
    assert [row.payment for row in moved] == [row.payment for row in plain]


def test_a_modified_following_date_stays_in_its_month():
    rule = terms.HolidayRule.MODIFIED_FOLLOWING
    agreed = a_year(
        disbursed_on=date(2026, 1, 31),
        first_due_on=date(2026, 2, 28),
        holidays=terms.Holidays(rule),
    )

    assert rows_of(agreed)[0].due_on == date(2026, 2, 27)


def test_a_due_day_that_does_not_exist_follows_the_month_end_rule():
    ends = {"disbursed_on": date(2026, 1, 31), "instalments": 3}

    clamped = a_year(first_due_on=date(2026, 2, 28), **ends)
    rolled = a_year(
        first_due_on=date(2026, 3, 1), month_end=terms.MonthEnd.ROLL, **ends
    )

    assert [row.due_on.isoformat()[5:] for row in rows_of(clamped)] == [
        "02-28",
        "03-31",
        "04-30",
    ]
    assert [row.due_on.isoformat()[5:] for row in rows_of(rolled)] == [
        "03-01",
        "03-31",
        "05-01",
    ]


def test_riel_instalments_are_multiples_of_a_hundred_riel():
    agreed = a_year(principal=Money(4_000_000_00, Currency.KHR))

    rows = rows_of(agreed)

    assert all(row.payment.minor % 100_00 == 0 for row in rows[:-1])
    assert all(row.interest.minor % 100 == 0 for row in rows)
    assert sum(row.principal.minor for row in rows) == 4_000_000_00


def test_a_first_period_of_five_days_costs_five_days():
    late = a_year(disbursed_on=date(2026, 2, 10))

    assert rows_of(late)[0].interest == usd("1.94")


def test_flat_interest_shows_its_true_cost():
    flat = a_year(method=terms.Method.FLAT)

    assert {row.interest for row in rows_of(flat)} == {usd(12)}
    assert apr.of(flat) > Decimal("0.23")


def test_a_fee_kept_back_raises_the_true_cost():
    plain, dearer = a_year(), a_year(fees=terms.Fees(upfront=usd(24)))

    assert apr.of(plain) < Decimal("0.1269") < apr.of(dearer)


def test_terms_written_and_read_are_the_same():
    agreed = a_year(
        rate_bps=Decimal("948.22"),
        holidays=terms.Holidays(terms.HolidayRule.FOLLOWING, (date(2026, 4, 14),)),
        tranches=(
            terms.Tranche(date(2026, 1, 15), usd(1000)),
            terms.Tranche(date(2026, 3, 1), usd(200)),
        ),
        fees=terms.Fees(upfront=usd(5), instalment_bps=10),
    )

    assert terms.Terms.from_json(agreed.to_json()) == agreed


@pytest.mark.parametrize(
    ("clause", "field"),
    [
        ({"principal": usd(0)}, "principal"),
        ({"principal": Money(12_345_50, Currency.KHR)}, "principal"),
        ({"instalments": 0}, "instalments"),
        ({"instalments": -3}, "instalments"),
        ({"instalments": 5000}, "instalments"),
        ({"rate_bps": -1}, "rate_bps"),
        ({"first_due_on": date(2026, 1, 15)}, "first_due_on"),
        ({"method": terms.Method.CUSTOM, "plan": (usd(1),) * 12}, "plan"),
        ({"plan": (usd(100),) * 12}, "plan"),
        ({"method": terms.Method.BALLOON}, "balloon"),
        ({"tranches": (terms.Tranche(date(2026, 1, 15), usd(1300)),)}, "tranches"),
        ({"tranches": (terms.Tranche(date(2026, 1, 16), usd(1200)),)}, "tranches"),
        ({"grace": terms.Grace(principal=12)}, "grace.principal"),
        ({"late": terms.LateTerms(fee_bps=20_000)}, "fees"),
        ({"fees": terms.Fees(upfront=Money(100, Currency.KHR))}, "currency"),
        ({"waterfall": terms.DEFAULT_WATERFALL[:-1]}, "waterfall"),
        ({"due_dates": (date(2026, 2, 15),)}, "due_dates"),
        ({"accrual": terms.Accrual.DAILY, "method": terms.Method.FLAT}, "accrual"),
    ],
)
def test_bad_terms_are_refused_by_field(clause, field):
    with pytest.raises(TermsInvalid) as refused:
        a_year(**clause)

    assert refused.value.facts["field"] == field


def test_money_that_would_go_out_after_the_last_date_is_refused():
    parts = (
        terms.Tranche(date(2026, 1, 15), usd(600)),
        terms.Tranche(date(2027, 1, 15), usd(600)),
    )

    with pytest.raises(TermsInvalid) as refused:
        schedule.build(a_year(tranches=parts))

    assert refused.value.facts["field"] == "tranches"


def test_a_stored_field_that_is_not_known_is_refused_without_repeating_it():
    written = a_year().to_json() | {"<script>": 1}

    with pytest.raises(TermsInvalid) as refused:
        terms.Terms.from_json(written)

    assert "<script>" not in str(refused.value)


def test_evening_out_is_kept_only_when_the_last_comes_nearer():
    evened = terms.RoundingRule(evening=True)
    plain, moved = a_year(), a_year(rounding=evened)

    def gap(agreed):
        rows = rows_of(agreed)
        return abs(rows[-1].payment.minor - rows[0].payment.minor)

    assert gap(moved) <= gap(plain)
    assert replace(moved, rounding=plain.rounding) == plain


@pytest.mark.parametrize("instalments", [2, 7, 12, 36])
@pytest.mark.parametrize("method", [terms.Method.EQUAL_PRINCIPAL, terms.Method.FLAT])
def test_the_first_equal_principal_may_take_the_remainder(method, instalments):
    rule = terms.RoundingRule(remainder=terms.Remainder.FIRST)

    rows = rows_of(a_year(method=method, rounding=rule, instalments=instalments))

    assert len({row.principal for row in rows[1:]}) == 1
    assert abs(rows[0].principal_minor - rows[1].principal_minor) <= instalments


@pytest.mark.parametrize("rate_bps", [0, 700, 1834, 9999])
@pytest.mark.parametrize("instalments", [2, 7, 12, 36])
def test_the_first_of_a_level_plan_may_take_the_remainder(rate_bps, instalments):
    coarse = terms.RoundingRule(
        instalment=terms.Rounding.UP,
        instalment_step=100,
        remainder=terms.Remainder.FIRST,
    )
    agreed = a_year(rounding=coarse, rate_bps=rate_bps, instalments=instalments)

    rows = rows_of(agreed)

    grown = (1 + Decimal(rate_bps) / 120_000) ** (instalments - 1)
    assert len({row.level_minor for row in rows[1:-1]}) <= 1
    assert abs(rows[-1].level_minor - rows[1].level_minor) <= 2 * grown
    assert rows[0].level_minor <= rows[1].level_minor


def test_the_first_instalment_leaves_an_agreed_balloon_as_it_is():
    rule = terms.RoundingRule(instalment_step=1000, remainder=terms.Remainder.FIRST)
    balloon = terms.Balloon(amount=usd(600))

    rows = rows_of(a_year(method=terms.Method.BALLOON, balloon=balloon, rounding=rule))

    assert abs(rows[-1].level_minor - rows[1].level_minor - 600_00) <= 1


def test_a_remainder_is_placed_in_the_level_that_later_money_sets():
    parts = (
        terms.Tranche(date(2026, 1, 15), usd(700)),
        terms.Tranche(date(2026, 5, 1), usd(500)),
    )
    plain = terms.RoundingRule(instalment_step=500)
    first = terms.RoundingRule(instalment_step=500, remainder=terms.Remainder.FIRST)

    usual = rows_of(a_year(tranches=parts, rounding=plain))
    rows = rows_of(a_year(tranches=parts, rounding=first))

    assert rows[:3] == usual[:3]
    assert rows[3].level_minor != rows[4].level_minor
    assert abs(rows[-1].level_minor - rows[4].level_minor) <= 1


def test_evening_out_leaves_the_level_before_later_money_alone():
    parts = (
        terms.Tranche(date(2026, 1, 15), usd(700)),
        terms.Tranche(date(2026, 5, 1), usd(500)),
    )
    even = terms.RoundingRule(evening=True)

    usual = rows_of(a_year(tranches=parts))
    rows = rows_of(a_year(tranches=parts, rounding=even))

    assert rows[:3] == usual[:3]


@pytest.mark.parametrize(
    "clauses",
    [
        {
            "rounding": terms.RoundingRule(
                unrounded=True, remainder=terms.Remainder.FIRST
            )
        },
        {
            "rounding": terms.RoundingRule(remainder=terms.Remainder.FIRST),
            "method": terms.Method.BALLOON,
            "balloon": terms.Balloon(amortised_over=24),
        },
        {
            "rounding": terms.RoundingRule(evening=True),
            "method": terms.Method.BALLOON,
            "balloon": terms.Balloon(amortised_over=24),
        },
    ],
)
def test_a_remainder_that_only_the_last_can_take_is_not_given_to_others(clauses):
    with pytest.raises(TermsInvalid) as refused:
        a_year(**clauses)

    assert refused.value.facts["field"] == "rounding"
