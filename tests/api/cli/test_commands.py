"""The command line: JSON in and out, one line for every failure, honest exit codes."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api import house
from api.cli import main
from api.cli.opening import signer_of
from api.settings import Settings
from tests.ledger.audit.growing import a_cosigner

ROOT = Path(__file__).parents[3]
SOUND = """Date,Description,Amount,Balance,Currency
2026-01-02,Sales,100.00,100.00,USD
2026-01-03,Rice supplier,-40.00,60.00,USD
"""
LOAN = {
    "principal": "1000.00",
    "currency": "USD",
    "rate_percent": "18",
    "instalments": 3,
    "disbursed_on": "2026-01-05",
    "first_due_on": "2026-02-05",
}


def environment(data: Path | None = None, **more: str) -> dict[str, str]:
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TONLE_") and name != "DATABASE_URL"
    }
    return plain | ({"TONLE_DATA": str(data)} if data else {}) | more


def tonle(
    *words: str, data: Path | None = None, send: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *words],
        cwd=ROOT,
        env=environment(data, **more),
        input=send,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Run a command inside this process: the fast way, where nothing is started."""

    def call(*words: str, send: str = "", **more: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["tonle", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(send.encode())))
        for name, value in (("TONLE_DATA", str(tmp_path / "data")), *more.items()):
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Done(int(str(left.value.code)), said.out, said.err)

    return call


def refused(done: Done | subprocess.CompletedProcess[str], code: int = 2) -> str:
    """Check that one line on standard error is all there is, and return it."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("tonle: ")
    return line


@pytest.fixture(scope="module")
def installation() -> Iterator[Path]:
    """An installation whose database runs while the module's tests do."""
    with (
        tempfile.TemporaryDirectory(prefix="tonle-cli-") as folder,
        house.opened(Settings(data=Path(folder), database_url=None)),
    ):
        yield Path(folder)


def test_a_schedule_is_calculated_from_json(run: Run) -> None:
    done = run("calc", "schedule", send=json.dumps(LOAN))

    shown = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(shown["rows"]) == 3
    assert shown["rows"][-1]["balance"] == "0.00"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"principal": NaN}', "NaN"),
        ('{"principal": "1", "principal": "2"}', "twice"),
        ("[]", "object"),
        ("{}", "currency"),
        (json.dumps(LOAN | {"principal": "1_000.00"}), "principal"),
        (json.dumps(LOAN | {"principal": "1e9"}), "principal"),
        (json.dumps(LOAN | {"principal": "\uff11\uff12"}), "principal"),
        (json.dumps(LOAN | {"surprise": 1}), "request"),
    ],
)
def test_what_cannot_be_calculated_is_refused_in_one_line(
    run: Run, sent: str, words: str
) -> None:
    assert words in refused(run("calc", "schedule", send=sent))


