#!/usr/bin/env python3
"""Start here: ``python3 start.py demo`` or ``python3 start.py test``.

Needs Python and nothing else. Makes ``.venv`` from the lock file, then hands over to
the program inside. Kept readable for old Pythons, so that they can be told what to do.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
OLDEST = (3, 11)
NEEDED_BYTES = 1_500_000_000
DEFAULT_PORT = 8000
HIGHEST_PORT = 65535
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIDE_BY_SIDE = ["-n", "auto", "--maxprocesses", "4"]  # with a server each
CHECKS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "floors": ["lint-imports", "--no-logo"],
}


class Trouble(Exception):  # noqa: N818 - the same family of names as ledger.errors
    """Something a person can put right; the sentence says how."""


def main() -> int:
    """Read the command and do it."""
    parser = argparse.ArgumentParser(prog="start.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="play a market, then serve it")
    demo.add_argument("--once", action="store_true", help="print a summary and exit")
    demo.add_argument("--port", type=port_number, default=None, help="default 8000")
    commands.add_parser("test", help="every check; more words go to pytest instead")
    commands.add_parser("stop", help="stop a database that was left running")
    commands.add_parser("reset", help="stop it and delete the demo's data")
    known, rest = parser.parse_known_args()
    if rest and known.command != "test":
        parser.error("unknown: " + " ".join(rest))
    try:
        require_python()
        os.chdir(ROOT)
        # Tests start the program a hundred times; it is compiled for the first only.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        if known.command == "test":
            return run_tests(rest)
        if known.command == "demo":
            return run_demo(once=known.once, port=known.port)
        install("run")
        return inside("-m", "api.house", known.command)
    except Trouble as trouble:
        print("start.py: " + str(trouble), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def port_number(text: str) -> int:
    """Read a port; argparse tells the person when it is none."""
    port = int(text)
    if not 0 < port <= HIGHEST_PORT:
        raise ValueError(text)
    return port


def require_python() -> None:
    """Refuse a Python that is too old, naming the one to use."""
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:2]))
        raise Trouble(f"this is Python {have}; run it with Python 3.11 or newer")


def run_demo(*, once: bool, port: int | None) -> int:
    """Hand over to the demo; this process becomes it, so signals reach it."""
    words = ["demo"]
    if once:
        words.append("--once")
    else:
        require_free_port(port or DEFAULT_PORT)
    if port is not None:
        words += ["--port", str(port)]
    install("run")
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", "api.cli", *words])


def require_free_port(port: int) -> None:
    """Refuse a port that is taken before minutes are spent on installing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Trouble(
                f"port {port} is taken; stop the other program or add --port N"
            ) from None


def run_tests(words: list[str]) -> int:
    """Run every check, then the tests; with words, pytest alone with those words."""
    install("test")
    failed = [] if words else [name for name in CHECKS if not passes(name)]
    if not words:
        find_browser()
    code = inside("-m", "pytest", *(words or SIDE_BY_SIDE))
    if failed:
        print("not passed: " + ", ".join(failed))
    return code or int(bool(failed))


def passes(name: str) -> bool:
    """Run one check; show what it says only when it objects."""
    began = time.monotonic()
    program, *words = CHECKS[name]
    done = subprocess.run(
        [VENV / "bin" / program, *words],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    passed = done.returncode == 0
    word = "passed" if passed else "FAILED"
    print(f"{name:8} {word} in {time.monotonic() - began:.1f} s", flush=True)
    if not passed:
        print(done.stdout.decode(errors="replace"), flush=True)
    return passed


def find_browser() -> None:
    """Look for a browser when tests want one; a build machine gets it installed."""
    tests = (ROOT / "tests").rglob("test_*.py")
    wanted = any("mark.browser" in test.read_text("utf-8") for test in tests)
    if not wanted or any(map(shutil.which, BROWSERS)):
        return
    line = "apt-get install -y chromium"
    if os.environ.get("CI") != "true":
        print(f"no browser: its tests are skipped; to run them: {line}")
        return
    if os.geteuid() or not all(map(as_root, ("apt-get -qq update", line))):
        raise Trouble(f"CI needs a browser and cannot install it; run: {line}")


def as_root(line: str) -> bool:
    """Run a line of the system's package tool, which asks nothing."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(line.split(), check=False, env=quiet).returncode == 0


def inside(*words: str) -> int:
    """Run Python inside ``.venv``; Ctrl-C and SIGTERM are for it, we wait for it."""
    with subprocess.Popen([PYTHON, *words]) as child:
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        return child.wait()


def install(kind: str) -> None:
    """Make ``.venv`` hold what the lock names; nothing to do when it does."""
    stamp = VENV / f"stamp-{kind}"
    wanted = fingerprint(kind)
    wider = VENV / "stamp-test"
    if (stamp.exists() and stamp.read_text() == wanted) or (
        wider.exists() and wider.read_text() == fingerprint("test")
    ):
        return
    if shutil.disk_usage(ROOT).free < NEEDED_BYTES:
        raise Trouble("less than 1.5 GB free on this disk; make room and start again")
    began = time.monotonic()
    for old in VENV.glob("stamp-*"):
        old.unlink()
    if not PYTHON.exists() or not (VENV / "pyvenv.cfg").exists():
        make_venv()
    pip = installer()
    fetch([*pip, "--require-hashes", "-r", LOCKS[kind]], count_packages(kind))
    fetch([*pip, "--no-build-isolation", "--no-deps", "-e", "."], 0)
    stamp.write_text(wanted)
    print(f"installed in {time.monotonic() - began:.0f} s", flush=True)


def fingerprint(kind: str) -> str:
    """Hash all that the content of ``.venv`` follows from."""
    files = (ROOT / LOCKS[kind], ROOT / "pyproject.toml")
    parts = [sys.version.encode(), bytes(ROOT), *(file.read_bytes() for file in files)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv() -> None:
    """Make an environment without pip: Debian's Python may have no ensurepip."""
    words = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Trouble("cannot make .venv: " + last_line(done.stderr or done.stdout))


def installer() -> list[str]:
    """Choose who installs: uv, this Python's pip, or the pip Python brings along."""
    if shutil.which("uv"):
        return ["uv", "pip", "install", "--python", str(PYTHON)]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON), "install"]
    words = [PYTHON, "-m", "ensurepip"]
    if subprocess.run(words, check=False, capture_output=True).returncode:
        raise Trouble("this Python has no pip; run: apt-get install -y python3-pip")
    return [str(PYTHON), "-m", "pip", "install"]


def count_packages(kind: str) -> int:
    """Count the packages of a lock, to show how far installing is."""
    lines = (ROOT / LOCKS[kind]).read_text().splitlines()
    return sum("==" in line and not line.startswith(" ") for line in lines)


def fetch(words: list[str], packages: int) -> None:
    """Run an installer, show its progress in one line, keep what it says in a log."""
    seen = 0
    with (
        LOG.open("a") as log,
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as child,
    ):
        for line in child.stdout or ():
            log.write(line)
            if line.startswith("Collecting ") and packages:
                seen += 1
                show_progress(f"package {min(seen, packages)} of {packages}")
        show_progress("")
    if child.returncode:
        raise Trouble(
            "cannot install: " + last_line(LOG.read_text()) + " (see .venv/install.log;"
            " is the network up?)"
        )


def show_progress(text: str) -> None:
    """Write over the same line of a terminal; say nothing to a file."""
    if sys.stdout.isatty():
        print(f"\r{text:40}\r{text}", end="", flush=True)


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


if __name__ == "__main__":
    sys.exit(main())
