-- The laws of the ledger. Each law is a query that finds nothing while the law holds:
-- a row names the place (where_) and by how much it is broken (off_by).

-- law: entries_balance
-- says: Every entry's legs sum to zero in each book and asset.
SELECT 'entry_' || p.entry AS where_, a.book || ' ' || a.asset || ' ' || sum(p.units) AS off_by
  FROM posting p JOIN account a ON a.id = p.account
 GROUP BY p.entry, a.book, a.asset
HAVING sum(p.units) <> 0;

-- law: books_balance
-- says: All accounts of a book sum to zero in each asset.
SELECT a.book || ' ' || a.asset AS where_,
       (sum(b.posted_debits) - sum(b.posted_credits))::text AS off_by
  FROM balance b JOIN account a ON a.id = b.account
 GROUP BY a.book, a.asset
HAVING sum(b.posted_debits) <> sum(b.posted_credits);

-- law: entries_are_whole
-- says: An entry has all the legs it was booked with, and no more.
SELECT 'entry_' || e.id AS where_,
       count(p.entry) - e.legs || ' of its legs' AS off_by
  FROM entry e LEFT JOIN posting p ON p.entry = e.id
 GROUP BY e.id, e.legs
HAVING count(p.entry) <> e.legs;

-- law: history_has_no_gap
-- says: An account's postings are numbered from one without a gap, and each balance is the one before plus the leg.
SELECT 'acct_' || account || ' version ' || version AS where_,
       balance_after - before - units || ' in its balance, ' || version - last - 1
       || ' in its number' AS off_by
  FROM (SELECT account, version, units, balance_after,
               lag(version, 1, 0::bigint) OVER w AS last,
               lag(balance_after, 1, 0::bigint) OVER w AS before
          FROM posting WINDOW w AS (PARTITION BY account ORDER BY version)) h
 WHERE version <> last + 1 OR balance_after <> before + units;

-- law: history_runs_forward
-- says: An account's postings were booked one after the other, in the order of their numbers.
SELECT 'acct_' || account || ' version ' || version AS where_,
       last - booked_at || ' of time' AS off_by
  FROM (SELECT account, version, booked_at,
               lag(booked_at) OVER (PARTITION BY account ORDER BY version) AS last
          FROM posting) h
 WHERE booked_at < last;

-- law: balance_is_its_history
-- says: An account's balance is the sum of its postings and stands at its last one.
SELECT 'acct_' || b.account AS where_,
       b.posted_debits - coalesce(h.debits, 0) || ' in debits, '
       || b.posted_credits - coalesce(h.credits, 0) || ' in credits, '
       || b.version - coalesce(h.version, 0) || ' in its number' AS off_by
  FROM balance b
  LEFT JOIN (SELECT account, max(version) AS version,
                    sum(greatest(units, 0)) AS debits,
                    sum(greatest(-units, 0)) AS credits
               FROM posting GROUP BY account) h ON h.account = b.account
 WHERE b.posted_debits <> coalesce(h.debits, 0)
    OR b.posted_credits <> coalesce(h.credits, 0)
    OR b.version <> coalesce(h.version, 0);

-- law: every_account_has_a_balance
-- says: Every account has its row of sums, with the same normal side.
SELECT 'acct_' || a.id AS where_, 'its row of sums' AS off_by
  FROM account a LEFT JOIN balance b ON b.account = a.id
 WHERE b.account IS NULL OR b.normal_side <> a.normal_side;

-- law: limits_are_kept
-- says: No account has less available than its floor or more than its ceiling.
SELECT 'acct_' || account AS where_,
       CASE WHEN available < floor_units
            THEN floor_units - available || ' below its floor'
            ELSE promised - ceiling_units || ' above its ceiling' END AS off_by
  FROM (SELECT b.*,
               CASE normal_side
                 WHEN 'credit' THEN posted_credits - posted_debits - pending_debits
                 ELSE posted_debits - posted_credits - pending_credits END AS available,
               CASE normal_side
                 WHEN 'credit' THEN posted_credits - posted_debits + pending_credits
                 ELSE posted_debits - posted_credits + pending_debits END AS promised
          FROM balance b) s
 WHERE available < floor_units OR promised > ceiling_units;

