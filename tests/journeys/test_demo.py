"""The demo world, whole, in a process of its own, as a newcomer starts it."""

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from api import house
from api.settings import Settings
from ledger.exports import Line, Place
from ledger.exports.text_ledgers import (
    beancount_account,
    beancount_asset,
    hledger_account,
)
from tests.ledger.exports.readers import expected, told_by_beancount, told_by_hledger

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def start(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *words],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "TONLE_DATA": str(folder)},
    )


@pytest.fixture(scope="module")
def played(shared_data_dir: Path) -> tuple[Path, dict]:
    done = start(shared_data_dir, "demo", "--once")
    assert done.returncode == 0, done.stderr
    return shared_data_dir, json.loads(done.stdout)


def test_every_story_of_the_world_is_told(played) -> None:
    _, summary = played
    assert summary["offers"]["funded"] >= 2
    assert summary["offers"]["failed"] == 1
    assert summary["loans"]["written_off"] == 1
    assert summary["loans"]["paid_off"] >= 3
    assert summary["pledges"]["withdrawn"] == 1
    assert summary["applications"]["refused"] == 1
    assert set(summary["refusals_shown"]) >= {
        "offer_full",
        "pledge_beyond_target",
        "same_person",
        "webhook_signature_wrong",
    }


def test_borrower_platform_trustee_and_guarantor_sign_as_one(played) -> None:
    _, summary = played
    assert summary["agreements_by_signers"]["4"] == 1
    assert sum(summary["agreements_by_signers"].values()) >= 5


def test_every_cent_received_is_distributed(played) -> None:
    _, summary = played
    assert summary["cents_received"] == summary["cents_distributed"]
    assert set(summary["cents_received"]) == {"USD", "KHR"}
    assert not any(summary["trial_balance"].values())


def test_every_law_holds_and_the_exported_log_is_verified(played) -> None:
    _, summary = played
    assert summary["invariants"]["broken"] == []
    assert summary["audit"]["verify_exit_code"] == 0
    assert summary["audit"]["entries"] > 1_000


def test_three_witnesses_cosigned_the_head_that_was_exported(played) -> None:
    folder, summary = played
    lines = (folder / "export" / "checkpoint").read_text("utf-8").splitlines()
    assert summary["audit"]["witnesses"] == ["regulator", "trustee", "auditor"]
    assert summary["audit"]["says"][-1] == "VALID"
    signers = [line.split()[1] for line in lines if " demo.example/" in line]
    assert signers == [
        "demo.example/regulator",
        "demo.example/trustee",
        "demo.example/auditor",
        "demo.example/two-of-three",
    ]


def test_the_line_of_the_witnesses_together_is_checked(played) -> None:
    folder, _ = played
    asked = folder / "witnesses"
    checkpoint = folder / "export" / "checkpoint"

    judged = start(
        folder,
        *("audit", "check-quorum", str(checkpoint)),
        *(str(asked / "policy"), str(asked / "group")),
    )

    assert judged.returncode == 0, judged.stderr
    assert judged.stdout.splitlines()[-1] == "regulator trustee auditor"


def test_the_machines_clock_is_believed_after_the_last_day_played(played) -> None:
    folder, _ = played

    shown = start(folder, "day-end", "run")

    assert shown.returncode == 0, shown.stdout
    assert json.loads(shown.stdout)["clock_stopped"] is None


def test_the_tape_has_every_loan_of_both_currencies(played) -> None:
    folder, summary = played

    taped = start(folder, "risk", "portfolio", "tape")
    books = json.loads(start(folder, "risk", "portfolio", "show").stdout)

    lines = list(csv.DictReader(io.StringIO(taped.stdout.removeprefix("\ufeff"))))
    told = Counter(line["status"] for line in lines)
    assert told == {
        state: summary["loans"][state]
        for state in ("active", "paid_off", "written_off")
    }
    assert {line["currency"] for line in lines} == {"USD", "KHR"}
    for book in books:
        owed = sum(
            Decimal(line["owed"])
            for line in lines
            if line["currency"] == book["currency"]
        )
        assert owed * 100 == int(book["gross_minor"])


def test_a_second_start_finds_the_world(played) -> None:
    folder, summary = played
    again = start(folder, "demo", "--once")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == summary


def balances_kept(folder: Path) -> list[Line]:
    """Read each account as one line of what stands on it."""
    with (
        house.opened(Settings(data=folder)) as urls,
        psycopg.connect(urls.auditor) as connection,
    ):
        rows = connection.execute(
            "SELECT a.book, a.path, a.asset, a.normal_side, s.exponent,"
            " b.posted_debits - b.posted_credits"
            " FROM account a JOIN balance b ON b.account = a.id"
            " JOIN asset s ON s.code = a.asset"
        )
        return [
            Line("", "", "", date.min, Place(*place), exponent, units)
            for *place, exponent, units in rows
        ]


def exported(folder: Path, form: str) -> str:
    done = start(folder, "ledger", "export", "--format", form)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_beancount_accepts_the_world_and_agrees_account_by_account(played) -> None:
    told = told_by_beancount(exported(played[0], "beancount"))

    kept = balances_kept(played[0])
    assert len(told) > 50
    assert told == expected(kept, beancount_account, beancount_asset)


def test_hledger_accepts_the_world_and_agrees_account_by_account(
    played, tmp_path: Path
) -> None:
    journal = tmp_path / "world.journal"
    journal.write_text(exported(played[0], "hledger"), "utf-8")

    told = told_by_hledger(journal)

    assert told == expected(balances_kept(played[0]), hledger_account, str)


def test_a_flipped_byte_in_any_file_of_the_export_is_found(played) -> None:
    folder, _ = played
    export = folder / "export"
    key = (export / "log.vkey").read_text().strip()
    for file in sorted(f for f in export.rglob("*") if f.is_file()):
        kept = file.read_bytes()
        place = len(kept) // 2
        file.write_bytes(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :])
        # The verifier that judges is not the copy that is being tampered with.
        judged = subprocess.run(
            [sys.executable, "-m", "ledger.audit.verifier", "--key", key, str(export)],
            check=False,
            capture_output=True,
            text=True,
        )
        file.write_bytes(kept)
        assert judged.returncode == 1, (file, judged.stdout, judged.stderr)
        assert file.name in judged.stdout + judged.stderr
