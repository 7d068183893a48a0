"""The embedded server starts for the first, stops after the last, and loses nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api import postgres
from ledger.errors import Unavailable

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys, time
from pathlib import Path
import psycopg
from api import postgres

with postgres.running(Path(sys.argv[1])) as url:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def user(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server and has committed a row."""
    words = [sys.executable, "-c", USER, str(data_dir)]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def server_pid(data: Path) -> int:
    return int((data / "pg" / "postmaster.pid").read_text().split()[0])


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def ends(pid: int) -> bool:
    """Wait for a server whose files are closed already to leave the machine."""
    deadline = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def answer(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT answer FROM kept").fetchone()


def test_a_commit_is_on_the_disk_by_default(data_dir: Path) -> None:
    names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")

    with postgres.running(data_dir) as url, psycopg.connect(url) as connection:
        said = [connection.execute(f"SHOW {name}").fetchone() for name in names]

    assert said == [("on",)] * 4


def test_the_last_to_leave_stops_the_server(data_dir: Path) -> None:
    with postgres.running(data_dir):
        pid = server_pid(data_dir)
        with postgres.running(data_dir):
            assert server_pid(data_dir) == pid
        assert is_alive(pid)

    assert ends(pid)


def test_the_server_does_not_run_as_root(data_dir: Path) -> None:
    with postgres.running(data_dir):
        owner = Path(f"/proc/{server_pid(data_dir)}").stat().st_uid

    assert owner != 0


def test_nobody_else_reaches_the_socket(data_dir: Path) -> None:
    with postgres.running(data_dir):
        mode = postgres.Cluster.under(data_dir).sockets.stat().st_mode & 0o777

    assert mode == 0o700


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_running(
    data_dir: Path, user: subprocess.Popen[str], number: signal.Signals
) -> None:
    pid = server_pid(data_dir)

    user.send_signal(number)

    assert user.wait(20) != 0
    assert ends(pid)


def test_after_a_kill_the_next_adopts_the_server(
    data_dir: Path, user: subprocess.Popen[str]
) -> None:
    pid = server_pid(data_dir)
    user.kill()
    user.wait()
    assert is_alive(pid)

    with postgres.running(data_dir) as url:
        assert server_pid(data_dir) == pid
        assert answer(url) == (42,)

    assert ends(pid)


def test_after_a_kill_of_both_the_next_recovers_all(
    data_dir: Path, user: subprocess.Popen[str]
) -> None:
    os.kill(server_pid(data_dir), signal.SIGKILL)
    user.kill()
    user.wait()

    with postgres.running(data_dir) as url:
        assert answer(url) == (42,)


def test_a_server_in_use_is_not_stopped_by_others(
    data_dir: Path, user: subprocess.Popen[str]
) -> None:
    assert not postgres.stop(data_dir)
    user.kill()
    user.wait()

    assert postgres.stop(data_dir)
    assert not (data_dir / "pg" / "postmaster.pid").exists()


@pytest.mark.parametrize("name", ["a" * 120, "it's 100% $HOME"])
def test_any_place_will_do(data_dir: Path, name: str) -> None:
    with postgres.running(data_dir / name) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_reused_process_id_does_not_keep_the_server_down(data_dir: Path) -> None:
    with postgres.running(data_dir):
        lines = (data_dir / "pg" / "postmaster.pid").read_text().splitlines()
    stale = "\n".join([str(os.getpid()), *lines[1:]])
    (data_dir / "pg" / "postmaster.pid").write_text(stale)

    with postgres.running(data_dir) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_start_cut_short_is_begun_again(data_dir: Path) -> None:
    half = data_dir / "pg.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    with postgres.running(data_dir) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_place_that_cannot_be_made_is_refused_with_advice(data_dir: Path) -> None:
    (data_dir / "file").touch()

    with (
        pytest.raises(Unavailable, match="set TONLE_DATA"),
        postgres.running(data_dir / "file" / "data"),
    ):
        pass


def test_a_server_that_will_not_start_says_why(data_dir: Path) -> None:
    with (
        pytest.raises(Unavailable, match="no size"),
        postgres.running(data_dir, {"shared_buffers": "no size"}),
    ):
        pass
