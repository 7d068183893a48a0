"""What nobody should upload, and what is only unusual, gets an answer that helps."""

import json
import tracemalloc
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from typer.testing import CliRunner

from api.cli.score import app
from risk.statements import MAX_BYTES, StatementRefused, read_accounts, read_statement
from risk.statements.errors import StatementRefused as Base
from risk.statements.errors import StatementTooLarge

PO = Path(__file__).parents[3] / "api/locale/km/LC_MESSAGES/problems.po"
HEAD = "Date,Details,Amount,Balance,Ccy\n"
CODES = [f"{a}{b}D" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJ"]


def told(content: bytes) -> tuple[str, int]:
    with pytest.raises(StatementRefused) as refused:
        read_statement("a.csv", content)
    return refused.value.code, refused.value.line


def test_a_hundred_currencies_are_refused_at_the_last_new_one() -> None:
    rows = [f"2025-01-02,Sale,5.00,,{code}" for code in CODES]

    assert told((HEAD + "\n".join(rows) + "\n").encode()) == (
        "statement_currencies_mixed",
        101,
    )


def test_one_line_is_a_statement() -> None:
    found = read_statement("a.csv", (HEAD + "2025-01-02,Sale,5.00,5.00,USD\n").encode())

    assert len(found.parsed.transactions) == 1


def test_ten_years_are_read_whole() -> None:
    first = date(2016, 1, 1)
    rows = [
        f"{first + timedelta(days=n)},Sale,1.00,{n + 1}.00,USD" for n in range(3653)
    ]

    [found] = read_accounts("a.csv", (HEAD + "\n".join(rows) + "\n").encode())

    assert len(found.transactions) == 3653
    assert found.transactions[-1].booked_on == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEAD.encode("utf-16-le"), "statement_binary"),
        ((HEAD + "2025-01-02,a\0b,5.00,5.00,USD\n").encode("utf-16"), "statement_binary"),
        (b"Date," * 101 + HEAD.encode() + b"2025-01-02,Sale,5.00,5.00,USD\n",
         "statement_columns_unknown"),
        (HEAD.encode() + b"2025-01-02,=2+3,=5+5,5.00,USD\n", "statement_amount_unreadable"),
        (HEAD.encode() + b"2025-01-02,Sale,\xff\xfe,5.00,USD\n", "statement_amount_unreadable"),
    ],
    ids=["no mark", "zeros in UTF-16", "a heading without end", "formulas", "no text"],
)  # fmt: skip
def test_what_is_no_number_is_not_worked_out(content: bytes, code: str) -> None:
    assert told(content)[0] == code


def test_a_formula_in_words_stays_words() -> None:
    [found] = read_accounts(
        "a.csv", (HEAD + "2025-01-02,=cmd(),5.00,5.00,USD\n").encode()
    )

    assert found.transactions[0].reference == "=cmd()"


def kinds(kind: type[Base]) -> list[type[Base]]:
    return [kind, *(other for child in kind.__subclasses__() for other in kinds(child))]


@pytest.mark.parametrize("kind", kinds(Base), ids=lambda kind: kind.code)
def test_every_refusal_says_in_khmer_too_what_to_do(kind: type[Base]) -> None:
    with PO.open("rb") as file:
        catalog = read_po(file, locale="km")

    message = catalog.get(kind.message)

    assert message is not None
    assert "{file}" in str(message.string)


def test_two_gigabytes_are_refused_without_being_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(2 * 1024**3)
    tracemalloc.start()

    done = CliRunner().invoke(app, ["score", str(huge)])

    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    [told] = json.loads(done.output)["files"]
    assert (done.exit_code, told["sha256"]) == (1, None)
    assert told["refused"]["code"] == "statement_too_large"
    assert most < 3 * MAX_BYTES
    with PO.open("rb") as catalogue:
        khmer = read_po(catalogue, "km")
    assert khmer.get(StatementTooLarge.message).string
