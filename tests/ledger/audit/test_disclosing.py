"""A reader who may see a field gets its values and salts; they must open what was sealed."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger import audit
from ledger.canonical import canonical
from ledger.database import Database
from tests.ledger.audit import forging
from tests.ledger.audit.builders import SIGNER, PartyNamed, a_log, seal_all, tell

OPENINGS = "private/openings.jsonl"


@pytest.fixture
async def export(db: Database, tmp_path: Path) -> Path:
    await a_log(db)
    await db.transact(tell, PartyNamed("party_2", "ចាន់ បុប្ផា"))
    await seal_all(db)
    place = tmp_path / "export"
    await db.read(
        audit.export_bundle, place, key=SIGNER.key, disclosed={"name", "other"}
    )
    return place


def lines_of(export: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (export / OPENINGS).read_bytes().splitlines()]


def told_of(export: Path, *lines: object) -> tuple[int, str]:
    content = b"".join(canonical(line) + b"\n" for line in lines)
    forging.put(export / OPENINGS, content)
    forging.relist(export)
    return forging.judge(export)


async def test_disclosed_values_open_what_was_sealed(export: Path) -> None:
    exit_code, told = forging.judge(export)

    assert exit_code == 0, told
    assert "2 values opened" in told
    assert [one["value"] for one in lines_of(export)] == ["Sok Dara", "ចាន់ បុប្ផា"]


async def test_who_may_see_nothing_gets_no_openings(
    db: Database, export: Path, tmp_path: Path
) -> None:
    await db.read(audit.export_bundle, tmp_path / "public", key=SIGNER.key)

    assert not (tmp_path / "public" / "private").exists()


async def test_a_forged_opening_is_named(export: Path) -> None:
    first, second = lines_of(export)
    lies = [
        {**first, "value": "Somebody Else"},
        {**first, "salt": "00" * 32},
        {**first, "salt": "00"},
        {**first, "salt": "no"},
        {**first, "field": "note"},
        {**first, "field": "ឈ្មោះ"},
        {**first, "event": second["event"]},
        {**first, "seq": second["seq"]},
        {**first, "more": 1},
        {"seq": 0},
        [],
    ]
    for lie in lies:
        exit_code, told = told_of(export, lie)

        assert exit_code == 1
        assert f"{OPENINGS} line 1" in told


async def test_openings_out_of_turn_are_named(export: Path) -> None:
    first, second = lines_of(export)

    assert told_of(export, second, first)[0] == 1
    assert told_of(export, second)[0] == 0
    assert told_of(export, first, first)[0] == 0
