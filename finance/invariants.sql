-- The laws of what people do with money. As in the ledger's law book, each query finds
-- nothing while its law holds.

-- law: pledges_have_their_hold
-- says: A standing pledge is held to its amount, a captured one was captured whole, any other was let go whole.
SELECT 'plg_' || p.id AS where_, p.amount_minor::text AS off_by
  FROM pledge p JOIN hold h ON h.entry = p.hold
 WHERE h.units <> p.amount_minor
    OR h.captured <> CASE p.status WHEN 'captured' THEN p.amount_minor ELSE 0 END
    OR h.released <> CASE WHEN p.status IN ('withdrawn', 'released')
                          THEN p.amount_minor ELSE 0 END;

-- law: offers_count_their_pledges
-- says: What an offer has raised is the sum of its pledges that were not withdrawn, and never above its cap.
SELECT 'offer_' || o.id AS where_, (o.pledged_minor - coalesce(p.live, 0))::text AS off_by
  FROM offer o
  LEFT JOIN (SELECT offer, sum(amount_minor) AS live FROM pledge
              WHERE status <> 'withdrawn' GROUP BY offer) p ON p.offer = o.id
 WHERE o.pledged_minor <> coalesce(p.live, 0) OR o.pledged_minor > o.cap_minor;

-- law: escrow_is_what_was_raised
-- says: An escrow holds what a funded offer raised until it is paid out, and is empty otherwise; what is on its way there is what is pledged.
SELECT 'offer_' || o.id AS where_,
       (b.posted_credits - b.posted_debits + b.pending_credits)::text AS off_by
  FROM offer o
  JOIN balance b ON b.account = o.escrow
  LEFT JOIN loan l ON l.offer = o.id AND l.status <> 'awaiting_signature'
  LEFT JOIN share_class s ON s.offer = o.id AND s.status = 'issued'
 WHERE b.posted_credits - b.posted_debits <> CASE
         WHEN o.status = 'funded' AND l.id IS NULL AND s.id IS NULL
         THEN o.pledged_minor ELSE 0 END
    OR b.pending_credits <> CASE o.status WHEN 'open' THEN o.pledged_minor ELSE 0 END;

-- law: notes_are_the_loan
-- says: What a borrower owes of principal, interest and fees is what the notes of the loan are owed.
SELECT 'loan_' || l.id || ' ' || c.claim AS where_,
       (b.posted_debits - b.posted_credits - coalesce(c.notes, 0))::text AS off_by
  FROM loan l
 CROSS JOIN LATERAL (
   VALUES ('principal', l.principal_account,
           (SELECT sum(nb.posted_credits - nb.posted_debits)
              FROM note n JOIN balance nb ON nb.account = n.principal_account
             WHERE n.loan = l.id)),
          ('interest', l.interest_account,
           (SELECT sum(nb.posted_credits - nb.posted_debits)
              FROM note n JOIN balance nb ON nb.account = n.interest_account
             WHERE n.loan = l.id)),
          ('fees', l.fee_account,
           (SELECT sum(nb.posted_credits - nb.posted_debits)
              FROM note n JOIN balance nb ON nb.account = n.fee_account
             WHERE n.loan = l.id))) AS c (claim, account, notes)
  JOIN balance b ON b.account = c.account
 WHERE b.posted_debits - b.posted_credits <> coalesce(c.notes, 0);

-- law: notes_sum_to_the_principal
-- says: The notes of a loan were made for exactly its principal, each for one captured pledge.
SELECT 'loan_' || l.id AS where_, (l.principal_minor - coalesce(n.made, 0))::text AS off_by
  FROM loan l
  LEFT JOIN (SELECT n.loan, sum(n.principal_minor) AS made
               FROM note n JOIN pledge p ON p.id = n.pledge AND p.status = 'captured'
                AND p.amount_minor = n.principal_minor
              GROUP BY n.loan) n ON n.loan = l.id
 WHERE l.principal_minor <> coalesce(n.made, 0);

-- law: collections_are_what_waits
-- says: A loan's collections hold what was paid and has not reached the lenders, nothing more or less.
SELECT 'loan_' || l.id AS where_,
       (b.posted_credits - b.posted_debits - w.waiting)::text AS off_by
  FROM loan l
  JOIN balance b ON b.account = l.collections_account
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(waiting), 0) AS waiting FROM (
     SELECT r.amount_minor AS waiting FROM receipt r
      WHERE r.loan = l.id AND r.status = 'received'
     UNION ALL
     SELECT d.amount_minor FROM deposit d
      WHERE d.account = l.collections_account
        AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.deposit = d.id)) x) w
 WHERE b.posted_credits - b.posted_debits <> w.waiting;

