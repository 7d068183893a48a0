"""Check the log and the laws for the regulator's page, one run at a time.

The run does what an outsider would do: it exports the log as stored and lets the
verifier that goes with the export judge it under the log's key.
"""

import asyncio
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from api import failures, laws, quorum
from ledger import audit, invariants
from ledger.audit import LogKey, Policy
from ledger.audit.verifier.answers import Report
from ledger.audit.verifier.program import verify
from ledger.database import Database
from ledger.invariants import Breach, Law

log = structlog.get_logger()


@dataclass(frozen=True)
class Findings:
    """What one run found: the verifier's report, and where laws are broken."""

    finished_at: datetime
    report: Report
    laws: Sequence[Law]
    breaches: Sequence[Breach]
    archive: Path
    is_witnessed: bool

    def breaches_of(self, law: Law) -> list[Breach]:
        """Return where one law does not hold."""
        return [breach for breach in self.breaches if breach.law.name == law.name]


class Auditor:
    """Runs checks in the background and keeps the last findings for everyone to read.

    ``waits_for_witnesses`` tells that a run waits for the quorum of the newest head.
    """

    def __init__(self) -> None:
        self.running_since: datetime | None = None
        self.waits_for_witnesses = False
        self.failed = False
        self.last: Findings | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, db: Database, key: LogKey, policy: Policy | None = None) -> None:
        """Begin a run unless one goes on."""
        if self.running_since is None:
            self.running_since = db.clock.now()
            self._task = asyncio.create_task(self._run(db, key, policy))

    async def finish(self) -> None:
        """Wait for the run that goes on."""
        if self._task is not None:
            await self._task

    async def _run(self, db: Database, key: LogKey, policy: Policy | None) -> None:
        try:
            self.waits_for_witnesses = policy is not None
            await quorum.reach(db, policy)
            self.waits_for_witnesses = False
            self.last = await self._examine(db, key, policy)
            self.failed = False
        except Exception as error:  # noqa: BLE001 - the edge of a task nobody awaits
            self.failed = True
            # Not log.exception: an error's own text may hold people's data.
            log.error("audit_check_failed", **failures.describe(error))  # noqa: TRY400 - as said
        finally:
            self.running_since = None
            self.waits_for_witnesses = False

    async def _examine(
        self, db: Database, key: LogKey, policy: Policy | None
    ) -> Findings:
        """Export, judge and pack; the room goes when nobody holds the findings."""
        room = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="tonle-audit-"))
        try:
            bundle = room / "export"
            exported = await db.read(
                audit.export_bundle, bundle, key=key, policy=policy
            )
            judged = asyncio.to_thread(
                verify, bundle, str(key), policy=policy.raw if policy else None
            )
            findings = Findings(
                report=await judged,
                archive=await asyncio.to_thread(_pack, room),
                laws=[law for book in laws.BOOKS for law in invariants.read_laws(book)],
                breaches=await db.read(invariants.find_breaches, laws.BOOKS),
                finished_at=db.clock.now(),
                is_witnessed=exported.is_witnessed,
            )
        except BaseException:
            shutil.rmtree(room, ignore_errors=True)
            raise
        weakref.finalize(findings, shutil.rmtree, room, ignore_errors=True)
        return findings


def _pack(room: Path) -> Path:
    archive = audit.pack(room / "export", room / "tonle-audit.zip")
    shutil.rmtree(room / "export")
    return archive
