"""Serve a witness over HTTP: C2SP tlog-witness, nothing more, and no platform behind."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ledger.audit import witness


def create_witness_app(one: witness.Witness) -> Starlette:
    """Make the application of one witness."""

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > witness.SUBMISSION_BYTES:
                return PlainTextResponse("the request is too large\n", status_code=413)
        return _respond(await asyncio.to_thread(one.add_checkpoint, bytes(body)))

    async def show_checkpoint(request: Request) -> Response:
        place = request.path_params["origin_hash"]
        return _respond(await asyncio.to_thread(one.find_checkpoint, place))

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin_hash}/checkpoint", show_checkpoint, methods=["GET"]),
        ]
    )


def _respond(answer: witness.Answer) -> Response:
    return Response(
        answer.body,
        status_code=answer.status,
        # Given whole, so that no charset is added to the media type of a size.
        headers={"Content-Type": answer.media_type},
    )