def test_too_short_a_statement_gets_reasons_and_no_grade(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "may.csv"
    file.write_text(SOUND)

    done = run("risk", "score", str(file), "--as-of", "2026-01-05")

    (scored,) = json.loads(done.stdout)["files"]
    assert scored["currency"] == "USD"
    assert scored["grade"] is None  # Two days are no history to be scored by.
    assert scored["reasons"][0]["code"] == "history_too_short"


def test_a_made_up_account_is_one_that_can_be_scored(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "year.csv"
    file.write_text(run("risk", "sample").stdout)

    (scored,) = json.loads(run("risk", "score", str(file)).stdout)["files"]

    assert (scored["confidence"], scored["verdict"]) == ("high", "ok")
    assert scored["grade"]


def test_a_refused_statement_is_named_and_the_exit_says_so(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "may.csv"
    file.write_text(SOUND.replace("60.00", "61.00"))

    done = run("risk", "score", str(file))

    (told,) = json.loads(done.stdout)["files"]
    assert done.returncode == 1
    assert told["refused"]["code"] == "statement_balance_broken"


def test_an_unknown_command_and_option_are_usage_errors(run: Run) -> None:
    for words in (["fly"], ["calc", "fly"], ["serve", "--port", "0"]):
        done = run(*words)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_reached_is_one_line(run: Run) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"

    line = refused(run("ledger", "check", DATABASE_URL=url), 1)

    assert "DATABASE_URL" in line


@pytest.mark.slow
def test_a_new_installation_is_migrated_and_sound(installation: Path) -> None:
    migrated = tonle("db", "migrate", data=installation)
    checked = tonle("ledger", "check", data=installation)
    trial = tonle("ledger", "trial-balance", data=installation)

    assert migrated.returncode == 0
    assert (checked.returncode, checked.stdout) == (
        0,
        "Every law of the books holds.\n",
    )
    assert all(value == 0 for value in json.loads(trial.stdout)["sums"].values())


@pytest.mark.slow
def test_the_day_end_runs_by_hand_and_the_clock_needs_no_answer(
    installation: Path,
) -> None:
    ran = tonle("day-end", "run", data=installation)
    shown = tonle("day-end", "show", data=installation)
    resumed = tonle("day-end", "resume", data=installation)

    assert (ran.returncode, shown.returncode) == (0, 0)
    assert json.loads(shown.stdout) == json.loads(ran.stdout)
    assert json.loads(shown.stdout)["waiting"] == 0
    assert "not stopped" in refused(resumed, 2)


@pytest.mark.slow
def test_the_first_operator_is_taken_in_and_given_a_key(installation: Path) -> None:
    added = tonle("party", "add", "--name", "Sok Dara", data=installation)
    party = json.loads(added.stdout)["id"]
    made = tonle(
        "key", "create", "--party", party, "--role", "operator", data=installation
    )
    key = json.loads(made.stdout)
    gone = tonle("key", "revoke", key["id"], data=installation)

    assert key["secret"].startswith("tnl_")
    assert gone.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("party", ["party_x", "loan_" + "0" * 26, "party_" + "0" * 26])
def test_a_key_for_nobody_is_refused(installation: Path, party: str) -> None:
    refused(
        tonle("key", "create", "--party", party, "--role", "sme", data=installation)
    )


@pytest.mark.slow
def test_the_log_is_sealed_exported_and_verified(
    installation: Path, tmp_path: Path
) -> None:
    tonle("party", "add", "--name", "Chan Bopha", data=installation)
    out = tmp_path / "out"

    sealed = tonle("audit", "seal", data=installation)
    exported = tonle("audit", "export", str(out), data=installation)
    command = exported.stdout.splitlines()[-1].split()
    verdict = subprocess.run(command, check=False, capture_output=True)
    again = tonle("audit", "export", str(out), data=installation)

    assert sealed.returncode == 0
    assert verdict.returncode == 0, verdict.stdout
    assert "not empty" in refused(again)


@pytest.mark.slow
def test_an_export_without_quorum_says_so_and_cannot_be_decided(
    installation: Path, tmp_path: Path, run: Run
) -> None:
    tonle("party", "add", "--name", "Chan Bopha", data=installation)
    tonle("audit", "seal", data=installation)
    policy = tmp_path / "policy"
    vkey = signer_of(Settings(data=installation)).key
    nobody = a_cosigner("w.example").key
    nowhere = "http://127.0.0.1:9"
    policy.write_text(f"log {vkey}\nwitness w {nobody} {nowhere}\nquorum w\n")
    told = {"TONLE_DATA": str(installation), "TONLE_WITNESS_POLICY": str(policy)}

    exported = run("audit", "export", str(tmp_path / "out"), "--wait", "0", **told)
    command = exported.stdout.splitlines()[-1].split()
    verdict = subprocess.run(command, check=False, capture_output=True)

    assert exported.returncode == 0, exported.stderr
    assert "NOT witnessed" in exported.stdout
    assert verdict.returncode == 2, verdict.stdout


def test_a_taken_port_is_one_line_and_nothing_is_started(
    run: Run, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        line = refused(run("serve", "--port", port), 1)

    assert f"port {port} is taken" in line
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_serving_answers_and_stops_when_told(
    installation: Path, word: signal.Signals
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment(installation),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        answer = wait_for(f"http://127.0.0.1:{port}/v1/openapi.json", server)
        server.send_signal(word)
        _, errors = server.communicate(timeout=40)
    finally:
        server.kill()

    assert answer["openapi"].startswith("3.1")
    assert server.returncode in {0, 130, -word, 128 + word}
    assert "Traceback" not in errors


def wait_for(url: str, server: subprocess.Popen[str]) -> dict[str, Any]:
    for _ in range(300):
        assert server.poll() is None, server.stderr and server.stderr.read()
        try:
            found: dict[str, Any] = httpx.get(url).json()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return found
    raise AssertionError("the server did not answer within 30 s")


@pytest.mark.slow
def test_a_broken_law_is_named_and_the_exit_says_so(installation: Path) -> None:
    settings = Settings(data=installation, database_url=None)
    with house.opened(settings) as urls, psycopg.connect(urls.owner) as connection:
        connection.execute(
            "WITH account AS (INSERT INTO account (id, book, path, kind, asset,"
            " normal_side, frozen, opened_at) VALUES (gen_random_uuid(), 'client_money',"
            " 'planted', 'wallet', 'USD', 'credit', 'none', now()) RETURNING id)"
            " INSERT INTO balance (account, normal_side, posted_debits, posted_credits,"
            " pending_debits, pending_credits, version)"
            " SELECT id, 'credit', 0, 700, 0, 0, 0 FROM account"
        )
        connection.commit()
        done = tonle("ledger", "check", data=installation)

    assert done.returncode == 1
    assert "700" in done.stderr
