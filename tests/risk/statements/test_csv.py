"""CSV tables of banks, wallets and tills are understood whatever their make."""

from datetime import date

import pytest

from risk.statements import StatementRefused, read_accounts, read_statement
from risk.statements.findings import Verdict
from risk.statements.integrity import check


def read(text: str, encoding: str = "utf-8"):
    [found] = read_accounts("table.csv", text.encode(encoding))
    return found


def told(text: str) -> tuple[str, int]:
    with pytest.raises(StatementRefused) as refused:
        read_statement("table.csv", text.encode())
    return refused.value.code, refused.value.line


PLAIN = """Date,Description,Debit,Credit,Balance,Currency
2025-01-02,Sale,,100.00,100.00,USD
2025-01-03,Rent,40.00,,60.00,USD
"""


def test_two_columns_for_what_came_and_went() -> None:
    found = read(PLAIN)

    assert [item.amount_minor for item in found.transactions] == [10000, -4000]
    assert (found.opening, found.closing) == (0, 6000)
    assert check(found).verdict is Verdict.OK


def test_khmer_headings_digits_and_riel() -> None:
    found = read(
        "កាលបរិច្ឆេទ,ឈ្មោះ,បរិយាយ,ប្រាក់ចូល (KHR),ប្រាក់ចេញ (KHR),សមតុល្យ\n"
        '០២/០១/២០២៥,សុខ,លក់,"៤០០,០០០",,"១,៤០០,០០០"\n'
        '០៣/០១/២០២៥,ដារ៉ា,ថ្លៃឈ្នួល,,"១០០,០០០","១,៣០០,០០០"\n'
    )

    assert found.currency == "KHR"
    assert [item.amount_minor for item in found.transactions] == [
        40_000_000,
        -10_000_000,
    ]
    assert found.transactions[0].counterparty == "សុខ"
    assert check(found).verdict is Verdict.OK


def test_newest_first_is_turned_round_and_keeps_source_lines() -> None:
    lines = PLAIN.splitlines()
    found = read("\n".join([lines[0], lines[2], lines[1]]) + "\n")

    assert [item.booked_on.day for item in found.transactions] == [2, 3]
    assert [item.line for item in found.transactions] == [3, 2]
    assert check(found).verdict is Verdict.OK


def test_newest_first_within_one_day_is_known_by_the_balance() -> None:
    found = read(
        "Date,Amount,Balance,Currency\n2025-01-02,-40,60,USD\n2025-01-02,100,100,USD\n"
    )

    assert [item.amount_minor for item in found.transactions] == [10000, -4000]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    found = read(PLAIN.replace(",", delimiter), encoding)

    assert len(found.transactions) == 2


def test_windows_encoding_of_french_headings() -> None:
    found = read(
        "Date opération;Libellé;Débit;Crédit;Devise\n02/01/2025;Café;4,50;;EUR\n",
        "cp1252",
    )

    assert found.transactions[0].amount_minor == -450
    assert found.transactions[0].reference == "Café"


def test_two_equal_lines_that_the_balance_confirms_are_both_real() -> None:
    found = read(
        "Date,Details,Amount,Balance,Ccy\n"
        "2025-01-02,Sale,5.00,5.00,USD\n2025-01-02,Sale,5.00,10.00,USD\n"
    )

    assert len(found.transactions) == 2
    assert check(found).verdict is Verdict.OK


def test_two_equal_lines_without_balances_are_for_a_person_to_look_at() -> None:
    found = read(
        "Date,Details,Amount,Ccy\n2025-01-02,Sale,5.00,USD\n2025-01-02,Sale,5.00,USD\n"
    )

    flaws = {item.flaw.value: item.lines for item in check(found).findings}
    assert flaws == {"no_balances": (), "duplicate_lines": (2, 3)}


def test_letterhead_totals_and_page_headings_are_named_not_counted() -> None:
    found = read(
        "ABC Bank Plc.,,,\nAccount No: 000123456,,,\nCurrency: USD,,,\n"
        "Opening Balance: 10.00,,,\nDate,Details,Amount,Balance\n"
        "2025-01-02,Sale,5.00,15.00\nDate,Details,Amount,Balance\n"
        "2025-01-03,Sale,6.00,21.00\nTotal,,11.00,\nClosing Balance,,,21.00\n"
    )

    assert [item.line for item in found.transactions] == [6, 8]
    assert (found.opening, found.closing, found.currency) == (1000, 2100, "USD")
    assert found.account == "000123456"
    assert {item.why for item in found.left_out} == {"heading", "total", "closing"}
    assert check(found).verdict is Verdict.OK


def test_a_dated_opening_row_is_a_balance_and_no_income() -> None:
    found = read(
        "Date,Details,Money In,Money Out,Balance,Ccy\n"
        "01/01/2025,Opening balance,,,50.00,USD\n02/01/2025,Sale,5.00,,55.00,USD\n"
    )

    assert len(found.transactions) == 1
    assert found.opening == 5000


def test_a_description_that_runs_over_two_rows_is_joined() -> None:
    found = read(
        "Date,Details,Amount,Balance,Ccy\n2025-01-02,Invoice,5.00,5.00,USD\n"
        ",number 7,,,\n2025-01-03,Sale,6.00,11.00,USD\n"
    )

    assert [item.reference for item in found.transactions] == [
        "Invoice number 7",
        "Sale",
    ]


