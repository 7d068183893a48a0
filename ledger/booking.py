"""The posting core: lock, judge and write any number of bookings in one call.

The database judges what is plainly fine and writes it in the same call. Whatever is in
doubt is judged here, one by one, under the same locks, so that a refusal names its
reason. Accounts are locked in the order of their ids.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ledger.database import UnitOfWork
from ledger.drafting import Draft, account_key, array, key_of
from ledger.errors import Conflict, Refusal
from ledger.ids import AccountId, EntryId, read_id, show_id
from ledger.journal import Booking, Posted, PostedLeg
from ledger.judging import Judge, Standing, require_form
from ledger.outbox import Actor, AuditMode


class EntryIdReused(Conflict):
    """The id stands for another entry already."""

    code = "entry_id_reused"
    message = "Entry {entry} was booked with other content. Use a new id."


class NotReversible(Conflict):
    """Only a posted entry that is no reversal itself can be reversed, once."""

    code = "entry_not_reversible"
    message = "Entry {entry} cannot be reversed. Post a correcting entry instead."


Outcome = list[Posted] | Refusal

_NAMES: Final = ("sealing", "told_by", "booked_at", *Draft().columns())
# What ``book`` takes, as the driver fills it in; ``judged`` stands apart.
ARGUMENTS: Final = ", ".join([f"{name} => %({name})s" for name in _NAMES])
# Written for the driver: compiling it would take longer than running it.
_BOOK: Final = f"""
SELECT written, versions, sums FROM book(judged => %(judged)s, {ARGUMENTS})
"""  # noqa: S608 - our own names
_LOCK = text(
    "SELECT * FROM lock_standings(CAST(:accounts AS uuid[]), CAST(:entries AS uuid[]))"
)
_STORED = text("""
SELECT e.id, e.request_hash, p.account, p.units, p.version, p.balance_after
  FROM entry e LEFT JOIN posting p ON p.entry = e.id
 WHERE e.id = ANY(CAST(:ids AS uuid[]))
 ORDER BY e.id, p.leg
