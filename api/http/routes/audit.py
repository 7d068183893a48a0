"""The audit log: its newest signed head for everyone, the whole of it to verify."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import Path as PathParameter
from fastapi import Query, Response
from fastapi.responses import FileResponse, PlainTextResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask

from api import quorum
from api.auth import STAFF, Role
from api.http.callers import Anyone, Known, Staff
from api.http.depends import Db, Outside
from api.http.router import make_router
from api.services import Services
from ledger import audit
from ledger.audit.note import base64_of
from ledger.audit.tree import TILE_WIDTH, tile_path
from ledger.database import Database
from ledger.errors import NotFound

router = make_router("audit")

WITNESSED = "Tonle-Witnessed"
INDEX_DIGITS = 18
# Personal fields whose values and salts go with a role's export. Operators hand theirs on.
DISCLOSED = {Role.REGULATOR: frozenset({"name"})}
MOST = 2**53 - 1

Level = Annotated[int, PathParameter(ge=0, le=7)]
Index = Annotated[int, PathParameter(ge=0, le=MOST)]


class GrowthOut(BaseModel):
    """A consistency proof: hashes in base64, in the order of RFC 6962."""

    old: int
    new: int
    proof: list[str]


Responses = dict[int | str, dict[str, Any]]

TEXT: Responses = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
RECEIPT: Responses = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}}}
}
BYTES: Responses = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}
ZIP: Responses = {
    200: {
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}}
        }
    }
}


@router.get("/audit/checkpoint", response_class=Response, responses=TEXT)
async def get_checkpoint(
    db: Db, outside: Outside, _: Anyone, *, witnessed: bool = False
) -> Response:
    """Show the newest head, or the newest witnessed one, as a C2SP signed note."""
    find = audit.find_witnessed_head if witnessed else audit.find_head
    head = await db.read(find, outside.policy)
    if head is None:
        raise audit.NothingSealed
    return PlainTextResponse(head.note, headers=standing(head))


def standing(head: audit.PublishedHead) -> dict[str, str]:
    """Return the header that says whether a head is witnessed."""
    return {WITNESSED: "yes" if head.is_witnessed else "no"}


@router.get("/audit/key", response_class=Response, responses=TEXT)
async def get_log_key(outside: Outside, _: Anyone) -> Response:
    """Show the public key the log signs with."""
    return PlainTextResponse(f"{outside.log_key}\n")


@router.get("/audit/policy", response_class=Response, responses=TEXT)
async def get_policy(outside: Outside, _: Anyone) -> Response:
    """Show whose cosignatures the log asks for, as C2SP tlog-policy."""
    if outside.policy is None:
        raise NotFound(thing="policy")
    return Response(outside.policy.raw, media_type="text/plain; charset=utf-8")


@router.get("/audit/tile/entries/{n:path}", response_class=Response, responses=BYTES)
async def get_bundle(n: str, db: Db, _: Staff) -> Response:
    """Hand out a bundle of entries: C2SP tlog-tiles."""
    index, width = _place(n)
    return _tile(await db.read(audit.read_bundle, index, width), width)


@router.get("/audit/tile/{level}/{n:path}", response_class=Response, responses=BYTES)
async def get_tile(level: Level, n: str, db: Db, _: Anyone) -> Response:
    """Hand out a tile of hashes: C2SP tlog-tiles."""
    index, width = _place(n)
    return _tile(await db.read(audit.read_tile, level, index, width), width)


def _place(path: str) -> tuple[int, int]:
    """Read index and width from a tile's path; only its one form is taken."""
    name, _, width_text = path.partition(".p/")
    digits = name.replace("/x", "").removeprefix("x")
    is_short = digits.isascii() and digits.isdigit() and len(digits) <= INDEX_DIGITS
    index = int(digits) if is_short else 0
    is_number = (
        width_text.isascii() and width_text.isdigit() and len(width_text) <= len("255")
    )
    width = int(width_text) if is_number else TILE_WIDTH
    if tile_path("0", index, width) != f"tile/0/{path}":
        raise audit.TileNotThere
    return index, width


def _tile(content: bytes, width: int) -> Response:
    # A tile never changes: of an unfinished one only a longer one takes the place.
    caching = {"Cache-Control": "public, max-age=31536000, immutable"}
    headers = caching if width == TILE_WIDTH else {}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/audit/entries/{index}/proof", response_class=Response, responses=TEXT)
async def prove_entry(
    index: Index, db: Db, outside: Outside, caller: Known
) -> Response:
    """Prove an entry, as C2SP tlog-proof with the entry as extra; clients their own."""
    actor = None if caller.role in STAFF else caller.party
    proof = await db.read(audit.prove_entry, index, policy=outside.policy, actor=actor)
    return PlainTextResponse(proof)


@router.get("/audit/consistency")
async def prove_growth(
    db: Db,
    _: Anyone,
    old: Annotated[int, Query(ge=1, le=MOST)],
    new: Annotated[int, Query(ge=1, le=MOST)],
) -> GrowthOut:
    """Prove that the log of one size is the beginning of the log of a larger one."""
    proof = await db.read(audit.prove_growth, old, new)
    return GrowthOut(old=old, new=new, proof=[base64_of(one) for one in proof])


async def _pack(db: Database, outside: Services, bundle: Path, role: Role) -> Path:
    """Export for a role, when the witnesses have been waited for, and pack it."""
    await quorum.reach(db, outside.policy)
    await db.read(
        audit.export_bundle,
        bundle,
        key=outside.log_key,
        policy=outside.policy,
        disclosed=DISCLOSED.get(role, ()),
    )
    return await asyncio.to_thread(audit.pack, bundle, bundle.with_suffix(".zip"))


@router.get("/audit/export", response_class=Response, responses=ZIP)
async def export_log(db: Db, outside: Outside, caller: Staff) -> Response:
    """Hand over the log whole, with a verifier that needs only Python."""
    place = Path(tempfile.mkdtemp(prefix="tonle-export-"))
    cleaning = BackgroundTask(shutil.rmtree, place, ignore_errors=True)
    try:
        packed = await _pack(db, outside, place / "tonle-audit", caller.role)
    except BaseException:
        await cleaning()
        raise
    return FileResponse(packed, media_type="application/zip", background=cleaning)
