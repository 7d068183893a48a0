from datetime import date

import pytest

from finance import rulepacks
from finance.rulepacks import NoRuleInForce, RulePackBroken
from ledger.errors import InvariantBroken, NotFound
from ledger.money import Currency, Money

DAY = date(2026, 3, 1)

TWO_RATES = """
[[rule]]
key = "fee"
unit = "bps"
value = 100
from = 2020-01-01
until = 2025-01-01
source = "First tariff."
verified = true

[[rule]]
key = "fee"
unit = "bps"
value = 200
from = 2026-01-01
source = "Second tariff."
verified = true
"""


def test_a_rule_is_the_one_in_force_on_the_day() -> None:
    pack = rulepacks.read("xx", TWO_RATES)

    assert pack.bps("fee", on=date(2024, 12, 31)) == 100
    assert pack.bps("fee", on=date(2026, 1, 1)) == 200


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2025, 1, 1)])
def test_no_rule_in_force_is_refused_not_guessed(day: date) -> None:
    pack = rulepacks.read("xx", TWO_RATES)

    with pytest.raises(NoRuleInForce):
        pack.bps("fee", on=day)


def test_a_rule_is_not_read_in_another_unit() -> None:
    with pytest.raises(InvariantBroken):
        rulepacks.read("xx", TWO_RATES).days("fee", on=DAY)


def test_an_unknown_key_is_our_mistake_not_the_callers() -> None:
    with pytest.raises(InvariantBroken):
        rulepacks.load("kh").bps("no_such_rule", on=DAY)


def test_an_unknown_market_is_refused() -> None:
    with pytest.raises(NotFound):
        rulepacks.load("zz")


def test_a_market_name_cannot_leave_the_folder() -> None:
    with pytest.raises(NotFound):
        rulepacks.load("../rulepacks/kh")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("until = 2025-01-01", "until = 2026-06-01"),
        ("until = 2025-01-01\n", ""),
        ("until = 2025-01-01", "until = 2020-01-01"),
        ('source = "First tariff."\n', ""),
        ('source = "First tariff."', 'source = " "'),
        ("value = 100", "value = 1.5"),
        ("value = 100", "value = true"),
        ("value = 100", "value = -1"),
        ('unit = "bps"', 'unit = "percent"'),
        ('unit = "bps"', 'unit = "minor"'),
        ("verified = true", 'verified = "yes"'),
        ("value = 100", "value = 100\nvlaue = 2"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(old: str, new: str) -> None:
    assert old in TWO_RATES

    with pytest.raises(RulePackBroken):
        rulepacks.read("xx", TWO_RATES.replace(old, new, 1))


def test_cambodia_has_the_rules_the_notes_name() -> None:
    pack = rulepacks.load("kh")

    assert pack.days("reflection_period", on=DAY) == 4
    assert pack.bps("apr_cap", on=DAY) == 1800
    assert pack.bps("interest_tax_resident", on=DAY) == 1500
    assert pack.bps("interest_tax_non_resident", on=DAY) == 1400
    assert pack.bps("interest_tax_domestic_bank", on=DAY) == 0
    assert pack.days("default_after", on=DAY) == 90
    assert pack.money("pledge_min", Currency.USD, on=DAY) == Money(1000, Currency.USD)


def test_the_rate_cap_did_not_bind_the_day_before_it_began() -> None:
    with pytest.raises(NoRuleInForce):
        rulepacks.load("kh").bps("apr_cap", on=date(2017, 3, 31))


def test_short_loans_reach_each_class_sooner_than_long_ones() -> None:
    pack = rulepacks.load("kh")
    long = pack.classes("loan_classes_long", on=DAY)
    short = pack.classes("loan_classes_short", on=DAY)

    assert [c.name for c in long] == [c.name for c in short]
    pairs = list(zip(short, long, strict=True))[1:]
    assert all(quick.from_days < slow.from_days for quick, slow in pairs)
    assert all(quick.provision_bps == slow.provision_bps for quick, slow in pairs)


def test_every_amount_of_cambodia_can_be_paid_in_cash_units() -> None:
    pack = rulepacks.load("kh")
    amounts = [rule for rule in pack.rules if rule.currency is not None]

    assert {rule.currency for rule in amounts} == set(Currency)
    for rule in amounts:
        assert rule.currency is not None
        pack.money(rule.key, rule.currency, on=DAY).require_settleable()
