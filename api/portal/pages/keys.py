"""My keys: made in the browser or held for one, put in use, replaced, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Response

from api.auth import Caller, Role
from api.http.callers import Operator, Signatory
from api.portal.desk import KEYS_SCRIPT, At, Desk, UseCase
from api.portal.fields import Hex, Reason, read_hex
from api.portal.guard import make_pages
from api.wire import SigningKeyRef
from finance import lending, signing
from finance.lending import LoanStatus, StoodFor
from finance.signing import KeyState, Shown, Signature, SigningKey
from ledger.database import UnitOfWork
from ledger.paging import MAX_PAGE
from risk import identity

router = make_pages()

HERE = "/keys"


@dataclass(frozen=True)
class KeysView:
    """One's own keys, newest first; for an operator also those that wait for one.

    ``unsigned`` are agreements of loans one stands behind that wait for signatures.
    """

    own: list[SigningKey]
    waiting: list[tuple[SigningKey, str]]
    signatures: list[Signature]
    unsigned: list[StoodFor]

    @property
    def active(self) -> SigningKey | None:
        """The key one signs with."""
        found = (key for key in self.own if key.state == KeyState.ACTIVE)
        return next(found, None)


class Made:
    """A key as the script on the page made it: its public half, and the proof."""

    def __init__(self, public_key: Hex = "", proof: Hex = "") -> None:
        self._written = public_key, proof

    @property
    def shown(self) -> Shown:
        """The bytes."""
        public, proof = self._written
        return Shown(read_hex(public), read_hex(proof))


@router.get("/keys")
async def show_keys(desk: At, caller: Signatory) -> Response:
    """Show one's own signing keys and where each stands."""
    return await _page(desk, caller)


@router.post("/keys")
async def register(
    desk: At, caller: Signatory, made: Annotated[Made, Depends()]
) -> Response:
    """Register a key that was made in this browser."""
    take_in = partial(signing.register_key, party_id=caller.party, shown=made.shown)
    return await _act(desk, caller, take_in, done="key_registered")


@router.post("/keys/held")
async def make_held(desk: At, caller: Signatory) -> Response:
    """Have the platform make and hold a key."""
    return await _act(
        desk,
        caller,
        partial(signing.make_key, party_id=caller.party, custody=desk.keeper),
        done="key_made",
    )


@router.post("/keys/succession")
async def succeed(
    desk: At, caller: Signatory, made: Annotated[Made, Depends()], consent: Hex = ""
) -> Response:
    """Let a new key take the place of the one in use, which has signed that."""
    replace_key = partial(
        signing.succeed_key,
        party_id=caller.party,
        shown=made.shown,
        consent=read_hex(consent),
        platform=desk.keeper.platform,
    )
    return await _act(desk, caller, replace_key, done="key_replaced")


@router.post("/keys/{key_id}/revoke")
async def revoke(
    key_id: SigningKeyRef, desk: At, caller: Signatory, reason: Reason
) -> Response:
    """Stop one's own key from now on."""
    own = caller.party
    stop = partial(
        signing.revoke_key, key_id=key_id, by=own, reason=reason, party_id=own
    )
    return await _act(desk, caller, stop, done="key_revoked")


@router.post("/keys/{key_id}/activate")
async def activate(key_id: SigningKeyRef, desk: At, caller: Operator) -> Response:
    """Say whose a registered key is, so that it signs."""
    return await _act(
        desk,
        caller,
        partial(signing.activate_key, key_id=key_id, operator_id=caller.party),
        done="key_activated",
    )


async def _act(desk: Desk, caller: Caller, use_case: UseCase, *, done: str) -> Response:
    return await desk.act(
        use_case, done=f"{HERE}?done={done}", again=partial(_page, caller=caller)
    )


async def _page(desk: Desk, caller: Caller) -> Response:
    view = await desk.db.read(_read, caller=caller)
    platform = signing.platform_of(desk.custody)
    return desk.page("keys.html", view=view, platform=platform, script=KEYS_SCRIPT)


async def _read(uow: UnitOfWork, *, caller: Caller) -> KeysView:
    own = await signing.list_keys(uow, party_id=caller.party, limit=MAX_PAGE)
    keys: Sequence[SigningKey] = ()
    if caller.role is Role.OPERATOR:
        keys = await signing.list_waiting(uow, but_of=caller.party)
    names = await identity.get_names(uow, {key.party for key in keys})
    waiting = [(key, names[key.party]) for key in keys]
    signed = await signing.list_signatures(uow, party_id=caller.party)
    stood_for = await lending.list_stood_for(uow, party_id=caller.party)
    unsigned = [one for one in stood_for if one.status == LoanStatus.AWAITING_SIGNATURE]
    return KeysView(own.items, waiting, signed.items, unsigned)
