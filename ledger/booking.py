"""The posting core: lock, judge, and write any number of bookings in one statement.

Accounts are locked in the order of their ids; whatever is refused is refused before
anything is written.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ledger.audit.journal import journal_events
from ledger.database import UnitOfWork
from ledger.errors import Conflict, Refusal
from ledger.ids import (
    AccountId,
    EntryId,
    IdMalformed,
    read_id,
    read_number,
    show_id,
)
from ledger.journal import Booking, Posted, PostedLeg
from ledger.judging import Judge, Standing


class EntryIdReused(Conflict):
    """The id stands for another entry already."""

    code = "entry_id_reused"
    message = "Entry {entry} was booked with other content. Use a new id."


class NotReversible(Conflict):
    """Only a posted entry that is no reversal itself can be reversed, once."""

    code = "entry_not_reversible"
    message = "Entry {entry} cannot be reversed. Post a correcting entry instead."


Outcome = list[Posted] | Refusal

_LOCK = text(
    "SELECT * FROM lock_standings(CAST(:accounts AS uuid[]), CAST(:entries AS uuid[]))"
)

_STORED = text("""
SELECT e.id, e.request_hash, p.account, p.units, p.version, p.balance_after
  FROM entry e LEFT JOIN posting p ON p.entry = e.id
 WHERE e.id = ANY(CAST(:ids AS uuid[]))
 ORDER BY e.id, p.leg
""")

_WRITE = text("""
WITH new_entry AS (
  INSERT INTO entry (id, request_hash, kind, state, effective_on, booked_at,
                     reverses, hold, legs, memo, details)
  SELECT id, decode(request_hash, 'hex'), kind, state, effective_on, :booked_at,
         reverses, hold, legs, memo, CAST(details AS jsonb)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS text[]),
                CAST(:kinds AS text[]), CAST(:states AS text[]),
                CAST(:effective AS date[]), CAST(:reverses AS uuid[]),
                CAST(:holds AS uuid[]), CAST(:legs AS bigint[]),
                CAST(:memos AS text[]), CAST(:details AS text[]))
      AS t(id, request_hash, kind, state, effective_on, reverses, hold, legs,
           memo, details)
), new_posting AS (
  INSERT INTO posting (account, version, entry, leg, units, balance_after, booked_at)
  SELECT account, version, entry, leg, units, balance_after, :booked_at
    FROM unnest(CAST(:p_accounts AS uuid[]), CAST(:p_versions AS bigint[]),
                CAST(:p_entries AS uuid[]), CAST(:p_legs AS bigint[]),
                CAST(:p_units AS bigint[]), CAST(:p_afters AS bigint[]))
      AS t(account, version, entry, leg, units, balance_after)
)
UPDATE balance b
   SET posted_debits = t.debits, posted_credits = t.credits,
       pending_debits = t.pending_debits, pending_credits = t.pending_credits,
       version = t.version
  FROM unnest(CAST(:b_accounts AS uuid[]), CAST(:b_debits AS bigint[]),
              CAST(:b_credits AS bigint[]), CAST(:b_pending_debits AS bigint[]),
              CAST(:b_pending_credits AS bigint[]), CAST(:b_versions AS bigint[]))
    AS t(account, debits, credits, pending_debits, pending_credits, version)
 WHERE b.account = t.account
