"""Describe the API as OpenAPI 3.1; the description is kept in docs/openapi.json.

Written anew by ``python -m api.http.description > docs/openapi.json``.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.http.commands import KEY_HEADER, NEEDED
from api.http.routes import ROUTERS
from api.problems import FieldProblem, Problem

TITLE = "Tonle"
VERSION = "1"
ABOUT = (
    "Loans and equity for small and medium enterprises. Money is whole minor units;"
    " every refusal is an RFC 9457 problem with a stable code; what moves money needs"
    " an Idempotency-Key."
)


def describe(routers: Sequence[APIRouter] = ROUTERS) -> dict[str, Any]:
    """Return the description of the routes under /v1."""
    shown = FastAPI()
    for router in routers:
        shown.include_router(router, prefix="/v1")
    found = get_openapi(
        title=TITLE,
        version=VERSION,
        description=ABOUT,
        routes=shown.routes,
        servers=[{"url": "/"}],
    )
    components = found.setdefault("components", {}).setdefault("schemas", {})
    _, problems = models_json_schema(
        [(Problem, "serialization"), (FieldProblem, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    components.update(problems["$defs"])
    for path in found["paths"].values():
        for operation in path.values():
            _require_key(operation.get("parameters", []))
    return found


def _require_key(parameters: list[dict[str, Any]]) -> None:
    """Say where the key is required: we refuse its absence ourselves, with 400."""
    for parameter in parameters:
        if parameter["name"] == KEY_HEADER:
            parameter["required"] = parameter["description"] == NEEDED
            parameter["schema"] = {
                "type": "string",
                "minLength": 1,
                "maxLength": 255,
                "pattern": "^[\\x21-\\x7e]+$",
            }


def text() -> str:
    """Return the description as it is kept."""
    return json.dumps(describe(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
