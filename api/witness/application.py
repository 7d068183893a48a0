"""Serve a witness over HTTP: C2SP tlog-witness, nothing more, and no platform behind."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.witness.joining import REQUEST_BYTES, Member
from ledger.audit import witness


def create_witness_app(one: witness.Witness, member: Member | None = None) -> Starlette:
    """Make the application of one witness, which may be a member of groups."""

    async def add_checkpoint(request: Request) -> Response:
        body = await _read(request, witness.SUBMISSION_BYTES)
        if body is None:
            return PlainTextResponse("the request is too large\n", status_code=413)
        return _respond(await asyncio.to_thread(one.add_checkpoint, body))

    async def sign_quorum(request: Request) -> Response:
        body = await _read(request, REQUEST_BYTES)
        if body is None:
            return PlainTextResponse("the request is too large\n", status_code=413)
        if member is None:
            return PlainTextResponse("no member of any group\n", status_code=404)
        return _respond(await asyncio.to_thread(member.answer, one, body))

    async def show_checkpoint(request: Request) -> Response:
        place = request.path_params["origin_hash"]
        return _respond(await asyncio.to_thread(one.find_checkpoint, place))

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/sign-quorum", sign_quorum, methods=["POST"]),
            Route("/{origin_hash}/checkpoint", show_checkpoint, methods=["GET"]),
        ]
    )


async def _read(request: Request, limit: int) -> bytes | None:
    """Read a body; None when it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            return None
    return bytes(body)


def _respond(answer: witness.Answer) -> Response:
    return Response(
        answer.body,
        status_code=answer.status,
        # Given whole, so that no charset is added to the media type of a size.
        headers={"Content-Type": answer.media_type},
    )
