"""Whatever the bytes, a reader answers with a statement or a refusal, and soon."""

import os
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk.statements import (
    ParsedStatement,
    StatementRefused,
    read_accounts,
    read_statement,
)
from tests.benchmarks.risk import made

OURS = Path(__file__).parents[2] / "data" / "statements"
SEEDS = sorted(
    path
    for path in OURS.rglob("*")
    if path.suffix in {".sta", ".xml", ".ofx", ".qfx", ".csv"}
    and path.stat().st_size < 7000
)
EDITS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 12), st.binary(max_size=12)),
    max_size=6,
)
FUZZ = settings(
    max_examples=int(os.environ.get("TONLE_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def changed(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, new in edits:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + length :]
    return content


def answer(content: bytes) -> list[ParsedStatement] | StatementRefused:
    try:
        return read_accounts("file", content)
    except StatementRefused as refusal:
        return refusal


@pytest.mark.parametrize("folder", ["mt940", "camt", "ofx", "csv"])
def test_a_damaged_file_is_read_or_refused(folder: str) -> None:
    seeds = [path.read_bytes() for path in SEEDS if path.parent.name == folder]

    @FUZZ
    @given(st.sampled_from(seeds), EDITS)
    def check(content: bytes, edits: list[tuple[int, int, bytes]]) -> None:
        found = answer(changed(content, edits))

        assert found
        assert getattr(found, "code", "") != "statement_refused"

    check()


WORKBOOK = made.xlsx(5)
PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "[Content_Types].xml",
)


@FUZZ
@given(st.sampled_from(PARTS), EDITS, st.booleans())
def test_a_damaged_workbook_is_read_or_refused(
    damaged: str, edits: list[tuple[int, int, bytes]], outside: bool
) -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(WORKBOOK)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            hurt = name == damaged and not outside
            new.writestr(name, changed(part, edits) if hurt else part)
    content = out.getvalue()

    found = answer(b"PK\x03\x04" + changed(content, edits)[4:] if outside else content)

    assert found
    assert getattr(found, "code", "") != "statement_refused"


@FUZZ
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(StatementRefused):
        read_statement("file", content)


@FUZZ
@given(st.text(alphabet=",;\n\"'0123456789.-/ DateAmountCcyUSD១២", max_size=300))
def test_any_table_is_read_or_refused(text: str) -> None:
    content = ("Date,Amount,Ccy\n2025-01-02,5,USD\n" + text).encode()

    assert answer(content)


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        b"<OFX>" + b"<A><![CDATA[" * 200_000 + b"</OFX>",
        b"<OFX>" + b"<NAME>\n" * 300_000 + b"</OFX>",
        b"<OFX><STMTRS>" + b"\n" * 2_000_000 + b"</OFX>",
        b":20:A\n" * 100_000,
        b":20:A\n:25:1\n:60F:C250101USD1,\n" + b":86:x\n" * 300_000,
        b":20:A\n:25:1\n:60F:C250101USD1,\n" + b":61:2501020102C1,NTRF\n" * 20_000,
        b"<Document><BkToCstmrStmt><Stmt>" + b"<Ntry/>" * 300_000,
        b"<a>" * 100_000,
        b"Date,Amount,Ccy\n" + b"," * 2_000_000,
        b"Date,Amount,Ccy\n" + b'"' * 2_000_000,
        b"\n" * 2_000_000 + b"x",
        b"a,b\n" * 1_000_000,
    ],
    ids=range(12),
)
def test_a_hostile_file_is_refused_within_seconds(content: bytes) -> None:
    began = time.perf_counter()

    with pytest.raises(StatementRefused):
        read_statement("file", content)

    assert time.perf_counter() - began < 10