""")


@dataclass
class _Batch:
    """What one call books: the keys of everything named, and what came of it.

    Keys are written in hex, as the database reads them fastest.
    """

    accounts: dict[AccountId, str] = field(default_factory=dict)
    entries: dict[EntryId, str] = field(default_factory=dict)
    standings: dict[AccountId, Standing] = field(default_factory=dict)
    known: dict[EntryId, tuple[bytes, Posted]] = field(default_factory=dict)
    fresh: list[tuple[Booking, bytes, tuple[PostedLeg, ...]]] = field(
        default_factory=list
    )


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
    batch = _Batch()
    named = [_name(batch, group) for group in groups]
    await _open(uow, batch)
    judge = Judge(batch.standings, uow.today())
    outcomes = [
        refused or _settle(batch, judge, group)
        for refused, group in zip(named, groups, strict=True)
    ]
    if batch.fresh:
        booked_at = uow.now()
        await _write(uow, batch, booked_at)
        _tell(uow, batch, booked_at)
    return outcomes


def _name(batch: _Batch, group: Sequence[Booking]) -> Refusal | None:
    """Read the ids a group names; a malformed one is refused to its group alone."""
    try:
        for booking in group:
            batch.entries[booking.id] = _hex("entry", booking.id)
            for account in booking.accounts():
                if account not in batch.accounts:
                    batch.accounts[account] = _hex("acct", account)
    except IdMalformed as refused:
        return refused
    return None


def _hex(prefix: str, shown: str) -> str:
    return f"{read_number(prefix, shown):032x}"


def _settle(batch: _Batch, judge: Judge, group: Sequence[Booking]) -> Outcome:
    mark, before = judge.mark(), len(batch.fresh)
    try:
        return [_settle_one(batch, judge, booking) for booking in group]
    except Refusal as refused:
        judge.take_back(mark)
        for booking, _, _ in batch.fresh[before:]:
            del batch.known[booking.id]
        del batch.fresh[before:]
        return refused


def _settle_one(batch: _Batch, judge: Judge, booking: Booking) -> Posted:
    request_hash = booking.request_hash()
    stored = batch.known.get(booking.id)
    if stored is not None:
        if stored[0] != request_hash:
            raise EntryIdReused(entry=booking.id)
        return stored[1]
    legs = judge.judge(booking)
    batch.fresh.append((booking, request_hash, legs))
    posted = Posted(booking.id, legs, replayed=False)
    batch.known[booking.id] = request_hash, posted
    return posted


async def _open(uow: UnitOfWork, batch: _Batch) -> None:
    """Lock every account that is named and find which entries exist."""
    shown = {key: account for account, key in batch.accounts.items()}
    keys = {
        "accounts": _array(batch.accounts.values()),
        "entries": _array(batch.entries.values()),
    }
    existing = []
    for entry, key, *rest in (await uow.session.execute(_LOCK, keys)).all():
        if key is None:
            existing.append(entry)
            continue
        account = shown[key.hex]
        batch.standings[account] = _standing(account, *rest)
    if existing:
        batch.known = await _stored(uow, existing)


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


async def _write(uow: UnitOfWork, batch: _Batch, booked_at: datetime) -> None:
    touched = {
        account for booking, _, _ in batch.fresh for account in booking.accounts()
    }
    rows: dict[str, Any] = {
        "booked_at": booked_at,
        **_entry_columns(batch),
        **_posting_columns(batch),
        **_balance_columns(batch, touched),
    }
    try:
        await uow.session.execute(_WRITE, rows)
    except IntegrityError as error:
        raise _meant(error) from error


def _meant(error: IntegrityError) -> Exception:
    """Say what a unique key means: another transaction was first, meanwhile."""
    diagnosis = getattr(error.orig, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    key = re.search(r"=\(([0-9a-f-]{36})\)", getattr(diagnosis, "message_detail", ""))
    if key and constraint == "pk_entry":
        return EntryIdReused(entry=show_id("entry", UUID(key[1])))
    if key and constraint == "uq_entry_reverses":
        return NotReversible(entry=show_id("entry", UUID(key[1])))
    return error


def _entry_columns(batch: _Batch) -> dict[str, str]:
    bookings = [booking for booking, _, _ in batch.fresh]
    return {
        "ids": _array(batch.entries[b.id] for b in bookings),
        "hashes": _array(hash_.hex() for _, hash_, _ in batch.fresh),
        "kinds": _texts(b.kind for b in bookings),
        "states": _array(b.state for b in bookings),
        "effective": _array(b.effective_on for b in bookings),
        "reverses": _array(_key(b.reverses) for b in bookings),
        "holds": _array(_key(b.hold) for b in bookings),
        "legs": _array(len(b.legs) for b in bookings),
        "memos": _texts(b.memo for b in bookings),
        "details": _texts(
            json.dumps(b.details) if b.details else "{}" for b in bookings
        ),
    }


def _key(entry: EntryId | None) -> str:
    return "NULL" if entry is None else _hex("entry", entry)


def _posting_columns(batch: _Batch) -> dict[str, str]:
    steps = [
        (batch.entries[booking.id], number, leg)
        for booking, _, legs in batch.fresh
        for number, leg in enumerate(legs)
    ]
    return {
        "p_accounts": _array(batch.accounts[leg.account] for _, _, leg in steps),
        "p_versions": _array(leg.version for _, _, leg in steps),
        "p_entries": _array(entry for entry, _, _ in steps),
        "p_legs": _array(number for _, number, _ in steps),
        "p_units": _array(leg.units for _, _, leg in steps),
        "p_afters": _array(leg.balance_after for _, _, leg in steps),
    }


def _balance_columns(batch: _Batch, touched: Iterable[AccountId]) -> dict[str, str]:
    standings = [batch.standings[account] for account in touched]
    return {
        "b_accounts": _array(batch.accounts[s.account] for s in standings),
        "b_debits": _array(s.debits for s in standings),
        "b_credits": _array(s.credits for s in standings),
        "b_pending_debits": _array(s.pending_debits for s in standings),
        "b_pending_credits": _array(s.pending_credits for s in standings),
        "b_versions": _array(s.version for s in standings),
    }


def _array(values: Iterable[object]) -> str:
    """Write values that need no quotes as PostgreSQL's array text.

    The driver would adapt value by value, which costs more than all else here.
    """
    return f"{{{','.join(map(str, values))}}}"


def _texts(values: Iterable[str]) -> str:
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join([f'"{value}"' for value in quoted]) + "}"


def _tell(uow: UnitOfWork, batch: _Batch, booked_at: datetime) -> None:
    standings = batch.standings
    for booking, _, legs in batch.fresh:
        steps = [(leg.account, standings[leg.account].asset, leg.units) for leg in legs]
        for event in journal_events(
            booking.id,
            booking.kind,
            effective_on=booking.effective_on,
            booked_at=booked_at,
            legs=steps,
        ):
            uow.record(event, entries=[booking.id])
