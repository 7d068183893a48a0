"""OFX and QFX are read tolerantly, but no line is ever lost."""

import pytest

from risk.statements import StatementRefused, read_accounts

LINE = """<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20250102120000<TRNAMT>5.00
<FITID>1<NAME>Sok &amp; Sons<MEMO>Invoice 1</STMTTRN>
"""
FILE = f"""OFXHEADER:100
DATA:OFXSGML

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>77</BANKACCTFROM>
<BANKTRANLIST>
{LINE}{LINE.replace("5.00", "-2,50")}</BANKTRANLIST>
<LEDGERBAL><BALAMT>10.00<DTASOF>20250131</LEDGERBAL>
<AVAILBAL><BALAMT>9.00<DTASOF>20250131</AVAILBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def read(text: str):
    [found] = read_accounts("a.ofx", text.encode())
    return found


def test_unclosed_tags_and_decimal_commas() -> None:
    found = read(FILE)

    assert [item.amount_minor for item in found.transactions] == [500, -250]
    assert found.transactions[0].counterparty == "Sok & Sons"
    assert (found.account, found.closing) == ("77", 1000)
    assert found.transactions[0].line == 6


def test_quoted_sections_keep_their_text() -> None:
    found = read(FILE.replace("<MEMO>Invoice 1", "<MEMO><![CDATA[a <b> & c]]>"))

    assert found.transactions[0].reference == "a <b> & c"


def test_a_transfer_partner_is_not_the_account() -> None:
    partner = "<MEMO>x<BANKACCTTO><ACCTID>99</BANKACCTTO>"

    assert read(FILE.replace("<MEMO>Invoice 1", partner)).account == "77"


def test_a_pending_line_is_named_and_not_counted() -> None:
    pending = "<STMTTRNP><DTTRAN>20250131<TRNAMT>7.00<NAME>x</STMTTRNP>\n"
    found = read(
        FILE.replace(
            "<LEDGERBAL>", f"<BANKTRANLISTP>{pending}</BANKTRANLISTP><LEDGERBAL>"
        )
    )

    assert len(found.transactions) == 2
    assert [(item.line, item.why) for item in found.left_out] == [(11, "not booked")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<STMTTRN>", "<STMTTRM>", "statement_malformed"),
        ("</STMTTRN>\n<STMTTRN>", "", "statement_malformed"),
        ("<TRNAMT>5.00", "", "statement_amount_unreadable"),
        ("<TRNAMT>5.00", "<TRNAMT>5.0.0", "statement_amount_unreadable"),
        ("<DTPOSTED>20250102120000", "<DTPOSTED>20250230", "statement_date_unreadable"),
        ("<CURDEF>USD", "<CURDEF>QQQ", "statement_currency_unknown"),
        ("<MEMO>Invoice 1", "<CURRENCY><CURSYM>KHR</CURRENCY>", "statement_currencies_mixed"),
        ("</OFX>", "", "statement_cut"),
        ("<STMTRS>", "<INVSTMTRS>", "statement_other_format"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(old: str, new: str, code: str) -> None:
    with pytest.raises(StatementRefused) as refused:
        read_accounts("a.ofx", FILE.replace(old, new, 1).encode())

    assert refused.value.code == code
