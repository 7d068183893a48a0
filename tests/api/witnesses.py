"""Three witnesses without a network, and the policy that names them."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from api.witness import Member, create_witness_app
from ledger import audit
from ledger.audit import witness
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import VKEY
from tests.ledger.audit.growing import a_cosigner, a_witness

NAMES = ("regulator", "trustee", "auditor")
QUORUM = ("group all-three 2 regulator trustee auditor", "quorum all-three")


def policy_of(*quorum: str) -> audit.Policy:
    lines = [f"log {VKEY}"]
    for name in NAMES:
        key = a_cosigner(f"{name}.example/w1").key
        lines.append(f"witness {name} {key} https://{name}.example/")
    text = "\n".join([*lines, *(quorum or QUORUM), ""])
    return audit.Policy.read(text.encode())


@dataclass
class Network(httpx.AsyncBaseTransport):
    """Reaches each witness by its host; some may be away, or answer nonsense."""

    folder: Path
    away: set[str] = field(default_factory=set)
    nonsense: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)
    at: datetime = FIRST_MOMENT

    def witness(self, name: str) -> witness.Witness:
        file = self.folder / f"{name}.db"
        return a_witness(file, f"{name}.example/w1", at=self.at)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host.partition(".")[0]
        self.asked.append(name)
        if name in self.away:
            raise httpx.ConnectError("nobody there")
        if name in self.nonsense:
            status, body = self.nonsense[name]
            headers = {"Location": "https://elsewhere.example/"}
            stream = httpx.ByteStream(body)
            return httpx.Response(status, headers=headers, stream=stream)
        app = create_witness_app(self.witness(name), self.members.get(name))
        return await httpx.ASGITransport(app).handle_async_request(request)
