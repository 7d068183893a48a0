"""Sealing, exporting and verifying a log of many journal entries."""

import asyncio
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import audit, entries, memory
from ledger.clock import SystemClock
from ledger.database import Database, close_engine, make_engine
from ledger.ids import AccountId
from tests.benchmarks.audit import world
from tests.benchmarks.ledger import ours

SIGNER = audit.Signer("benchmark.example/log", Ed25519PrivateKey.generate())
BATCH = 1_000
# Runs a program and tells the most memory it held; a child's rusage would count ours too.
WATCHED = """
import runpy, sys
del sys.argv[0]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    status = open("/proc/self/status").read()
    print(status.split("VmHWM:")[1].split()[0], file=sys.stderr)
"""


@dataclass(frozen=True)
class Figures:
    """What a log of so many entries took: seconds, and the verifier's memory."""

    entries: int
    sealing: float
    exporting: float
    verifying: float
    verifying_mb: float

    def lines(self) -> list[str]:
        """Say each figure beside its goal."""
        per_second = f"{self.entries / self.sealing:,.0f} entries/s"
        verifying = f"{self.verifying:.1f} s, {self.verifying_mb:.0f} MB"
        return [
            f"seal {self.entries:,}: {per_second}   goal 20,000",
            f"export {self.entries:,}: {self.exporting:.1f} s   goal 20 s",
            f"verify.py on {self.entries:,}: {verifying}   goal 10 s, flat",
        ]


def measure(admin: str, count: int) -> Figures:
    """Book so many transfers, then seal, export and verify them."""
    urls = world.database(admin)
    wallets = asyncio.run(ours.prepare(urls.app))
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        size, sealing, exporting = asyncio.run(_seal(urls.app, wallets, count, room))
        verifying, peak = _verify(room / "export")
    return Figures(size, sealing, exporting, verifying, peak)


async def _seal(
    url: str, wallets: list[AccountId], count: int, room: Path
) -> tuple[int, float, float]:
    db = Database(make_engine(url), SystemClock())
    for start in range(0, count, BATCH):
        amount = min(BATCH, count - start)
        await db.transact(
            entries.post, [ours.transfer(wallets, hot=False) for _ in range(amount)]
        )
    memory.settle()  # as the server does
    began, size, sealer = time.perf_counter(), 0, audit.Sealer(db, SIGNER)
    while sealed := await sealer.seal():
        size += sealed.added
    sealing = time.perf_counter() - began
    began = time.perf_counter()
    await db.read(audit.export_bundle, room / "export", key=SIGNER.key)
    exporting = time.perf_counter() - began
    await close_engine(db.engine)
    return size, sealing, exporting


def _verify(export: Path) -> tuple[float, float]:
    """Return seconds and megabytes of the export's own program."""
    program = [sys.executable, "-I", "-S", "-c", WATCHED, export / "verify.py"]
    began = time.perf_counter()
    done = subprocess.run(
        [*program, "--key", str(SIGNER.key), export],
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - began, int(done.stderr) / 1024
