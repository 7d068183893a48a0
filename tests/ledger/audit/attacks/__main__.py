"""Play the 35 attacks and print what each is answered: python -m tests.ledger.audit.attacks.

Each attack on an export is judged by the honest export's verify.py, in a process of its
own. Ends with 1 when an answer is not the one asked for.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ledger.audit import single_file
from ledger.clock import StoppedClock
from ledger.database import Database, close_engine, make_engine
from tests.benchmarks.audit import world
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.attacks.ground import Answer
from tests.ledger.audit.attacks.listed import NUMBERS, Attack
from tests.ledger.audit.attacks.playing import play_all


def main() -> int:
    """Play, print a table, and say whether every answer was the one asked for."""
    with world.server() as admin, tempfile.TemporaryDirectory() as folder:
        urls = world.database(admin)
        owner = f"{admin}&dbname={urls.app.rpartition('/')[2].partition('?')[0]}"
        played = asyncio.run(_play(urls.app, owner, Path(folder)))
    sys.stdout.write("| # | attack | answer | what is named |\n|---|---|---|---|\n")
    for attack, answer in played:
        sys.stdout.write(f"{attack.row()} {answer.place} |\n")
    wrong = [attack for attack, answer in played if answer.given != attack.wanted]
    whole = {attack.number for attack, _ in played} == {*NUMBERS}
    for attack in wrong:
        sys.stdout.write(f"WRONG {attack.number} {attack.name}\n")
    return 0 if whole and not wrong else 1


async def _play(url: str, owner: str, room: Path) -> list[tuple[Attack, Answer]]:
    program = room / "verify.py"
    program.write_text(single_file(), encoding="utf-8")

    def judge(words: Sequence[str]) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", program, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stderr:
            raise RuntimeError(done.stderr)
        return done.returncode, done.stdout

    db = Database(make_engine(url), StoppedClock(FIRST_MOMENT))
    played = await play_all(db, owner, room, judge)
    await close_engine(db.engine)
    return played


if __name__ == "__main__":
    sys.exit(main())
