"""Balances by effective date, without reading an account's whole history.

Nearly every entry is effective on the business date it was booked. So the balance as of
a day is the one booked by its end, which is one probe, put right by the few entries
that were booked for another day: those that belong to it and came later, and those that
came before and do not belong to it. An index holds these few alone; what an answer costs
grows with them, not with the history.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Index, text

from ledger.clock import MARKET_ZONE, day_begins
from ledger.database import UnitOfWork
from ledger.ids import AccountId, read_id, show_id
from ledger.journal import EntryRow

OFF_DAY: Final = f"effective_on <> (booked_at AT TIME ZONE '{MARKET_ZONE.key}')::date"

_INDEX = Index(
    "ix_entry_off_day",
    EntryRow.effective_on,
    EntryRow.booked_at,
    postgresql_where=text(OFF_DAY),
)

# OFFSET 0 keeps the planner from reading an account's whole history for a few entries:
# it cannot know how few cross the day.
_AS_OF = text(f"""
WITH booked AS (
  SELECT a.account, last.balance_after AS units
    FROM unnest(CAST(:accounts AS uuid[])) AS a (account)
   CROSS JOIN LATERAL (
     SELECT p.balance_after FROM posting p
      WHERE p.account = a.account AND p.booked_at < :behind
      ORDER BY p.booked_at DESC, p.version DESC LIMIT 1) last
), put_right AS (
  SELECT p.account, CASE WHEN e.effective_on <= :on THEN p.units ELSE -p.units END
    FROM (SELECT id, effective_on FROM entry
           WHERE {OFF_DAY} AND effective_on <= :on AND booked_at >= :behind
           UNION ALL
          SELECT id, effective_on FROM entry
           WHERE {OFF_DAY} AND effective_on > :on AND booked_at < :behind) e
   CROSS JOIN LATERAL (
     SELECT account, units FROM posting
      WHERE entry = e.id AND account = ANY (CAST(:accounts AS uuid[])) OFFSET 0) p
)
SELECT account, sum(units) FROM (
  SELECT * FROM booked UNION ALL SELECT * FROM put_right) x (account, units)
 GROUP BY account HAVING sum(units) <> 0 ORDER BY account
""")  # noqa: S608 - the condition is a constant of ours


async def units_as_of(
    uow: UnitOfWork, accounts: Collection[AccountId], effective_on: date
) -> dict[AccountId, int]:
    """Return signed units (debit > 0) by effective date, of accounts not at zero."""
    asked = {
        "accounts": [read_id("acct", account) for account in accounts],
        "on": effective_on,
        "behind": day_begins(effective_on + timedelta(days=1)),
    }
    rows = await uow.session.execute(_AS_OF, asked)
    return {AccountId(show_id("acct", one)): int(units) for one, units in rows}
