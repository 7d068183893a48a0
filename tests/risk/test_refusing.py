"""A refusal names what is broken and the fact behind it, in both languages."""

from datetime import date, timedelta

import pytest

from ledger.money import Currency
from risk.cashflow import Invoice
from risk.decision import (
    Limit,
    LimitKind,
    Policy,
    Security,
    SecurityKind,
    is_hard,
)
from risk.limits import share_limit
from risk.pricing import Costs
from risk.receivables import Bills
from risk.statements.sample import Profile
from tests.risk.test_decision import AS_OF, assess, source

COSTS = Costs(
    funds_bps=800,
    servicing_bps=300,
    margin_bps=200,
    capital_return_bps=1000,
    lgd_bps=6000,
    guarantee_lgd_bps=1500,
    receivables_lgd_bps=2500,
)


@pytest.mark.parametrize("kind", LimitKind)
def test_a_full_limit_refuses_even_the_best_and_tells_the_room(kind) -> None:
    full = Limit(kind, used_minor=1_960_050, most_minor=2_000_000)

    found = assess(source(1, Profile.STRONG), limits=(full,))

    rule, fact = found.reasons[:2]
    assert rule.code == f"limit_{kind.value}"
    assert "USD 399" in rule.change_en
    assert "USD 399" in rule.change_km
    assert "USD 19,600" in fact.en
    assert fact.code == "limit_in_use"
    assert is_hard(rule.code)


def test_a_limit_with_room_changes_nothing() -> None:
    roomy = Limit(LimitKind.SECTOR, used_minor=0, most_minor=500_000)

    assert assess(source(1, Profile.STRONG), limits=(roomy,)).outcome == "accept"


@pytest.mark.parametrize(("late_of_ten", "outcome"), [(5, "accept"), (6, "refuse")])
def test_customers_who_mostly_owe_for_long_refuse_and_no_invoices_say_nothing(
    late_of_ten: int, outcome: str
) -> None:
    young, old = (AS_OF - timedelta(days=days) for days in (40, 200))
    bills = tuple(
        Invoice("A", 100, day, day + timedelta(days=30))
        for day in [old] * late_of_ten + [young] * (10 - late_of_ten)
    )

    found = assess(source(1, Profile.STRONG), bills=Bills(("aa",), bills))
    silent = assess(source(1, Profile.STRONG))

    assert found.outcome == outcome
    assert found.to_json()["invoices_sha256"] == ["aa"]
    if outcome == "refuse":
        assert [one.code for one in found.reasons[:2]] == [
            "customers_owe_long",
            "old_bills_seldom_paid",
        ]
        assert "60%" in found.reasons[0].en
        assert "60%" in found.reasons[0].km
        assert not is_hard("customers_owe_long")
    assert silent.outcome == "accept"
    assert "invoices_sha256" not in silent.to_json()


def test_a_share_is_counted_only_above_the_floor() -> None:
    young, grown = (
        share_limit(
            LimitKind.SECTOR, 0, book_minor=book, share_bps=3000, floor_minor=1000
        )
        for book in (1_000, 100_001)
    )

    assert (young.most_minor, grown.most_minor) == (1_000, 30_000)
    assert Limit.from_json(grown.to_json()) == grown


def test_without_sales_nothing_can_be_paid() -> None:
    spender = source(1, Profile.STRONG)
    lines = tuple(
        line for line in spender.statement.transactions if line.amount_minor < 0
    )
    object.__setattr__(spender.statement, "transactions", lines)

    codes = [reason.code for reason in assess(spender).reasons]

    assert codes[0] == "no_sales_seen"
    assert "means_unknown" in codes


@pytest.mark.parametrize(
    ("changed", "first", "second"),
    [
        ({"amount": 30_000_000}, "instalment_not_affordable", "instalment_share"),
        ({"as_of": date(2026, 5, 1)}, "records_out_of_date", "present_sales_unseen"),
    ],
)
def test_one_broken_rule_of_a_strong_firm_has_two_true_sentences(
    changed, first: str, second: str
) -> None:
    uncapped = Policy(COSTS, cap_bps=None)

    found = assess(source(1, Profile.STRONG), policy=uncapped, **changed)

    codes = [reason.code for reason in found.reasons]
    assert codes[0] == first
    assert any(code.startswith(second) for code in codes[1:])
    assert len(codes) == len(set(codes)) >= 2
    assert all("{" not in reason.en + reason.change_km for reason in found.reasons)


@pytest.mark.parametrize(
    ("security", "lgd_bps"),
    [
        (None, 6000),
        (Security(SecurityKind.GUARANTEE, 5_000), 3750),
        (Security(SecurityKind.RECEIVABLES, 10_000), 2500),
        (Security(SecurityKind.GUARANTEE, 1), 6000),
    ],
)
def test_security_replaces_the_loss_of_what_it_covers(security, lgd_bps: int) -> None:
    assert COSTS.secured_by(security).lgd_bps == lgd_bps


def test_a_security_is_priced_in() -> None:
    behind = Security(SecurityKind.GUARANTEE, 8_000)

    plain, secured = (
        assess(source(2, Profile.FAIR), security=known) for known in (None, behind)
    )

    assert secured.rate_bps < plain.rate_bps
    assert secured.to_json()["security"] == {"kind": "guarantee", "cover_bps": 8_000}
    assert secured.currency is Currency.USD
