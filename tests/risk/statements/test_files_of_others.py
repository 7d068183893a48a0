"""Every file of other projects is read completely, or refused with a reason."""

from pathlib import Path

import pytest

from risk.statements import (
    ParsedStatement,
    StatementRefused,
    read_accounts,
    read_statement,
)
from risk.statements.findings import Verdict
from risk.statements.integrity import check

ROOT = Path(__file__).parents[3]
OURS = ROOT / "tests" / "data" / "statements"
SHARED = ROOT.parent / "shared" / "data" / "statements"

# File, account, currency, lines, opening, closing in minor units, verdict.
READ = [
    ("mt940/citi_usd.sta", "123456789", "USD", 5, 1737667, 1623392, "ok"),
    ("mt940/asnb.sta", "NL81ASNB9999999999", "EUR", 8, 44429, 50123, "ok"),
    ("mt940/mbank.sta", "PL29114010810000267002001002", "PLN", 3, 40, 43, "ok"),
    ("mt940/february_30.sta", "12345678/1020304050", "EUR", 1, 120000, 119400, "ok"),
    ("mt940/rabobank-iban.sta", "NL71RABO0123456789", "EUR", 4, 100000, 93000, "ok"),
    ("mt940/mt942.sta", "GJB0291077111", "EUR", 1, None, None, "review"),
    ("mt940/knab.sta", "123456789", "EUR", 3, 0, 79898, "reject"),
    ("mt940/whitespace.sta", "12345678/1020304050", "EUR", 1, 1234512, 1234598, "reject"),
    ("camt/usd.xml", "000112345678", "USD", 2, 120000, 183050, "ok"),
    ("camt/camt.053.001.02.xml", "50000000054910000003", "SEK", 3, 50000000, 43567850, "ok"),
    ("camt/camt053_no_namespace.xml", "GB29NWBK60161331926819", "GBP", 1, 10000, 35000, "ok"),
    ("ofx/checking.ofx", "1452687~7", "USD", 3, None, 10099, "review"),
    ("ofx/sample.ofx", "BE4455667788", "EUR", 2, None, None, "review"),
    ("ofx/sample.qfx", "123456789", "USD", 1, None, None, "review"),
    ("ofx/suncorp.ofx", "123456789", "AUD", 1, None, 123412, "review"),
    ("ofx/ofx-v102-empty-tags.ofx", "12345678", "AUD", 1, None, None, "review"),
    ("ofx/empty_balance.ofx", "192639749", "CAD", 1, None, None, "review"),
    ("csv/sample_statement.csv", "DE123456789", "EUR", 2, 250000, 380000, "ok"),
    ("csv/csv_european_decimals.csv", "DE89370400440532013000", "EUR", 3, None, None, "review"),
    ("csv/csv_french_headers.csv", "", "EUR", 3, None, None, "review"),
    ("csv/csv_spanish_headers.csv", "ES9121000418450200051332", "EUR", 3, None, None, "review"),
]  # fmt: skip
REFUSED = [
    ("mt940/empty_entry_date.sta", "statement_cut", 1),
    ("mt940/multiline.sta", "statement_malformed", 38),
    ("camt/camt053_garbled_amount.xml", "statement_amount_unreadable", 17),
    ("camt/pain.001.001.03.xml", "statement_other_format", 0),
    ("ofx/signon_fail.ofx", "statement_without_lines", 0),
    ("ofx/vanguard.ofx", "statement_other_format", 0),
    ("csv/csv_garbled_amount.csv", "statement_amount_unreadable", 3),
]
FOR_AN_APPLICATION = [
    ("mt940/whitespace.sta", "statement_currency_unknown", 1),
    ("mt940/three_accounts.sta", "statement_many_accounts", 31),
    ("camt/camt053_multicurrency.xml", "statement_many_accounts", 93),
    ("ofx/multiple_accounts2.ofx", "statement_many_accounts", 46),
    ("csv/csv_french_headers.csv", "statement_currency_unknown", 1),
]


@pytest.mark.parametrize("case", READ, ids=lambda case: case[0])
def test_a_file_is_read_completely(case: tuple) -> None:
    name, account, currency, lines, opening, closing, verdict = case

    [found] = read_accounts(name, (OURS / name).read_bytes())

    assert (found.account, found.currency) == (account, currency)
    assert len(found.transactions) == lines
    assert (found.opening, found.closing) == (opening, closing)
    assert check(found).verdict is Verdict(verdict)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
def test_a_file_is_refused_with_its_line(case: tuple) -> None:
    name, code, line = case

    with pytest.raises(StatementRefused) as refused:
        read_accounts(name, (OURS / name).read_bytes())

    assert (refused.value.code, refused.value.line) == (code, line)
    assert str(refused.value).startswith(Path(name).name)


@pytest.mark.parametrize("case", FOR_AN_APPLICATION, ids=lambda case: case[0])
def test_a_file_unfit_for_an_application_is_refused(case: tuple) -> None:
    name, code, line = case

    with pytest.raises(StatementRefused) as refused:
        read_statement(name, (OURS / name).read_bytes())

    assert (refused.value.code, refused.value.line) == (code, line)


def test_many_accounts_of_one_file_are_kept_apart() -> None:
    name = "camt/camt053_multicurrency.xml"

    accounts = read_accounts(name, (OURS / name).read_bytes())

    assert [(item.currency, len(item.transactions)) for item in accounts] == [
        ("EUR", 2),
        ("USD", 1),
    ]


def test_a_pending_camt_entry_is_named_and_not_counted() -> None:
    [found] = read_accounts("usd.xml", (OURS / "camt/usd.xml").read_bytes())

    assert [(item.line, item.why) for item in found.left_out] == [(32, "not booked")]
    assert found.transactions[0].counterparty == "សណ្ឋាគារ ពន្លឺអង្គរ"


def test_a_reversal_of_a_credit_takes_money_out() -> None:
    name = "mt940/sepa_mt9401.sta"

    accounts = read_accounts(name, (OURS / name).read_bytes())

    amounts = [item.amount_minor for item in accounts[0].transactions]
    assert -20488 in amounts
    assert sum(check(item).verdict is Verdict.REJECT for item in accounts) == 0


def shared_files() -> list[Path]:
    files = sorted(path for path in SHARED.rglob("*") if path.is_file())
    return [path for path in files if not path.name.startswith(("LICENSE", "README"))]


def answer(path: Path) -> list[ParsedStatement] | StatementRefused:
    try:
        return read_accounts(path.name, path.read_bytes())
    except StatementRefused as refusal:
        return refusal


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample files are not here")
def test_all_shared_files_are_read_or_refused_and_nothing_else() -> None:
    answers = {path: answer(path) for path in shared_files()}

    refused = {
        path: found
        for path, found in answers.items()
        if isinstance(found, StatementRefused)
    }
    assert len(answers) - len(refused) >= 40
    assert all(found for found in answers.values())
    assert all(found.file == path.name for path, found in refused.items())
    assert all(found.code != "statement_refused" for found in refused.values())
