"""The first command a stranger types works, or says in one line what to do."""

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = ("start.py", "pyproject.toml", "requirements.lock", "requirements-test.lock")
OLDEST_THAT_CAN_BE_TOLD = (3, 9)
SAYS_ITS_WORDS = "import sys\nprint(sys.argv[1:])\n"

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house with nothing installed, whose program repeats its words."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").touch()
    (tmp_path / "api" / "cli.py").write_text(SAYS_ITS_WORDS)
    return tmp_path


@pytest.fixture
def installed(house: Path) -> Path:
    """A house whose environment holds what the lock names: this very one."""
    program = house / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    ask = "import start; print(start.fingerprint('test'))"
    stamp = subprocess.check_output([sys.executable, "-c", ask], cwd=house, text=True)
    (house / ".venv" / "stamp-test").write_text(stamp.strip())
    return house


def start(house: Path, *words: str) -> Done:
    """Type the command, on a machine without uv and without a network."""
    outside = {
        **os.environ,
        "PATH": "/usr/bin:/bin",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
    }
    return subprocess.run(
        [sys.executable, house / "start.py", *words],
        env=outside,
        capture_output=True,
        text=True,
        check=False,
    )


def is_advice(done: Done) -> bool:
    """Tell whether a person got one line and a failing exit code."""
    return (
        done.returncode == 1
        and done.stderr.startswith("start.py: ")
        and len(done.stderr.splitlines()) == 1
    )


def test_an_old_python_can_read_far_enough_to_be_told() -> None:
    text = (ROOT / "start.py").read_text()

    ast.parse(text, feature_version=OLDEST_THAT_CAN_BE_TOLD)


def test_it_needs_nothing_but_python() -> None:
    tree = ast.parse((ROOT / "start.py").read_text())

    named = [
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]

    assert {name.partition(".")[0] for name in named} <= set(sys.stdlib_module_names)


def test_the_build_machine_types_the_same_command() -> None:
    script = ROOT / ".ci" / "run"

    assert script.read_text().splitlines()[-1] == "exec python3 start.py test"
    assert os.access(script, os.X_OK)


def test_a_taken_port_is_told_before_anything_is_installed(house: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = start(house, "demo", "--port", str(port))

    assert is_advice(done)
    assert f"port {port} is taken" in done.stderr
    assert not (house / ".venv").exists()


@pytest.mark.parametrize("port", ["0", "-1", "65536", "x"])
def test_a_port_that_is_none_is_refused(house: Path, port: str) -> None:
    done = start(house, "demo", "--port", port)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_without_a_network_the_advice_is_one_line(house: Path) -> None:
    done = start(house, "demo", "--once")

    assert is_advice(done), done.stderr
    assert "network" in done.stderr
    assert "alembic" in (house / ".venv" / "install.log").read_text()


@pytest.mark.slow
def test_a_half_made_environment_is_not_taken_for_a_whole_one(house: Path) -> None:
    start(house, "demo", "--once")

    assert is_advice(start(house, "demo", "--once"))


def test_the_demo_gets_its_words(installed: Path) -> None:
    done = start(installed, "demo", "--once", "--port", "8765")

    assert done.returncode == 0, done.stderr
    assert done.stdout == "['demo', '--once', '--port', '8765']\n"


@pytest.mark.slow
def test_another_lock_is_installed_again(installed: Path) -> None:
    with (installed / "requirements-test.lock").open("a") as lock:
        lock.write("# another\n")

    assert "network" in start(installed, "demo", "--once").stderr


def test_a_word_that_is_unknown_is_refused(house: Path) -> None:
    assert start(house, "demo", "--twice").returncode == 2
    assert start(house).returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize(("law", "code"), [("1 + 1 == 2", 0), ("1 + 1 == 3", 1)])
def test_the_exit_code_is_that_of_the_tests(
    installed: Path, law: str, code: int
) -> None:
    (installed / "tests").mkdir()
    (installed / "tests" / "test_law.py").write_text(f"def test_law(): assert {law}\n")

    done = start(installed, "test", "-q", "tests")

    assert done.returncode == code, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("word", "code"), [("true", 0), ("false", 1)])
def test_a_check_that_objects_fails_the_whole(
    installed: Path, word: str, code: int
) -> None:
    for program in ("ruff", "mypy", "lint-imports"):
        (installed / ".venv" / "bin" / program).symlink_to(f"/bin/{word}")
    (installed / "tests").mkdir()
    (installed / "tests" / "test_law.py").write_text("def test_law(): assert True\n")

    done = start(installed, "test")

    assert done.returncode == code, done.stdout
    assert ("not passed: ruff" in done.stdout) == bool(code)
