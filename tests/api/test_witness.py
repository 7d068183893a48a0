"""A witness answers over HTTP, and runs as a program of its own."""

import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.cli import main
from api.witness import create_witness_app
from tests.ledger.audit.builders import SIGNER, VKEY
from tests.ledger.audit.growing import Growing, a_witness

PLACE = hashlib.sha256(SIGNER.name.encode()).hexdigest()


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_witness_app(a_witness(tmp_path / "w.db"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://w") as client:
        yield client


async def test_a_head_is_cosigned_over_http(http: httpx.AsyncClient) -> None:
    log = Growing()

    done = await http.post("/add-checkpoint", content=log.body(0, 7))
    shown = await http.get(f"/{PLACE}/checkpoint")

    assert done.status_code == 200
    assert shown.text == log.note(7) + done.text


async def test_a_log_that_forgot_is_told_the_size_as_the_protocol_names_it(
    http: httpx.AsyncClient,
) -> None:
    log = Growing()
    await http.post("/add-checkpoint", content=log.body(0, 7))

    told = await http.post("/add-checkpoint", content=log.body(0, 9))

    assert (told.status_code, told.content) == (409, b"7\n")
    assert told.headers["content-type"] == "text/x.tlog.size"


async def test_a_giant_is_refused(http: httpx.AsyncClient) -> None:
    told = await http.post("/add-checkpoint", content=b"x" * 70_000)

    assert told.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/add-checkpoint", 405),
        ("POST", f"/{PLACE}/checkpoint", 405),
        ("GET", f"/{PLACE}/checkpoint", 404),
        ("GET", "/../checkpoint", 404),
        ("GET", "/", 404),
    ],
)
async def test_a_witness_offers_nothing_more(
    http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    assert (await http.request(method, path)).status_code == status


def test_a_witness_is_made_and_shows_its_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["tonle", "witness", "init", str(tmp_path / "w"), "regulator.example/w1"]
    monkeypatch.setattr(sys, "argv", words)

    with pytest.raises(SystemExit):
        main()

    assert capsys.readouterr().out.startswith("regulator.example/w1+")
    assert (tmp_path / "w" / "witness.key").stat().st_mode & 0o077 == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("log", "why"), [(VKEY, "tonle witness init"), ("x", "a log's key cannot be used")]
)
def test_a_witness_that_cannot_serve_says_why(
    tmp_path: Path, log: str, why: str
) -> None:
    init = ["witness", "init", str(tmp_path), "w.example"]
    words = ["witness", "serve", str(tmp_path), "--log", log, "--port", "0"]
    program = [sys.executable, "-m", "api.cli"]
    if log != VKEY:
        subprocess.run([*program, *init], check=True, capture_output=True)

    done = subprocess.run(
        [*program, *words], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert why in done.stderr
    assert "Traceback" not in done.stderr
