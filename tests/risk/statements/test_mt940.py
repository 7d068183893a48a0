"""MT940 and MT942 are read with the library, and counted beside it."""

import logging

import pytest

from risk.statements import StatementRefused, Verdict, read_accounts
from risk.statements.integrity import check

FILE = """:20:A1
:25:000112345678
:28C:1/1
:60F:C250101USD100,00
:61:2501020102C25,50NTRFREF1//BANK1
:86:/NAME/Sok Heng/REMI/Invoice 7
:61:2501030103D5,NCHGREF2
:86:Service fee
:62F:C250103USD120,50
-
"""


def read(text: str):
    [found] = read_accounts("a.sta", text.encode())
    return found


def refusal(text: str) -> tuple[str, int]:
    with pytest.raises(StatementRefused) as refused:
        read_accounts("a.sta", text.encode())
    return refused.value.code, refused.value.line


def test_lines_balances_and_source_lines() -> None:
    found = read(FILE)

    assert [(item.line, item.amount_minor) for item in found.transactions] == [
        (5, 2550),
        (7, -500),
    ]
    assert (found.opening, found.closing) == (10000, 12050)
    assert "Invoice 7" in found.transactions[0].reference
    assert check(found).verdict is Verdict.OK


def test_blocks_of_one_account_are_joined_and_their_gap_is_seen() -> None:
    later = FILE.replace("USD120,50\n-", "USD141,00\n-")
    later = later.replace("C250101USD100,00", "C250104USD120,50")
    later = later.replace("01020102C", "01050105C").replace("01030103D", "01060106D")

    assert check(read(FILE + later)).verdict is Verdict.OK
    gap = later.replace("C250104USD120,50", "C250104USD130,50")
    assert [found.lines[0] for found in check(read(FILE + gap)).findings] == [14]


def test_a_mark_the_standard_does_not_know_is_refused() -> None:
    assert refusal(FILE.replace("0103D5", "0103ED5")) == ("statement_malformed", 7)


def test_the_line_that_cannot_be_read_is_named() -> None:
    assert refusal(FILE.replace("0103D5,", "0103Dxx")) == ("statement_malformed", 7)


def test_a_line_outside_the_balances_is_refused() -> None:
    assert refusal(FILE + ":61:2501050105C1,NTRFX\n") == ("statement_malformed", 11)


def test_an_interim_report_is_held_against_its_count() -> None:
    interim = (
        ":20:A\n:25:1\n:28C:1\n:34F:USD0,\n:13D:2501031730+0700\n"
        ":61:2501030103D5,NCHGREF2\n:90D:1USD5,\n"
    )

    assert len(read(interim).transactions) == 1
    assert refusal(interim.replace(":90D:1", ":90D:2")) == ("statement_malformed", 6)


def test_what_cannot_be_read_is_not_written_to_the_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        refusal(FILE.replace("0103D5,", "0103Dsecret"))

    assert "secret" not in caplog.text + "".join(capfd.readouterr())
