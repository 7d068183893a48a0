"""Three witnesses in processes of their own, killed and started again."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from api.jobs.witnesses import Round
from api.witness import KEY
from ledger import audit
from ledger.audit import witness
from ledger.audit.verifier.program import verify
from ledger.clock import SystemClock
from ledger.database import Database
from tests.ledger.audit.builders import SIGNER, VKEY, DoorOpened, seal_all, tell
from tests.ledger.audit.growing import Growing

ROOT = Path(__file__).parents[2]
NAMES = ("regulator", "trustee", "auditor")
PROGRAM = [sys.executable, "-m", "api.witness", "serve"]


@contextmanager
def begun(folder: Path, port: int = 0) -> Iterator[subprocess.Popen[str]]:
    """Start a witness; end it the hard way."""
    words = [*PROGRAM, str(folder), "--log", VKEY, "--port", str(port)]
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def address_of(process: subprocess.Popen[str]) -> str:
    """Wait until a witness says where it serves."""
    assert process.stdout
    return str(re.findall(r"http://\S+", process.stdout.readline())[0])


def made(folder: Path, name: str) -> str:
    return str(witness.make_cosigner(folder / KEY, f"{name}.example/w1").key)


@pytest.mark.slow
async def test_three_witnesses_in_their_own_processes_make_an_export_witnessed(
    db: Database, tmp_path: Path
) -> None:
    db = Database(db.engine, SystemClock())
    vkeys = {name: made(tmp_path / name, name) for name in NAMES}
    with ExitStack() as running:
        started = {
            name: running.enter_context(begun(tmp_path / name)) for name in NAMES
        }
        urls = {name: address_of(process) for name, process in started.items()}
        policy = a_policy(vkeys, urls)
        await grow(db, 3)
        await Round(db, policy).ask_all()
        all_three = await db.read(audit.find_head, policy)
        started["trustee"].kill()
        started["trustee"].wait()
        await grow(db, 300)
        await Round(db, policy).ask_all()
        two = await db.read(audit.find_head, policy)

        port = int(urls["trustee"].rpartition(":")[2])
        address_of(running.enter_context(begun(tmp_path / "trustee", port)))
        await Round(db, policy).ask_all()
        again = await db.read(audit.find_head, policy)

        forked = await submit_fork(urls["trustee"], two)
    exported = await db.read(
        audit.export_bundle, tmp_path / "export", key=SIGNER.key, policy=policy
    )

    assert all_three
    assert two
    assert again
    assert all_three.witnesses == again.witnesses == NAMES
    assert two.witnesses == ("regulator", "auditor")
    assert forked == 422
    assert exported.is_witnessed
    report = verify(tmp_path / "export", None, policy=policy.raw)
    assert report.exit_code == 0, "\n".join(report.lines())


@pytest.mark.slow
def test_the_demos_witnesses_end_when_whoever_started_them_is_killed(
    tmp_path: Path,
) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), VKEY],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    policy = audit.Policy.read(Path(parent.stdout.readline().strip()).read_bytes())

    parent.kill()
    parent.communicate()

    assert [one.name for one in policy.witnesses] == [*NAMES]
    for one in policy.witnesses:
        assert is_gone(one.url)


PARENT = """
import sys, time
from pathlib import Path
from api.world import witnesses_running
from ledger.audit import LogKey
with witnesses_running(Path(sys.argv[1]), LogKey.read(sys.argv[2])) as asked:
    print(asked.policy, flush=True)
    time.sleep(60)
"""


def is_gone(url: str) -> bool:
    """Say whether nobody answers any more; ending takes a moment."""
    for _ in range(100):
        try:
            httpx.get(url)
        except httpx.ConnectError:
            return True
        time.sleep(0.1)
    return False


async def grow(db: Database, count: int) -> None:
    await db.transact(tell, *(DoorOpened(f"door_{n}") for n in range(count)))
    await seal_all(db)


def a_policy(vkeys: dict[str, str], urls: dict[str, str]) -> audit.Policy:
    lines = [f"log {VKEY}"]
    lines += [f"witness {name} {vkeys[name]} {urls[name]}" for name in NAMES]
    lines += [f"group two 2 {' '.join(NAMES)}", "quorum two", ""]
    return audit.Policy.read("\n".join(lines).encode())


async def submit_fork(url: str, head: audit.PublishedHead | None) -> int:
    """Show a witness another log of the size it knows; return how it answers."""
    assert head
    body = Growing(kind="forged").body(head.size, head.size)
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/add-checkpoint", content=body)
    return answer.status_code
