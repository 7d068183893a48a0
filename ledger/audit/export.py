"""Write the sealed log into a folder that outsiders verify without us.

The folder is the C2SP tile tree itself, with the signed head, flat files for
accountants, the verifier and a manifest. The same head gives the same bytes.
"""

import hashlib
import shutil
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.disclosing import write_openings
from ledger.audit.errors import FolderInUse, NothingSealed
from ledger.audit.flat_files import FlatFiles
from ledger.audit.model import AuditEntryRow, CheckpointRow, TileRow
from ledger.audit.note import LogKey
from ledger.audit.policy import Policy
from ledger.audit.single_file import single_file
from ledger.audit.stamping import list_stamped
from ledger.audit.tree import HASH_BYTES, TILE_WIDTH, tile_path, width_of
from ledger.audit.witnessing import PublishedHead, find_head, find_witnessed_head
from ledger.canonical import canonical
from ledger.database import UnitOfWork

FORMAT = "tonle-audit-export/1"
MANIFEST = "manifest.json"
POLICY = "policy"
TIMESTAMPS = "timestamps"
WITNESSED_WITHIN = timedelta(minutes=10)
"""An export takes the last witnessed head, unless it lies that far behind the newest."""

_TILES_A_READ = 16
_ENTRIES_A_READ = TILE_WIDTH * _TILES_A_READ


@dataclass(frozen=True)
class Exported:
    """A finished export: where it is, the size of the log in it, how many files."""

    folder: Path
    size: int
    files: int
    is_witnessed: bool


async def export_bundle(
    uow: UnitOfWork,
    folder: Path,
    *,
    key: LogKey,
    policy: Policy | None = None,
    disclosed: Collection[str] = (),
) -> Exported:
    """Write the log up to its newest head; run it with ``Database.read``.

    With a policy that is the newest witnessed one, unless the witnesses have been away;
    then the manifest says so. The folder appears only when it is whole. Personal values
    are in it for the ``disclosed`` fields alone: such an export is for one reader.

    Raises:
        NothingSealed: There is no head to export.
        FolderInUse: The folder holds something already.
    """
    head = await _choose_head(uow, policy)
    with _appearing_whole(folder) as unfinished:
        manifest = _Manifest(unfinished, is_witnessed=head.is_witnessed)
        manifest.write("log.vkey", f"{key}\n".encode())
        if policy:
            manifest.write(POLICY, policy.raw)
        for note, stamped in await list_stamped(uow, head.size):
            manifest.write(f"{TIMESTAMPS}/{stamped.size}.checkpoint", note.encode())
            manifest.write(f"{TIMESTAMPS}/{stamped.size}.tsr", stamped.response)
        if disclosed:
            path = await write_openings(
                uow.session, manifest.folder, fields=disclosed, size=head.size
            )
            manifest.add(path)
        count = await _write_all(uow.session, manifest, head)
    return Exported(folder, head.size, count, head.is_witnessed)


async def _choose_head(uow: UnitOfWork, policy: Policy | None) -> PublishedHead:
    newest = await find_head(uow, policy)
    if newest is None:
        raise NothingSealed
    witnessed = await find_witnessed_head(uow, policy)
    if witnessed is None or newest.at - witnessed.at > WITNESSED_WITHIN:
        return newest
    return witnessed


@contextmanager
def _appearing_whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, that takes its name when all went well."""
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUse
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


async def find_checkpoint(uow: UnitOfWork) -> CheckpointRow | None:
    """Find the newest signed head."""
    newest = select(CheckpointRow).order_by(CheckpointRow.size.desc()).limit(1)
    return await uow.session.scalar(newest)


async def _write_all(
    session: AsyncSession, manifest: "_Manifest", head: PublishedHead
) -> int:
    manifest.write("checkpoint", head.note.encode())
    manifest.write("verify.py", single_file().encode())
    manifest.write("VERIFY.md", (files(__package__) / "VERIFY.md").read_bytes())
    with closing(FlatFiles(manifest.folder)) as flat_files:
        async for index, entries in _bundles(session, head.size):
            for entry in entries:
                flat_files.take(entry)
            lengths = (len(entry).to_bytes(2, "big") + entry for entry in entries)
            path = tile_path("entries", index, len(entries))
            manifest.write(path, b"".join(lengths))
        for path in flat_files.finish():
            manifest.add(path)
    async for tile in _tiles(session):
        width = width_of(tile.level, tile.index, head.size)
        if width > 0:
            path = tile_path(tile.level, tile.index, width)
            manifest.write(path, tile.hashes[: width * HASH_BYTES])
    return manifest.finish()


async def _bundles(
    session: AsyncSession, size: int
) -> AsyncIterator[tuple[int, Sequence[bytes]]]:
    for start in range(0, size, _ENTRIES_A_READ):
        query = (
            select(AuditEntryRow.canonical)
            .where(AuditEntryRow.seq >= start)
            .where(AuditEntryRow.seq < min(size, start + _ENTRIES_A_READ))
            .order_by(AuditEntryRow.seq)
        )
        entries = (await session.scalars(query)).all()
        for cut in range(0, len(entries), TILE_WIDTH):
            yield (start + cut) // TILE_WIDTH, entries[cut : cut + TILE_WIDTH]


async def _tiles(session: AsyncSession) -> AsyncIterator[TileRow]:
    query = select(TileRow).order_by(TileRow.level, TileRow.index)
    rows = await session.stream_scalars(query.execution_options(yield_per=64))
    async for tile in rows:
        yield tile


class _Manifest:
    """The files written so far, with their sizes and hashes."""

    def __init__(self, folder: Path, *, is_witnessed: bool) -> None:
        self.folder = folder
        self._is_witnessed = is_witnessed
        self._files: list[dict[str, int | str]] = []

    def write(self, path: str, content: bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self._note(path, len(content), hashlib.sha256(content).hexdigest())

    def add(self, path: str) -> None:
        with (self.folder / path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._note(path, (self.folder / path).stat().st_size, digest)

    def _note(self, path: str, size: int, digest: str) -> None:
        self._files.append({"path": path, "bytes": size, "sha256": digest})

    def finish(self) -> int:
        listed = sorted(self._files, key=lambda file: str(file["path"]))
        told = {"files": listed, "format": FORMAT, "witnessed": self._is_witnessed}
        form = canonical(told)
        (self.folder / MANIFEST).write_bytes(form + b"\n")
        return len(listed) + 1