""")


@dataclass
class Asked:
    """Groups of bookings, each all or none; those refused at sight are told apart.

    ``draft`` holds the bookings of all other groups, in order.
    """

    groups: Sequence[Sequence[Booking]]
    refused: list[Refusal | None] = field(default_factory=list)
    draft: Draft = field(default_factory=Draft)

    @classmethod
    def of(cls, groups: Sequence[Sequence[Booking]], today: date) -> "Asked":
        """Read what is asked; a malformed booking is refused to its group alone."""
        asked = cls(groups)
        for group in groups:
            asked.refused.append(asked._take(group, today))
        return asked

    def _take(self, group: Sequence[Booking], today: date) -> Refusal | None:
        try:
            keys = [_keys_read(booking) for booking in group]
            for booking in group:
                require_form(booking, today)
        except Refusal as refused:
            return refused
        for booking, key in zip(group, keys, strict=True):
            self.draft.add(booking, key, booking.request_hash())
        return None

    def in_turn(self, posted: Iterator[Posted]) -> list[Outcome]:
        """Give each group its refusal, or what came of its bookings."""
        return [
            refused or [next(posted) for _ in group]
            for refused, group in zip(self.refused, self.groups, strict=True)
        ]


def _keys_read(booking: Booking) -> str:
    """Read every id a booking names and return the key of its own."""
    for account, _ in booking.legs:
        account_key(account)
    for account, *_ in booking.pending:
        account_key(account)
    return key_of("entry", booking.id)


async def book(uow: UnitOfWork, bookings: Sequence[Booking]) -> list[Posted]:
    """Judge and write bookings, all or none; replays give back what was stored.

    Raises:
        Refusal: The first booking that cannot be, with its id and the facts.
    """
    if not bookings:
        return []
    (outcome,) = await book_each(uow, [bookings])
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


async def book_each(
    uow: UnitOfWork, groups: Sequence[Sequence[Booking]]
) -> list[Outcome]:
    """Judge groups of bookings, each all or none, and write what was accepted.

    The groups are judged in their order; a refused one gives its refusal and leaves
    no trace on those behind it.
    """
    asked = Asked.of(groups, uow.today())
    if asked.draft.is_plain():
        posted = await _write(uow, asked.draft, judged=False)
        if posted is not None:
            return asked.in_turn(iter(posted))
    return await _judge(uow, asked)


def values(
    draft: Draft, *, actor: Actor, audit: AuditMode, now: datetime
) -> dict[str, Any]:
    """Return what goes into ``ARGUMENTS``."""
    return {
        "sealing": audit is not AuditMode.OFF,
        "told_by": [actor.id, actor.auth, actor.request_id],
        "booked_at": now,
        **draft.columns(),
    }


async def _write(uow: UnitOfWork, draft: Draft, *, judged: bool) -> list[Posted] | None:
    """Write a draft; None when it was not judged and is not plainly fine."""
    if not draft.bookings:
        return []
    asked = values(draft, actor=uow.actor, audit=uow.audit, now=uow.now())
    connection = await uow.session.connection()
    try:
        rows = await connection.exec_driver_sql(_BOOK, {"judged": judged, **asked})
    except IntegrityError as error:
        raise _meant(error) from error
    row = rows.one()
    if not row.written:
        return None
    uow.booked += draft.keys
    return draft.outcomes(row.versions, row.sums)


def _meant(error: IntegrityError) -> Exception:
    """Say what a unique key means: another transaction was first, meanwhile."""
    if not isinstance(error.orig, psycopg.Error):
        return error
    constraint = error.orig.diag.constraint_name
    # What a trigger raises tells no detail.
    detail = error.orig.diag.message_detail or ""
    key = re.search(r"=\(([0-9a-f-]{36})\)", detail)
    if key and constraint == "pk_entry":
        return EntryIdReused(entry=show_id("entry", UUID(key[1])))
    if key and constraint == "uq_entry_reverses":
        return NotReversible(entry=show_id("entry", UUID(key[1])))
    return error


async def _judge(uow: UnitOfWork, asked: Asked) -> list[Outcome]:
    """Judge booking by booking under the locks, and write what was accepted."""
    case = await _open(uow, asked.draft)
    hashes = iter(zip(asked.draft.keys, asked.draft.hashes, strict=True))
    outcomes: list[Outcome] = []
    for refused, group in zip(asked.refused, asked.groups, strict=True):
        if refused is None:
            known = [_Known(booking, *next(hashes)) for booking in group]
            outcomes.append(case.settle(known))
        else:
            outcomes.append(refused)
    draft = Draft()
    for fresh in case.fresh:
        draft.add(*fresh)
    await _write(uow, draft, judged=True)
    return outcomes


class _Known(NamedTuple):
    """A booking with the key of its id and the hash of its content."""

    booking: Booking
    key: str
    request_hash: bytes


@dataclass
class _Case:
    """What stands already and what was accepted so far, while groups are judged."""

    judge: Judge
    known: dict[EntryId, tuple[bytes, Posted]]
    fresh: list[_Known] = field(default_factory=list)

    def settle(self, group: Sequence[_Known]) -> Outcome:
        """Judge one group, all or none."""
        mark, before = self.judge.mark(), len(self.fresh)
        try:
            return [self._settle_one(known) for known in group]
        except Refusal as refused:
            self.judge.take_back(mark)
            for one in self.fresh[before:]:
                del self.known[one.booking.id]
            del self.fresh[before:]
            return refused

    def _settle_one(self, known: _Known) -> Posted:
        booking = known.booking
        stored = self.known.get(booking.id)
        if stored is not None:
            if stored[0] != known.request_hash:
                raise EntryIdReused(entry=booking.id)
            return stored[1]
        posted = Posted(booking.id, self.judge.judge(booking), replayed=False)
        self.fresh.append(known)
        self.known[booking.id] = known.request_hash, posted
        return posted


async def _open(uow: UnitOfWork, draft: Draft) -> _Case:
    """Lock every account that is named and find which entries exist."""
    shown = {account.key: id_ for id_, account in draft.accounts.items()}
    keys = {"accounts": array(shown), "entries": array(draft.keys)}
    standings: dict[AccountId, Standing] = {}
    existing = []
    for entry, key, *rest in (await uow.session.execute(_LOCK, keys)).all():
        if key is None:
            existing.append(entry)
            continue
        account = shown[key.hex]
        standings[account] = _standing(account, *rest)
    known = await _stored(uow, existing) if existing else {}
    return _Case(Judge(standings), known)


def _standing(
    account: AccountId, in_book: str, asset: str, side: str, *rest: Any
) -> Standing:
    return Standing(account, in_book, asset, -1 if side == "credit" else 1, *rest)


async def find_posted(uow: UnitOfWork, entry: EntryId) -> Posted | None:
    """Return what came of an entry when it was booked; None when it was not."""
    stored = await _stored(uow, [read_id("entry", entry)])
    return stored[entry][1] if stored else None


async def _stored(
    uow: UnitOfWork, ids: Sequence[UUID]
) -> dict[EntryId, tuple[bytes, Posted]]:
    rows = await uow.session.execute(_STORED, {"ids": ids})
    hashes: dict[EntryId, bytes] = {}
    legs: defaultdict[EntryId, list[PostedLeg]] = defaultdict(list)
    for id_, request_hash, account, *step in rows:
        shown = EntryId(show_id("entry", id_))
        hashes[shown] = bytes(request_hash)
        if account is not None:
            legs[shown].append(PostedLeg(AccountId(show_id("acct", account)), *step))
    return {
        id_: (hash_, Posted(id_, tuple(legs[id_]), replayed=True))
        for id_, hash_ in hashes.items()
    }
