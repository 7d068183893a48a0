"""Kept files are read again beside what the server does, not in its way."""

import threading
from types import SimpleNamespace

import pytest

from ledger.money import Currency
from risk import receivables, statements

READERS = {
    "risk.receivables.service.read_invoice_list": [],
    "risk.statements.service.read_statements": [SimpleNamespace(currency=Currency.USD)],
}


async def test_other_callers_are_served_while_a_kept_file_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_work: list[threading.Thread] = []

    def reader(answer):
        def read(*_):
            at_work.append(threading.current_thread())
            return answer

        return read

    async def found(answer):
        return answer

    for name, answer in READERS.items():
        monkeypatch.setattr(name, reader(answer))
    kept = SimpleNamespace(column_map=None, currency=Currency.USD)
    file = ("year.csv", b"")
    statement_files = "risk.statements.service.repository"
    invoice_files = "risk.receivables.service.repository"
    monkeypatch.setattr(f"{invoice_files}.get_bytes", lambda *_: found(file))
    monkeypatch.setattr(f"{statement_files}.get_content", lambda *_: found(file))
    monkeypatch.setattr(f"{statement_files}.get_statement", lambda *_: found(kept))

    await receivables.reread_invoices(None, invoice_file_id="invf_1")
    await statements.reread_statement(None, statement_id="stmt_1")

    assert len(at_work) == len(READERS)
    assert threading.main_thread() not in at_work