def test_a_wallet_table_with_sides_and_states() -> None:
    found = read(
        "Transaction ID,Date Time,Sender/Receiver,Dr/Cr,Amount,Currency,Status\n"
        "7,2025-01-02 08:00,Dara,CR,5.00,USD,Success\n"
        "8,2025-01-02 09:00,Bopha,DR,2.00,USD,Success\n"
        "9,2025-01-02 09:30,Bopha,DR,2.00,USD,Failed\n"
    )

    assert [item.amount_minor for item in found.transactions] == [500, -200]
    assert [(item.line, item.why) for item in found.left_out] == [(4, "not completed")]


def test_a_mobile_bank_table_with_money_in_and_money_out() -> None:
    found = read(
        "Transaction Date,Transaction Details,Money In,Ccy,Money Out,Ccy,Balance,Ccy\n"
        '"Jan 02, 2025",RECEIVED FROM DARA,120.00,USD,,,620.00,USD\n'
        '"Jan 03, 2025",PAYMENT TO BOPHA,,,20.50,USD,599.50,USD\n'
    )

    assert [item.amount_minor for item in found.transactions] == [12000, -2050]
    assert found.currency == "USD"
    assert check(found).verdict is Verdict.OK


def test_a_wallet_table_with_fees_on_top() -> None:
    found = read(
        "Date,Transaction ID,Transaction Type,Sender,Amount,Fee,Currency,Balance\n"
        "02-01-2025 10:00,T1,Received,Sok,50000,0,KHR,150000\n"
        "02-01-2025 11:00,T2,Sent,Bopha,20000,500,KHR,129500\n"
    )

    assert [item.amount_minor for item in found.transactions] == [5_000_000, -2_050_000]
    assert check(found).verdict is Verdict.OK


def test_a_wallet_table_with_fees_already_inside() -> None:
    found = read(
        "Date,Type,Amount,Fee,Currency,Balance\n"
        "2025-01-02,Received,500,0,USD,1500\n2025-01-02,Sent,205,5,USD,1295\n"
    )

    assert [item.amount_minor for item in found.transactions] == [50000, -20500]
    assert check(found).verdict is Verdict.OK


def test_a_transfer_export_with_hashes() -> None:
    found = read(
        "Created At,Type,From,Amount,Currency,Hash,Memo\n"
        "2025-01-02T08:00:00Z,Received,sok@bank,12.5,USD,ab12,KHQR\n"
        "2025-01-03T08:00:00Z,Sent,me@bank,2.5,USD,cd34,Rent\n"
    )

    assert [item.amount_minor for item in found.transactions] == [1250, -250]
    assert found.transactions[0].reference == "KHQR ab12"


def test_a_kind_that_is_no_side_leaves_signed_amounts_alone() -> None:
    found = read(
        "Date,Type,Amount,Currency\n2025-01-02,POS,-3,USD\n2025-01-02,Transfer,4,USD\n"
    )

    assert [item.amount_minor for item in found.transactions] == [-300, 400]


def test_cells_that_no_heading_names_are_refused() -> None:
    text = "Date,Details,Amount,Ccy\n2025-01-02,Sale, big,5.00,USD\n"

    assert told(text) == ("statement_malformed", 2)


def test_month_first_dates_are_known_from_the_file() -> None:
    found = read("Date,Amount,Ccy\n01/15/2025,5,USD\n02/01/2025,6,USD\n")

    assert [item.booked_on for item in found.transactions] == [
        date(2025, 1, 15),
        date(2025, 2, 1),
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("Date,Amount,Ccy\n2025-01-02,12..3,USD\n", "statement_amount_unreadable", 2),
        ("Date,Amount,Ccy\n2025-02-30,12,USD\n", "statement_date_unreadable", 2),
        ("Date,Amount,Ccy\n2025-01-02,12,USD\n2025-01-03,12,EUR\n",
         "statement_currencies_mixed", 3),
        ("Date,Amount,Ccy\n2025-01-02,12,THB\n", "statement_currency_unknown", 1),
        ("Date,Amount,Ccy\n2025-01-02,12,Q7\n", "statement_currency_unknown", 2),
        ("Date,Amount\n2025-01-02,12\n", "statement_currency_unknown", 1),
        ("Date,Amount,Ccy\n2025-01-02,12,USD\n2025-01-0", "statement_cut", 3),
        ('Date,Note,Amount,Ccy\n2025-01-02,"open,12,USD\n', "statement_cut", 2),
        ("Date,Debit,Credit,Ccy\n2025-01-02,1,2,USD\n", "statement_amount_unreadable", 2),
        ("Date,Amount,Ccy\n", "statement_without_lines", 0),
        ("hello\nworld\n", "statement_other_format", 0),
        ("a,b\n1,2\n", "statement_columns_unknown", 0),
        ("Date,Account,Amount,Ccy\n2025-01-02,1,1,USD\n2025-01-02,2,1,USD\n",
         "statement_many_accounts", 3),
        (PLAIN.replace("60.00,USD", "61.00,USD"), "statement_balance_broken", 3),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, code: str, line: int) -> None:
    assert told(text) == (code, line)
