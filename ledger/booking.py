"""The posting core: lock, judge, and write any number of bookings in one statement.

Accounts are locked in the order of their ids; whatever is refused is refused before
anything is written.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ledger.audit.journal import journal_events
from ledger.database import UnitOfWork
from ledger.errors import Conflict, Refusal
from ledger.ids import AccountId, EntryId, read_id, show_id
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
    """What one call books: the keys of everything named, and what came of it."""

    accounts: Mapping[AccountId, UUID]
    entries: Mapping[EntryId, UUID]
    standings: dict[AccountId, Standing]
    known: dict[EntryId, tuple[bytes, Posted]]
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
    batch = await _open(uow, groups)
    judge = Judge(batch.standings, uow.today())
    outcomes = [_settle(batch, judge, group) for group in groups]
    if batch.fresh:
        booked_at = uow.now()
        await _write(uow, batch, booked_at)
        _tell(uow, batch, booked_at)
    return outcomes


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


async def _open(uow: UnitOfWork, groups: Sequence[Sequence[Booking]]) -> _Batch:
    """Lock every account the groups name and find which entries exist."""
    bookings = [booking for group in groups for booking in group]
    named = {account for booking in bookings for account in booking.accounts()}
    accounts = {account: read_id("acct", account) for account in named}
    entries = {booking.id: read_id("entry", booking.id) for booking in bookings}
    shown = {key: account for account, key in accounts.items()}
    rows = await uow.session.execute(
        _LOCK,
        {"accounts": _array(accounts.values()), "entries": _array(entries.values())},
    )
    standings, existing = {}, []
    for entry, account, book_, asset, side, *rest in rows.all():
        if account is None:
            existing.append(entry)
            continue
        sign = -1 if side == "credit" else 1
        standings[shown[account]] = Standing(shown[account], book_, asset, sign, *rest)
    known = await _stored(uow, existing) if existing else {}
    return _Batch(accounts, entries, standings, known)


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
    touched = {a for booking, _, _ in batch.fresh for a in booking.accounts()}
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


def _key(entry: EntryId | None) -> UUID | str:
    return "NULL" if entry is None else read_id("entry", entry)


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
