"""Whoever touches a line of a statement with running balances is found out."""

import random
from datetime import date

import pytest

from risk.statements import read_statement
from risk.statements.errors import StatementBalanceBroken
from risk.statements.findings import Flaw, Verdict
from risk.statements.integrity import check
from risk.statements.parsed import (
    ParsedStatement,
    StatedBalance,
    StatementFormat,
    Transaction,
)
from risk.statements.sample import Profile, sample_statement
from tests.risk.statements import tampering

TRIES = 60
CLEAN = sample_statement(7, Profile.FAIR, months=2, ends_on=date(2025, 12, 31))
LINES = tampering.lines_of(CLEAN)


@pytest.mark.parametrize("act", tampering.ACTS)
def test_every_touched_line_is_found(act) -> None:
    chance = random.Random(act.__name__)
    for _ in range(TRIES):
        lines = list(LINES)
        act(chance, lines)

        assert tampering.is_found(lines)


def test_clean_statements_raise_no_alarm() -> None:
    for seed in range(10):
        for profile in Profile:
            content = sample_statement(seed, profile, ends_on=date(2025, 12, 31))

            assert read_statement("a.csv", content).integrity.verdict is Verdict.OK


def line(number: int, amount: int, balance: int | None = None) -> Transaction:
    day = date(2025, 1, number)
    return Transaction(number, day, day, amount, "USD", "", f"n{number}", balance)


def statement(
    *lines: Transaction, opening: int | None = None, closing: int | None = None
):
    stated = []
    if opening is not None:
        stated.append(StatedBalance(0, opening, 90))
    if closing is not None:
        stated.append(StatedBalance(len(lines), closing, 91))
    return ParsedStatement(StatementFormat.CSV, "1", "USD", lines, tuple(stated))


def flaws(parsed: ParsedStatement) -> dict[Flaw, tuple[int, ...]]:
    return {found.flaw: found.lines for found in check(parsed).findings}


def test_opening_and_lines_that_miss_the_closing_name_the_closing_line() -> None:
    assert flaws(statement(line(1, 5), opening=10, closing=16)) == {
        Flaw.BALANCE_BROKEN: (91,)
    }


def test_one_wrong_balance_names_its_line_and_the_next() -> None:
    parsed = statement(line(1, 5, 5), line(2, 5, 11), line(3, 5, 15))

    assert flaws(parsed) == {Flaw.BALANCE_BROKEN: (2, 3)}


def test_lines_that_go_back_in_time_are_reviewed() -> None:
    parsed = statement(line(2, 5, 5), line(1, 5, 10))

    assert flaws(parsed) == {Flaw.OUT_OF_ORDER: (1,)}
    assert check(parsed).verdict is Verdict.REVIEW


def test_a_statement_without_balances_proves_nothing() -> None:
    assert flaws(statement(line(1, 5), line(2, 5))) == {Flaw.NO_BALANCES: ()}
    assert flaws(statement(line(1, 5), closing=5)) == {Flaw.NO_BALANCES: ()}


def test_running_balances_are_filled_from_any_stated_one() -> None:
    parsed = statement(line(1, 5), line(2, -3), closing=12)

    assert [item.balance_after for item in parsed.with_running_balances()] == [15, 12]
    bare = statement(line(1, 5)).with_running_balances()
    assert [item.balance_after for item in bare] == [None]


def test_a_broken_file_is_refused_where_it_breaks() -> None:
    lines = list(LINES)
    del lines[50]

    with pytest.raises(StatementBalanceBroken) as refused:
        read_statement("a.csv", "\r\n".join(lines).encode())

    assert refused.value.line == 51


def test_a_value_date_years_away_is_reviewed_and_silence_only_told() -> None:
    far = line(2, 5, 10)._replace(value_on=date(2028, 1, 2))
    late = line(2, 5, 10)._replace(
        booked_on=date(2025, 6, 1), value_on=date(2025, 6, 1)
    )

    assert flaws(statement(line(1, 5, 5), far)) == {Flaw.IMPOSSIBLE_DATE: (2,)}
    assert flaws(statement(line(1, 5, 5), late)) == {Flaw.GAP: (2,)}
    assert check(statement(line(1, 5, 5), late)).verdict is Verdict.OK


def test_round_amounts_and_made_up_digits_are_told_and_judge_nothing() -> None:
    even = [line(1, 50_000)._replace(line=n, reference=str(n)) for n in range(60)]
    made_up = [
        line(1, 55_512 + n)._replace(line=n, reference=str(n)) for n in range(300)
    ]

    for lines, flaw in ((even, Flaw.ROUND_AMOUNTS), (made_up, Flaw.FIRST_DIGITS)):
        found = check(
            statement(*lines, opening=0, closing=sum(one.amount_minor for one in lines))
        )
        assert {one.flaw for one in found.findings} == {flaw}
        assert found.verdict is Verdict.OK


def test_days_that_have_not_come_are_impossible() -> None:
    read = read_statement("a.csv", CLEAN)

    assert read.as_seen_on(date(2025, 12, 31)) is read
    early = read.as_seen_on(date(2025, 12, 1))
    assert early.integrity.verdict is Verdict.REVIEW
    assert early.integrity.findings[-1].flaw is Flaw.IMPOSSIBLE_DATE
