"""Files of one account agree where they overlap; the same lines never count twice."""

from datetime import date

from risk.statements import Flaw, Profile, compare, merge_accounts, read_accounts
from risk.statements.parsed import ParsedStatement
from risk.statements.sample import sample_statement

LINES = (
    sample_statement(3, Profile.FAIR, months=4, ends_on=date(2025, 12, 31))
    .decode("utf-8-sig")
    .split("\r\n")
)
HEAD, BODY = LINES[:4], LINES[4:-2]


def file_of(lines: list[str], *, named: bool = True) -> ParsedStatement:
    head = [HEAD[1], HEAD[3]] if not named else [HEAD[0], HEAD[1], HEAD[3]]
    [found] = read_accounts("a.csv", "\r\n".join([*head, *lines, ""]).encode())
    return found


def test_files_that_overlap_and_agree_raise_no_doubt_and_count_once() -> None:
    first, second = file_of(BODY[:60]), file_of(BODY[40:])

    assert compare([first, second]) == ()
    [merged] = merge_accounts([first, second])
    assert len(merged) == len(BODY)


def test_a_line_left_out_of_one_of_two_files_is_named() -> None:
    whole, cut = file_of(BODY[:60]), file_of([*BODY[20:40], *BODY[41:]])

    [found] = compare([whole, cut])

    assert found.flaw is Flaw.FILES_DISAGREE
    assert found.lines


def test_the_same_file_without_its_account_number_does_not_double_the_sales() -> None:
    named, bare = file_of(BODY), file_of(BODY[5:], named=False)

    [found] = compare([named, bare])
    accounts = merge_accounts([named, bare])

    assert found.flaw is Flaw.TOLD_BY_TWO_FILES
    assert [len(lines) for lines in accounts] == [len(BODY)]


def test_two_accounts_stay_two() -> None:
    other = sample_statement(9, Profile.STRONG, months=4, ends_on=date(2025, 12, 31))
    [second] = read_accounts("b.csv", other)

    assert compare([file_of(BODY), second]) == ()
    assert len(merge_accounts([file_of(BODY), second])) == 2