-- law: pending_is_what_is_held
-- says: What is pending on an account is what remains of the open holds on it.
SELECT 'acct_' || b.account AS where_,
       b.pending_debits - coalesce(d.units, 0) || ' in debits, '
       || b.pending_credits - coalesce(c.units, 0) || ' in credits' AS off_by
  FROM balance b
  LEFT JOIN (SELECT debit_account, sum(units - captured - released) AS units
               FROM hold GROUP BY debit_account) d ON d.debit_account = b.account
  LEFT JOIN (SELECT credit_account, sum(units - captured - released) AS units
               FROM hold GROUP BY credit_account) c ON c.credit_account = b.account
 WHERE b.pending_debits <> coalesce(d.units, 0)
    OR b.pending_credits <> coalesce(c.units, 0);

-- law: holds_end_once
-- says: What was captured of a hold was posted, what was let go was voided once, and together they never pass what was held.
SELECT 'entry_' || h.entry AS where_,
       h.captured - coalesce(e.captured, 0) || ' captured, '
       || coalesce(v.voids, 0) - (h.released > 0)::int || ' endings, '
       || greatest(h.captured + h.released - h.units, 0) || ' above it' AS off_by
  FROM hold h
  LEFT JOIN (SELECT e.hold, sum(p.units) AS captured
               FROM entry e JOIN posting p ON p.entry = e.id AND p.units > 0
              WHERE e.hold IS NOT NULL GROUP BY e.hold) e ON e.hold = h.entry
  LEFT JOIN (SELECT hold, count(*) AS voids FROM entry
              WHERE state = 'voided' GROUP BY hold) v ON v.hold = h.entry
 WHERE h.captured <> coalesce(e.captured, 0)
    OR coalesce(v.voids, 0) <> (h.released > 0)::int
    OR h.captured + h.released > h.units;

-- law: pending_entries_have_their_hold
-- says: Every pending entry has its hold, and every ending of a hold names one.
SELECT 'entry_' || e.id AS where_, 'its hold' AS off_by
  FROM entry e LEFT JOIN hold h ON h.entry = coalesce(e.hold, e.id)
 WHERE (e.state = 'pending' OR e.hold IS NOT NULL OR e.state = 'voided')
   AND h.entry IS NULL;

-- law: reversals_mirror
-- says: A reversing entry is the mirror of what it reverses, account by account.
SELECT 'entry_' || r.id || ' on acct_' || p.account AS where_,
       sum(p.units)::text AS off_by
  FROM entry r JOIN posting p ON p.entry IN (r.id, r.reverses)
 WHERE r.reverses IS NOT NULL
 GROUP BY r.id, p.account
HAVING sum(p.units) <> 0;

-- law: closed_accounts_are_empty
-- says: A closed account stands at zero with nothing pending.
SELECT 'acct_' || a.id AS where_,
       b.posted_debits - b.posted_credits || ' posted, '
       || b.pending_debits + b.pending_credits || ' pending' AS off_by
  FROM account a JOIN balance b ON b.account = a.id
 WHERE a.closed_at IS NOT NULL
   AND (b.posted_debits <> b.posted_credits
        OR b.pending_debits <> 0 OR b.pending_credits <> 0);

-- law: closed_periods_stay_closed
-- says: Nothing was booked into a period after it had been closed.
SELECT 'entry_' || e.id AS where_,
       sum(abs(p.units)) || ' units moved' AS off_by
  FROM period c
  JOIN entry e ON e.effective_on BETWEEN c.starts_on AND c.ends_on
              AND e.booked_at > c.changed_at
  JOIN posting p ON p.entry = e.id
  JOIN account a ON a.id = p.account AND a.book = c.book
 WHERE c.state = 'closed'
 GROUP BY e.id;
