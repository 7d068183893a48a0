"""Tables as banks elsewhere write them: totals, notes, codes beside amounts."""

import pytest

from risk.statements import (
    Flaw,
    ParsedStatement,
    StatementRefused,
    Verdict,
    read_accounts,
    read_statement,
)

HEAD = "Date,Description,Debit,Credit,Balance,Currency\n"
SALE = "2025-01-02,Sale,,100.00,100.00,USD\n"
RENT = "2025-01-03,Rent,40.00,,60.00,USD\n"


def read(text: str) -> ParsedStatement:
    [found] = read_accounts("table.csv", text.encode())
    return found


def moved(text: str) -> list[int]:
    return [item.amount_minor for item in read(text).transactions]


def flaws(text: str) -> dict[Flaw, tuple[int, ...]]:
    found = read_statement("table.csv", text.encode()).integrity
    return {finding.flaw: finding.lines for finding in found.findings}


@pytest.mark.parametrize(
    "said",
    ["This is a computer generated statement", "Page 1 of 2,,,,,", "*** End ***"],
)
def test_a_lone_remark_is_left_out_by_name(said: str) -> None:
    found = read(HEAD + SALE + said + "\n" + RENT)

    assert [item.amount_minor for item in found.transactions] == [10000, -4000]
    assert [(item.line, item.why) for item in found.left_out] == [(3, "remark")]


def test_a_lone_date_is_no_remark() -> None:
    with pytest.raises(StatementRefused) as refused:
        read(HEAD + SALE + "2025-01-03,,,,,\n")

    assert refused.value.line == 3


def test_a_code_beside_each_amount_names_the_currency() -> None:
    found = read("Date,Details,Money In,Money Out\n2025-01-02,Sale,USD 100.00,\n")

    assert (found.currency, found.transactions[0].amount_minor) == ("USD", 10000)


def test_totals_that_follow_from_the_lines_say_nothing() -> None:
    table = HEAD + SALE + RENT + "Total,,40.00,100.00,,\n" + "Grand total,,40,100,,\n"

    assert flaws(table) == {}


@pytest.mark.parametrize("total", ["Total,,45.00,100.00,,", "Total,,40.00,100.01,,"])
def test_totals_that_do_not_follow_are_told(total: str) -> None:
    table = "Date,Description,Debit,Credit,,Currency\n"
    table += "2025-01-02,Sale,,100.00,,USD\n2025-01-03,Rent,40.00,,,USD\n"

    found = read_statement("table.csv", (table + total + "\n").encode()).integrity

    assert found.verdict is Verdict.REVIEW
    assert (4,) in [
        one.lines for one in found.findings if one.flaw is Flaw.TOTAL_UNLIKE_LINES
    ]


def test_a_total_of_each_page_counts_its_own_lines() -> None:
    pages = SALE + "Page total,,,100.00,,\n" + RENT + "Page total,,40.00,,,\n"

    assert flaws(HEAD + pages) == {}


def test_a_debit_below_zero_among_others_gives_back() -> None:
    table = (
        HEAD
        + "2025-01-02,Buy,100.00,,-100.00,USD\n2025-01-03,Back,-40.00,,-60.00,USD\n"
    )

    assert moved(table) == [-10000, 4000]


def test_debits_that_are_all_below_zero_take_away() -> None:
    assert moved(HEAD + SALE + RENT.replace("40.00", "-40.00")) == [10000, -4000]


@pytest.mark.parametrize(
    "headings",
    [
        "Posting Date,Narration,Withdrawal Amt.,Deposit Amt.,Closing Balance,Currency",
        "Date,Text,Outflow,Inflow,Balance,Account Currency",
        "交易日期,摘要,支出,收入,余额,币种",
        "Ngày giao dịch,Diễn giải,Ghi nợ,Ghi có,Số dư,Loại tiền",
        "วันที่,รายการ,ถอน,ฝาก,คงเหลือ,สกุลเงิน",
    ],
)
def test_headings_of_neighbours(headings: str) -> None:
    found = read(f"{headings}\n{SALE}{RENT}")

    assert [item.amount_minor for item in found.transactions] == [10000, -4000]
    assert [item.reference for item in found.transactions] == ["Sale", "Rent"]


def test_who_stands_on_the_other_side_depends_on_the_side() -> None:
    found = read(
        "Date,Sender,Receiver,Direction,Amount,Currency\n"
        "2025-01-02,Sok,Me,IN,100.00,USD\n2025-01-03,Me,Dara,OUT,40.00,USD\n"
    )

    assert [item.counterparty for item in found.transactions] == ["Sok", "Dara"]


def test_two_columns_that_say_the_amount_differently_are_refused() -> None:
    table = "Date,Amount,Transaction Amount,Currency\n2025-01-02,100.00,{},USD\n"

    assert moved(table.format("100.00")) == [10000]
    with pytest.raises(StatementRefused) as refused:
        read(table.format("90.00"))
    assert (refused.value.code, refused.value.line) == ("statement_columns_alike", 1)
