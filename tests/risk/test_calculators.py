"""Files are scored one by one; a refused one does not stop the others."""

import json
from datetime import date
from pathlib import Path

from risk.calculators import score_files
from risk.statements.sample import Profile, sample_statement

OURS = Path(__file__).parents[1] / "data" / "statements"


def test_each_file_has_a_score_or_its_refusal() -> None:
    good = sample_statement(1, Profile.FAIR, ends_on=date(2025, 12, 31))
    citi = (OURS / "mt940" / "citi_usd.sta").read_bytes()

    told = score_files(
        [("good.csv", good), ("empty.csv", b""), ("citi.sta", citi)],
        date(2026, 1, 1),
        45_000,
    )

    first, second, third = told["files"]
    assert first["grade"] in "AB"
    assert first["confidence"] == "high"
    assert len(first["reasons"]) >= 2
    assert second["refused"]["code"] == "statement_empty"
    assert third["transactions"] == 5
    assert third["confidence"] == "none"
    assert (third["score"], third["grade"], third["points"]) == (None, None, {})
    assert third["reasons"][0]["code"] == "history_too_short"
    assert json.loads(json.dumps(told)) == told
