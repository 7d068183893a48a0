"""Whatever is no statement is refused by name, and the refusal says what to do."""

import pytest

from risk.statements import MAX_BYTES, StatementRefused, read_statement
from risk.statements.errors import shown_file_name

MT940 = (
    b":20:A\n:25:1\n:60F:C250101USD10,00\n:61:250102C5,00NTRF\n:62F:C250102USD15,00\n"
)
BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><Document>&b;</Document>"""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "statement_empty"),
        (b" \r\n\t\n", "statement_empty"),
        (b"\xef\xbb\xbf\n", "statement_empty"),
        (bytes(range(256)) * 4, "statement_binary"),
        (b"\x89PNG\r\n\x1a\n\0\0", "statement_binary"),
        (b"%PDF-1.7 text", "statement_other_format"),
        (b'{"a": 1}', "statement_other_format"),
        (b"<html><body>Statement</body></html>", "statement_other_format"),
        (b"Dear sir, please find the statement", "statement_other_format"),
        (BOMB, "statement_unsafe"),
        (BOMB.replace(b'<?xml version="1.0"?>', b"<OFX>"), "statement_unsafe"),
        (b"a" * (MAX_BYTES + 1), "statement_too_large"),
        (MT940[:-25], "statement_cut"),
        (MT940[20:], "statement_cut"),
        (MT940.replace(b"USD15", b"USD16"), "statement_balance_broken"),
        (MT940.replace(b"USD", b"THB"), "statement_currency_unknown"),
        (MT940.replace(b"USD", b"U$D"), "statement_currency_unknown"),
        (MT940.replace(b"C5,00", b"C5;00"), "statement_malformed"),
        (b"<Document><BkToCstmrStmt><Stmt><Ntry>", "statement_cut"),
        (b"<Document><a></b></Document>", "statement_malformed"),
        (b"OFXHEADER:100\n<OFX><BANKMSGSRSV1><STMTRS>", "statement_cut"),
    ],
)
def test_it_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(StatementRefused) as refused:
        read_statement("books/my.file", content)

    assert refused.value.code == code
    assert str(refused.value).startswith("my.file")
    assert str(refused.value).endswith(".")


def test_entities_in_another_encoding_do_not_expand() -> None:
    content = BOMB.decode().replace('<?xml version="1.0"?>', "").encode("utf-16")

    with pytest.raises(StatementRefused):
        read_statement("bomb.xml", content)


def test_the_refusal_repeats_nothing_of_the_file() -> None:
    content = b"Date,Amount,Ccy\n2025-01-02,secret-amount,USD\n"

    with pytest.raises(StatementRefused) as refused:
        read_statement("a.csv", content)

    assert "secret" not in str(refused.value)
    assert set(refused.value.facts) == {"file", "line"}


def test_a_file_name_is_shown_without_folders_or_control_characters() -> None:
    assert shown_file_name("../../etc/\x1b[31mpasswd\n") == "[31mpasswd"
    assert shown_file_name("C:\\Users\\sok\\បញ្ជី.csv") == "បញ្ជី.csv"
    assert shown_file_name("") == "the file"
    assert len(shown_file_name("x" * 500)) == 80
