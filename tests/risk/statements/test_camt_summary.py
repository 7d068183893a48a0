"""A camt report's summary is held against its entries."""

import pytest

from risk.statements import Flaw, read_statement
from tests.benchmarks.risk import made

THREE = made.camt(3)
CAME, WENT = "64.74", "52.40"


def flaws(count: str, came: str, went: str) -> dict[Flaw, tuple[int, ...]]:
    summary = (
        f"<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries></TtlNtries>"
        f"<TtlCdtNtries><Sum>{came}</Sum></TtlCdtNtries>"
        f"<TtlDbtNtries><Sum>{went}</Sum></TtlDbtNtries></TxsSummry>\n<Ntry>"
    )
    content = THREE.replace(b"<Ntry>", summary.encode(), 1)
    found = read_statement("a.xml", content).integrity.findings
    return {one.flaw: one.lines for one in found if one.flaw is not Flaw.GAP}


def test_a_summary_that_adds_up_says_nothing() -> None:
    assert flaws("3", CAME, WENT) == {}


@pytest.mark.parametrize(
    "told", [("4", CAME, WENT), ("3", "64.75", WENT), ("3", CAME, "52.41")]
)
def test_a_summary_that_does_not_is_told(told: tuple[str, str, str]) -> None:
    assert flaws(*told) == {Flaw.TOTAL_UNLIKE_LINES: (1,)}
