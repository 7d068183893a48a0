"""Money that runs in circles or comes just before the day is seen; honest money is not."""

from datetime import date

import pytest

from risk.cashflow import screen_conduct
from risk.statements import Flaw, Profile, merge_accounts, read_statement
from risk.statements.sample import sample_statement
from tests.risk.cashflow.builders import AS_OF, before, running


def flaws(*accounts) -> set[Flaw]:
    return {found.flaw for found in screen_conduct(accounts, AS_OF)}


def test_money_between_own_accounts_is_no_sale() -> None:
    first = [before(60 - n, -1_000 - n, "Payment") for n in range(0, 30, 10)]
    second = [before(59 - n, 1_000 + n, "Sale") for n in range(0, 30, 10)]

    assert flaws(first, second) == {Flaw.CIRCULAR_TRANSFERS}
    assert flaws(first) == flaws(second) == set()


def test_money_that_comes_back_from_whom_it_went_to_is_no_sale() -> None:
    lines = [
        line
        for n in (50, 40, 30)
        for line in (
            before(n, -5_000, "x", who="Dara"),
            before(n - 2, 5_000, "Sale", who="DARA"),
        )
    ]

    assert flaws(lines) == {Flaw.CIRCULAR_TRANSFERS}
    assert (
        flaws(
            [
                line._replace(counterparty=f"{n}x")
                for n, line in zip("abcdef", lines, strict=True)
            ]
        )
        == set()
    )


def test_a_window_dressed_before_the_day_is_seen() -> None:
    usual = [before(n, 100) for n in range(150, 14, -5)]

    dressed = running(*usual, before(3, 20_000))
    paid_back = running(*usual, before(400, 90_000), before(3, 20_000))

    assert flaws(dressed) == {Flaw.WINDOW_DRESSING}
    assert flaws(running(*usual)) == flaws(paid_back) == set()


def test_what_comes_on_the_day_itself_is_not_seen() -> None:
    usual = running(*(before(n, 100) for n in range(150, 14, -5)), before(0, 20_000))

    assert flaws(usual) == set()


@pytest.mark.parametrize("profile", Profile)
def test_honest_sample_firms_raise_no_doubt(profile: Profile) -> None:
    for seed in range(5):
        content = sample_statement(seed, profile, ends_on=date(2025, 12, 31))
        read = read_statement("a.csv", content)

        assert flaws(*merge_accounts([read.parsed])) == set()
