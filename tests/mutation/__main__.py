"""Change the posting core, one mutant at a time, and see whether a test notices.

    python -m tests.mutation [WORDS]          the mutants made by hand
    python -m tests.mutation --run COMMAND    a command beside one server for all tests
    python -m tests.mutation --score          what mutmut found, per module

Everything happens in copies of the tree. Of the mutants made by hand, WORDS choose those
whose text or test has one of them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from api import postgres
from tests.mutation import booking_sql, python_lines, second_line_sql
from tests.mutation.mutant import Mutant

SERVER = "TONLE_TEST_DATABASE_URL"
BY_HAND = [
    mutant
    for module in (booking_sql, second_line_sql, python_lines)
    for group in vars(module).values()
    if isinstance(group, list)
    for mutant in group
]
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}
AT_ONCE = 3
TIMEOUT_SECONDS = 900
LAST_LINES = 5
# PostgreSQL's words for what is not SQL at all.
NO_PROGRAM = re.compile(r"errors\.(Syntax|Undefined|Ambiguous|Datatype|Grouping)")
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "mutants", "docs")
TESTS_FAILED = 1  # pytest's word for it; all others say that something is wrong
SURVIVED, NOT_RUN = (0,), (None, 33, 34, 35)


def say(line: str) -> None:
    """Print a line now, however long the next takes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def server() -> Iterator[None]:
    """Keep one server for all runs of pytest, unless one is given."""
    if os.environ.get(SERVER):
        yield
        return
    with (
        tempfile.TemporaryDirectory(prefix="tonle-mutation-") as folder,
        postgres.running(Path(folder), FORGETFUL) as url,
    ):
        os.environ[SERVER] = url
        yield


def verdict(tree: Path, mutant: Mutant) -> str:
    """Run a mutant's tests in a copy of the tree; return what is wrong, if anything."""
    place = tree / mutant.file
    whole = place.read_text("utf-8")
    if whole.count(mutant.before) != 1:
        return f"its text stands {whole.count(mutant.before)} times"
    place.write_text(whole.replace(mutant.before, mutant.after), "utf-8")
    try:
        ended, told = run_tests(tree, mutant.tests)
    finally:
        place.write_text(whole, "utf-8")
    if ended == 0:
        return "it lives"
    if ended != TESTS_FAILED or NO_PROGRAM.search(told):
        return f"it broke, which proves nothing:\n{_last(told)}\n"
    return ""


def run_tests(tree: Path, names: str) -> tuple[int, str]:
    """Run tests in a copy of the tree; return pytest's exit code and what it told."""
    tests = [f"tests/ledger/{name}" for name in names.split()]
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*words, *tests],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT_SECONDS,
        check=False,
        text=True,
    )
    return ended.returncode, ended.stdout


def _last(told: str) -> str:
    return "\n".join(told.splitlines()[-LAST_LINES:])


def try_all(mutants: Sequence[Mutant]) -> int:
    """Print each mutant that is not killed; return how many should have been."""
    trees: SimpleQueue[Path] = SimpleQueue()

    def attempt(mutant: Mutant) -> str:
        tree = trees.get()
        try:
            return verdict(tree, mutant)
        finally:
            trees.put(tree)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(AT_ONCE):
            tree = Path(folder, str(number))
            shutil.copytree(Path.cwd(), tree, ignore=LEFT_OUT)
            trees.put(tree)
        ended, told = run_tests(tree, " ".join(sorted({one.tests for one in mutants})))
        if ended:
            say(f"the tests fail without any mutant:\n{_last(told)}")
            return len(mutants)
        living = 0
        for mutant, wrong in zip(mutants, pool.map(attempt, mutants), strict=True):
            if wrong:
                living += 1
                say(f"{wrong}: {mutant.before!r} -> {mutant.after!r} ({mutant.tests})")
    return living


def by_hand_all(words: Sequence[str]) -> int:
    """Try the mutants made by hand that have one of the words, or all."""
    chosen = [
        one for one in BY_HAND if not words or any(word in f"{one}" for word in words)
    ]
    killable = [one for one in chosen if not one.lives]
    living = try_all(killable)
    say(f"{len(killable) - living} of {len(chosen)} mutants killed")
    for one in chosen:
        if one.lives:
            say(f"lives: {one.before!r} -> {one.after!r}: {one.lives}")
    return living


def score() -> int:
    """Print what mutmut left in ``mutants``, module by module."""
    total: Counter[str] = Counter()
    for file in sorted(Path("mutants").rglob("*.py.meta")):
        codes = json.loads(file.read_text("utf-8"))["exit_code_by_key"].values()
        found = Counter(
            "lived" if code in SURVIVED else "not run" if code in NOT_RUN else "killed"
            for code in codes
        )
        if found:
            say(f"{file.name[:-8]:10} {_told(found)}")
            total += found
    say(f"{'all':10} {_told(total)}")
    return 0


def _told(found: Counter[str]) -> str:
    share = found["killed"] / max(found.total(), 1)
    return (
        f"{found['killed']} of {found.total()} killed ({share:.1%}),"
        f" {found['lived']} lived, {found['not run']} not run"
    )


def main(words: Sequence[str]) -> int:
    """Read the words of the command; return the exit code."""
    if words[:1] == ["--score"]:
        return score()
    with server():
        if words[:1] == ["--run"]:
            return subprocess.run(words[1:], check=False).returncode
        return 1 if by_hand_all(words) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
