"""The house keeps its limits, and the checks that keep them see a planted fault."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import tidy

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ("README.md", "CONTRIBUTING.md", "requirements.lock", "requirements-test.lock")
AMOUNTS = "finance/lending/planted.py"


def test_the_house_is_tidy() -> None:
    assert tidy.faults(ROOT) == []


def test_pages_and_locks_name_no_machine_and_no_registry() -> None:
    pages = [ROOT / name for name in TEXTS] + sorted((ROOT / "docs").rglob("*.md"))

    found = {page.name: list(tidy.foreign_places(page.read_text())) for page in pages}

    assert not any(found.values()), found


def test_the_lock_pins_every_package_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["test"]

    locked = set(
        re.findall(r"^([\w.-]+)==", _text("requirements-test.lock"), re.MULTILINE)
    )

    assert {re.split(r"[\[<>=]", line)[0] for line in asked} <= locked


def test_both_locks_agree_on_versions() -> None:
    run, test = (
        set(re.findall(r"^[\w.-]+==\S+", _text(name), re.MULTILINE))
        for name in ("requirements.lock", "requirements-test.lock")
    )

    assert run
    assert run <= test


def plant(house: Path, path: str, text: str) -> list[str]:
    """Add a file with a fault to a house; return what the checks say of it."""
    file = house / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'"""A planted fault."""\n\n{text}\n')
    return tidy.faults(house)


@pytest.mark.parametrize(
    "text",
    [
        "RATE = 0.025",
        "def fee(amount: float) -> int: ...",
        "TOTAL = float(3)",
        "from sqlalchemy import Float\nCOLUMN = Float()",
    ],
)
def test_a_float_near_money_is_seen(tmp_path: Path, text: str) -> None:
    found = plant(tmp_path, AMOUNTS, text)

    assert any("whole numbers" in fault for fault in found)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nNOW = datetime.now()",
        "from datetime import UTC, datetime as d\nNOW = d.now(UTC)",
        "import datetime\nNOW = datetime.datetime.utcnow()",
        "from datetime import date\nTODAY = date.today()",
        "import time\nNOW = time.time()",
        "from time import time as t\nNOW = t()",
    ],
)
def test_reading_the_machine_clock_is_seen(tmp_path: Path, text: str) -> None:
    found = plant(tmp_path, "risk/planted.py", text)

    assert any("ask the clock" in fault for fault in found)


@pytest.mark.parametrize(
    "text",
    [
        "async def end(session):\n    await session.commit()",
        "async def end(session):\n    await session.execute('commit;')",
    ],
)
def test_a_commit_elsewhere_is_seen(tmp_path: Path, text: str) -> None:
    found = plant(tmp_path, "finance/planted.py", text)

    assert any("only ledger/database.py commits" in fault for fault in found)


def test_a_file_of_401_lines_is_seen_and_one_of_400_is_not(tmp_path: Path) -> None:
    head = 2

    assert plant(tmp_path, "risk/planted.py", "X = 1\n" * (400 - head - 1)) == []
    assert plant(tmp_path, "risk/planted.py", "X = 1\n" * (400 - head)) == [
        "risk/planted.py:1: 401 lines, at most 400"
    ]


def test_a_long_function_is_seen(tmp_path: Path) -> None:
    body = "    x = 1\n"

    assert plant(tmp_path, "risk/planted.py", "def f():\n" + body * 49) == []
    assert "51 lines" in plant(tmp_path, "risk/planted.py", "def f():\n" + body * 50)[0]


def test_a_long_handler_is_seen(tmp_path: Path) -> None:
    route = "@router.post('/x')\nasync def f():\n"
    body = "    x = 1\n"

    assert plant(tmp_path, "api/planted.py", route + body * 14) == []
    assert "16 lines" in plant(tmp_path, "api/planted.py", route + body * 15)[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(a, b, *, c, d, e, f, g): ...", "f takes 7"),
        ("def f(a, b, c, d, e): ...", "keyword-only"),
        (f"X = '{'x' * 100}'", "letters"),
        ("from . import model", "a relative import"),
        ("def f():\n    import json", "an import inside f"),
        ("from finance.raising.model import Offer", "not its insides"),
        ("import finance.raising.model", "not its insides"),
        ("print('paid')", "print in a package"),
        ("X = 1  # no" + "qa: S101", "without a reason"),
        ("X = 1  # type: ig" + "nore[misc]", "without a reason"),
        ("HOME = '/" + "home/someone/files'", "one machine"),
    ],
)
def test_untidiness_is_seen(tmp_path: Path, text: str, said: str) -> None:
    found = plant(tmp_path, AMOUNTS, text)

    assert any(said in fault for fault in found), found


def test_a_file_named_after_nothing_is_seen(tmp_path: Path) -> None:
    assert "name the file" in plant(tmp_path, "risk/utils.py", "X = 1")[0]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house, for checks that need all of it."""
    for name in (*tidy.PACKAGES, "tests"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ledger/planted.py", "from finance import raising"),
        ("contracts/planted.py", "import risk"),
        ("risk/planted.py", "import contracts"),
        ("finance/equity/planted.py", "from finance import lending"),
        ("finance/wallets/planted.py", "import stripe"),
        ("finance/wallets/planted.py", "import fastapi"),
    ],
)
def test_an_import_against_the_floors_is_seen(copy: Path, path: str, text: str) -> None:
    plant(copy, path, text)

    done = _lint_imports(copy)

    assert done.returncode == 1
    assert path.removesuffix(".py").replace("/", ".") in done.stdout


@pytest.mark.slow
def test_imports_go_down() -> None:
    done = _lint_imports(ROOT)

    assert done.returncode == 0, done.stdout


def _lint_imports(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=house,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )


def _text(name: str) -> str:
    return (ROOT / name).read_text()
