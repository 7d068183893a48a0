"""The posting core: lock, judge, and write any number of bookings in one statement.

Accounts are locked in the order of their ids; whatever is refused is refused before
anything is written.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ledger.audit.journal import journal_events
from ledger.database import UnitOfWork
from ledger.errors import Conflict
from ledger.ids import AccountId, EntryId, read_id, show_id
from ledger.journal import Booking, Posted, PostedLeg
from ledger.judging import Judge, Standing


class EntryIdReused(Conflict):
    """The id stands for another entry already."""

    code = "entry_id_reused"
    message = "Entry {entry} was booked with other content. Use a new id."


_LOCK = text("""
SELECT b.account, a.book, a.asset, b.normal_side, b.floor_units, b.ceiling_units,
       a.closed_at IS NOT NULL, a.frozen,
       (SELECT max(p.ends_on) FROM period p
         WHERE p.book = a.book AND p.state = 'closed'),
       b.posted_debits, b.posted_credits, b.pending_debits, b.pending_credits,
       b.version
  FROM balance b JOIN account a ON a.id = b.account
 WHERE b.account = ANY(CAST(:accounts AS uuid[]))
 ORDER BY b.account
   FOR UPDATE OF b
""")

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
  SELECT id, request_hash, kind, state, effective_on, :booked_at,
         reverses, hold, legs, memo, CAST(details AS jsonb)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]),
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


async def book(uow: UnitOfWork, bookings: Sequence[Booking]) -> list[Posted]:
    """Judge and write bookings, all or none; replays give back what was stored.

    Raises:
        Refusal: The first booking that cannot be, with its id and the facts.
    """
    if not bookings:
        return []
    standings = await _lock(uow, {a for b in bookings for a in b.accounts()})
    outcomes = await _stored(uow, bookings)
    judge = Judge(standings, uow.today())
    fresh: list[tuple[Booking, tuple[PostedLeg, ...]]] = []
    for booking in bookings:
        if booking.id in outcomes:
            _require_same(booking, outcomes[booking.id][0])
            continue
        legs = judge.judge(booking)
        fresh.append((booking, legs))
        posted = Posted(booking.id, legs, replayed=False)
        outcomes[booking.id] = (booking.request_hash(), posted)
    if fresh:
        await _write(uow, fresh, standings)
        _tell(uow, fresh, standings)
    return [outcomes[booking.id][1] for booking in bookings]


def _require_same(booking: Booking, stored_hash: bytes) -> None:
    if booking.request_hash() != stored_hash:
        raise EntryIdReused(entry=booking.id)


async def _lock(uow: UnitOfWork, accounts: set[AccountId]) -> dict[AccountId, Standing]:
    ids = [read_id("acct", account) for account in accounts]
    rows = await uow.session.execute(_LOCK, {"accounts": sorted(ids)})
    found: dict[AccountId, Standing] = {}
    for account, in_book, asset, side, *rest in rows:
        shown = AccountId(show_id("acct", account))
        sign = -1 if side == "credit" else 1
        found[shown] = Standing(shown, in_book, asset, sign, *rest)
    return found


async def _stored(
    uow: UnitOfWork, bookings: Sequence[Booking]
) -> dict[EntryId, tuple[bytes, Posted]]:
    ids = [read_id("entry", booking.id) for booking in bookings]
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


Fresh = Sequence[tuple[Booking, tuple[PostedLeg, ...]]]


async def _write(
    uow: UnitOfWork, fresh: Fresh, standings: dict[AccountId, Standing]
) -> None:
    touched = {a for booking, _ in fresh for a in booking.accounts()}
    rows = (
        {"booked_at": uow.now()}
        | _entry_columns([booking for booking, _ in fresh])
        | _posting_columns(fresh)
        | _balance_columns([standings[account] for account in touched])
    )
    try:
        await uow.session.execute(_WRITE, rows)
    except IntegrityError as error:
        # Another transaction booked the same id over other accounts meanwhile.
        if "pk_entry" not in str(error.orig):
            raise
        raise EntryIdReused(entry=fresh[0][0].id) from error


def _entry_columns(bookings: Sequence[Booking]) -> dict[str, list[Any]]:
    return {
        "ids": [_uuid(b.id) for b in bookings],
        "hashes": [b.request_hash() for b in bookings],
        "kinds": [b.kind for b in bookings],
        "states": [b.state for b in bookings],
        "effective": [b.effective_on for b in bookings],
        "reverses": [_uuid(b.reverses) for b in bookings],
        "holds": [_uuid(b.hold) for b in bookings],
        "legs": [len(b.legs) for b in bookings],
        "memos": [b.memo for b in bookings],
        "details": [json.dumps(b.details) for b in bookings],
    }


def _uuid(entry: EntryId | None) -> UUID | None:
    return None if entry is None else read_id("entry", entry)


def _posting_columns(fresh: Fresh) -> dict[str, list[Any]]:
    steps = [
        (_uuid(booking.id), number, leg)
        for booking, legs in fresh
        for number, leg in enumerate(legs)
    ]
    return {
        "p_accounts": [read_id("acct", leg.account) for _, _, leg in steps],
        "p_versions": [leg.version for _, _, leg in steps],
        "p_entries": [entry for entry, _, _ in steps],
        "p_legs": [number for _, number, _ in steps],
        "p_units": [leg.units for _, _, leg in steps],
        "p_afters": [leg.balance_after for _, _, leg in steps],
    }


def _balance_columns(standings: Sequence[Standing]) -> dict[str, list[Any]]:
    return {
        "b_accounts": [read_id("acct", s.account) for s in standings],
        "b_debits": [s.debits for s in standings],
        "b_credits": [s.credits for s in standings],
        "b_pending_debits": [s.pending_debits for s in standings],
        "b_pending_credits": [s.pending_credits for s in standings],
        "b_versions": [s.version for s in standings],
    }


def _tell(uow: UnitOfWork, fresh: Fresh, standings: dict[AccountId, Standing]) -> None:
    for booking, legs in fresh:
        steps = [(leg.account, standings[leg.account].asset, leg.units) for leg in legs]
        for event in journal_events(
            booking.id,
            booking.kind,
            effective_on=booking.effective_on,
            booked_at=uow.now(),
            legs=steps,
        ):
            uow.record(event, entries=[booking.id])
