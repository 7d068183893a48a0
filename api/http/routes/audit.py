"""The audit log: its newest signed head for everyone, the whole of it to verify."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.background import BackgroundTask

from api.http.callers import Anyone, Staff
from api.http.depends import Db, Outside
from api.http.router import make_router
from ledger import audit

router = make_router("audit")

Responses = dict[int | str, dict[str, Any]]

TEXT: Responses = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
ZIP: Responses = {
    200: {
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}}
        }
    }
}


@router.get("/audit/checkpoint", response_class=Response, responses=TEXT)
async def get_checkpoint(db: Db, _: Anyone) -> Response:
    """Show the newest head of the log as a C2SP signed note."""
    head = await db.read(audit.find_checkpoint)
    if head is None:
        raise audit.NothingSealed
    return PlainTextResponse(head.note)


@router.get("/audit/key", response_class=Response, responses=TEXT)
async def get_log_key(outside: Outside, _: Anyone) -> Response:
    """Show the public key the log signs with."""
    return PlainTextResponse(f"{outside.log_key}\n")


@router.get("/audit/export", response_class=Response, responses=ZIP)
async def export_log(db: Db, outside: Outside, _: Staff) -> Response:
    """Hand over the log whole, with a verifier that needs only Python."""
    place = Path(tempfile.mkdtemp(prefix="tonle-export-"))
    cleaning = BackgroundTask(shutil.rmtree, place, ignore_errors=True)
    try:
        bundle = place / "tonle-audit"
        await db.read(audit.export_bundle, bundle, outside.log_key)
        packed = await asyncio.to_thread(
            shutil.make_archive, str(bundle), "zip", bundle
        )
    except BaseException:
        await cleaning()
        raise
    return FileResponse(packed, media_type="application/zip", background=cleaning)