-- law: shares_are_what_was_distributed
-- says: What a distribution paid of principal, interest and late fees is what its notes got, and dust below a unit of each.
SELECT d.receipt::text || ' ' || d.number AS where_,
       (d.principal_minor + d.interest_minor + d.penalty_minor - d.rounding_minor
        - coalesce(s.gross, 0))::text AS off_by
  FROM distribution d
  LEFT JOIN (SELECT receipt, number,
                    sum(principal_minor + interest_minor + fee_minor) AS gross
               FROM distribution_share GROUP BY receipt, number) s
         ON s.receipt = d.receipt AND s.number = d.number
 WHERE d.principal_minor + d.interest_minor + d.penalty_minor - d.rounding_minor
       <> coalesce(s.gross, 0);

-- law: shares_are_in_the_journal
-- says: What the journal took off a note as repaid is what the note got of its receipts when they were first shared.
SELECT 'note_' || note AS where_,
       (coalesce(s.units, 0) - coalesce(j.units, 0))::text AS off_by
  FROM (SELECT note, sum(principal_minor + interest_minor + fee_minor) AS units
          FROM distribution_share WHERE number = 1 GROUP BY note) s
  FULL JOIN (SELECT n.id AS note, sum(p.units) AS units
               FROM entry e
               JOIN posting p ON p.entry = e.id
               JOIN (SELECT id, unnest(ARRAY[principal_account, interest_account,
                                             fee_account]) AS account FROM note) n
                 ON n.account = p.account
              WHERE e.kind = 'loan.repaid'
              GROUP BY n.id) j USING (note)
 WHERE coalesce(s.units, 0) <> coalesce(j.units, 0);

-- law: payouts_are_on_their_way
-- says: What stands on the payout account of a currency is the sum of the payouts that have not ended.
SELECT a.asset AS where_,
       (b.posted_credits - b.posted_debits - coalesce(p.open, 0))::text AS off_by
  FROM account a
  JOIN balance b ON b.account = a.id
  LEFT JOIN (SELECT currency, sum(amount_minor) AS open FROM payout
              WHERE state NOT IN ('confirmed', 'failed') GROUP BY currency) p
         ON p.currency = a.asset
 WHERE a.book = 'client_money' AND a.kind = 'payout'
   AND b.posted_credits - b.posted_debits <> coalesce(p.open, 0);

-- law: decisions_take_two_people
-- says: Nobody approved what they proposed, and nothing was listed, offered or written off without an approval.
SELECT 'appr_' || a.id AS where_, 'a person' AS off_by
  FROM approval a WHERE a.decided_by = a.proposed_by
UNION ALL
SELECT 'app_' || a.id, 'its approval'
  FROM application a LEFT JOIN approval p ON p.id = a.approval AND p.status = 'approved'
 WHERE a.offer IS NOT NULL AND p.id IS NULL
UNION ALL
SELECT 'share_' || s.id, 'its approval'
  FROM share_class s LEFT JOIN approval p ON p.id = s.approval AND p.status = 'approved'
 WHERE s.offer IS NOT NULL AND p.id IS NULL;

-- law: shares_are_what_was_authorised
-- says: Shares held and shares not issued sum to what was authorised.
SELECT 'share_' || s.id AS where_, (s.authorised - coalesce(h.units, 0))::text AS off_by
  FROM share_class s
  LEFT JOIN (SELECT a.asset, sum(b.posted_credits - b.posted_debits) AS units
               FROM account a JOIN balance b ON b.account = a.id
              WHERE a.book = 'register' AND a.kind IN ('holder', 'unissued')
              GROUP BY a.asset) h
         ON h.asset = (SELECT asset FROM account WHERE id = s.unissued_account)
 WHERE s.authorised <> coalesce(h.units, 0);

-- law: exchange_is_covered
-- says: What the platform has given of a currency in exchange is covered by its own funds, never by clients' money.
SELECT asset AS where_, sum(units)::text AS off_by
  FROM (SELECT a.asset, b.posted_credits - b.posted_debits AS units
          FROM account a JOIN balance b ON b.account = a.id
         WHERE a.book = 'client_money' AND a.kind IN ('exchange', 'exchange_funds')) x
 GROUP BY asset
HAVING sum(units) < 0;
