"""Whatever is sent, in whatever role: never a failure of ours, always as described."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.auth import Role
from api.http import description
from ledger.clock import StoppedClock
from tests.api.conftest import KeyFor
from tests.api.http.live import serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# A push tries a little; TONLE_FUZZ_EXAMPLES=100 and more digs.
EXAMPLES = int(os.environ.get("TONLE_FUZZ_EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(description.describe())


@dataclass(frozen=True)
class Live:
    base: str
    headers: dict[Role, dict[str, str]]


@pytest.fixture
async def keys(key_for: KeyFor) -> dict[Role, dict[str, str]]:
    return {role: await key_for(role) for role in Role}


@pytest.fixture
def live(
    app_url: str, clock: StoppedClock, keys: dict[Role, dict[str, str]]
) -> Iterator[Live]:
    with serving(app_url, clock) as base:
        yield Live(base, keys)


def operations() -> Iterator[APIOperation]:
    for result in SCHEMA.get_all_operations():
        yield result.ok()


@pytest.mark.parametrize("role", list(Role))
def test_nothing_that_is_sent_breaks_anything(live: Live, role: Role) -> None:
    for operation in operations():
        for mode in GenerationMode:
            send(operation, mode, live.base, live.headers[role])


def send(
    operation: APIOperation, mode: GenerationMode, base: str, headers: dict[str, str]
) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: schemathesis.Case) -> None:
        response = case.call(base_url=base, headers=headers)
        case.validate_response(response, checks=CHECKS)

    # What takes no input has no wrong input.
    with suppress(Unsatisfiable):
        each()
