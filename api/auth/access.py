"""Say who may call a route; what says nothing cannot be served."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPBearer

from ledger.errors import NotFound, ensure
from ledger.ids import PartyId
from ledger.outbox import Actor

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="apiKey",
    description="An API key of the form tnl_<id>_<secret>.",
)


class Role(StrEnum):
    """What a caller is to the platform."""

    SME = "sme"
    LENDER = "lender"
    OPERATOR = "operator"
    REGULATOR = "regulator"


STAFF = frozenset({Role.OPERATOR, Role.REGULATOR})


@dataclass(frozen=True)
class Caller:
    """A party known by its key."""

    party: PartyId
    role: Role
    key: str

    def require_sight(self, owner: str, thing: str) -> None:
        """Answer for another's thing as if there were none, unless staff asks."""
        if self.role not in STAFF and self.party != owner:
            raise NotFound(thing=thing)

    def about(self, asked: PartyId | None) -> PartyId:
        """Return whose things are meant: one's own, or those staff asks for."""
        meant = asked or self.party
        self.require_sight(meant, "party")
        return meant

    def within(self, asked: PartyId | None) -> PartyId | None:
        """Return whose list is meant: one's own; for staff None means everybody's."""
        if asked is None and self.role in STAFF:
            return None
        return self.about(asked)

    def actor(self, request_id: str) -> Actor:
        """Return how events name this caller."""
        return Actor(self.party, f"key:{self.key}", request_id)


@dataclass(frozen=True)
class Access:
    """The roles that may use a route; none means that it is open to anyone."""

    roles: frozenset[Role]

    def __call__(
        self, request: Request, _: Annotated[object, Security(_bearer)]
    ) -> Caller:
        """Give the handler the caller whom the guard has let in."""
        caller = request.state.caller
        ensure(caller.role in self.roles, "the guard admits before the handler runs")
        return Caller(caller.party, caller.role, caller.key)


class Anyone(Access):
    """Access without a key, said aloud."""

    def __call__(self) -> None:  # type: ignore[override]  # nobody is to be given
        """Give the handler nobody."""


def role(*roles: Role) -> Access:
    """Let these roles in, with their keys."""
    ensure(roles, "a route names the roles it is for")
    return Access(frozenset(roles))


def anyone() -> Access:
    """Let everyone in, keys unread."""
    return Anyone(frozenset())
