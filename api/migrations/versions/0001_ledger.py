"""The ledger's tables, what books into them and what guards them, and the grants."""

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE asset (
    code text CONSTRAINT pk_asset PRIMARY KEY,
    kind text NOT NULL CONSTRAINT ck_asset_kind CHECK (kind IN ('currency', 'share')),
    exponent bigint NOT NULL,
    settlement_step bigint NOT NULL
);
INSERT INTO asset VALUES ('USD', 'currency', 2, 1), ('KHR', 'currency', 2, 100);

CREATE TABLE account (
    id uuid CONSTRAINT pk_account PRIMARY KEY,
    book text NOT NULL,
    path text NOT NULL,
    kind text NOT NULL,
    asset text NOT NULL CONSTRAINT fk_account_asset REFERENCES asset (code),
    normal_side text NOT NULL,
    frozen text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT uq_account_book_path_asset UNIQUE (book, path, asset),
    CONSTRAINT ck_account_normal_side CHECK (normal_side IN ('debit', 'credit')),
    CONSTRAINT ck_account_frozen CHECK (frozen IN ('none', 'outflow', 'all'))
);

CREATE TABLE balance (
    account uuid CONSTRAINT pk_balance PRIMARY KEY
        CONSTRAINT fk_balance_account REFERENCES account (id),
    normal_side text NOT NULL,
    floor_units bigint,
    ceiling_units bigint,
    posted_debits bigint NOT NULL,
    posted_credits bigint NOT NULL,
    pending_debits bigint NOT NULL,
    pending_credits bigint NOT NULL,
    version bigint NOT NULL,
    booked_at timestamptz,
    CONSTRAINT ck_balance_not_negative CHECK (
        posted_debits >= 0 AND posted_credits >= 0
        AND pending_debits >= 0 AND pending_credits >= 0 AND version >= 0),
    CONSTRAINT ck_balance_floor CHECK (floor_units IS NULL OR
        CASE normal_side WHEN 'credit' THEN posted_credits - posted_debits
                         ELSE posted_debits - posted_credits END
        - CASE normal_side WHEN 'credit' THEN pending_debits
                           ELSE pending_credits END >= floor_units),
    CONSTRAINT ck_balance_ceiling CHECK (ceiling_units IS NULL OR
        CASE normal_side WHEN 'credit' THEN posted_credits - posted_debits
                         ELSE posted_debits - posted_credits END
        + CASE normal_side WHEN 'credit' THEN pending_credits
                           ELSE pending_debits END <= ceiling_units)
) WITH (fillfactor = 50);

CREATE TABLE period (
    book text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    state text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_period PRIMARY KEY (book, starts_on),
    CONSTRAINT ck_period_order CHECK (ends_on >= starts_on),
    CONSTRAINT ck_period_state CHECK (state IN ('open', 'adjusting', 'closed'))
);

CREATE TABLE entry (
    id uuid CONSTRAINT pk_entry PRIMARY KEY,
    request_hash bytea NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    effective_on date NOT NULL,
    booked_at timestamptz NOT NULL,
    reverses uuid CONSTRAINT fk_entry_reverses REFERENCES entry (id),
    hold uuid CONSTRAINT fk_entry_hold REFERENCES entry (id),
    legs bigint NOT NULL,
    memo text NOT NULL,
    details jsonb NOT NULL,
    actor text NOT NULL,
    actor_auth text NOT NULL,
    request_id text NOT NULL,
    stream bigint,
    number bigint,
    CONSTRAINT ck_entry_state CHECK (state IN ('posted', 'pending', 'voided')),
    CONSTRAINT ck_entry_legs CHECK ((state = 'posted') = (legs > 1))
);
CREATE UNIQUE INDEX uq_entry_reverses ON entry (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX ix_entry_hold ON entry (hold) WHERE hold IS NOT NULL;

CREATE TABLE posting (
    account uuid NOT NULL,
    version bigint NOT NULL,
    entry uuid NOT NULL,
    leg bigint NOT NULL,
    units bigint NOT NULL,
    balance_after bigint NOT NULL,
    booked_at timestamptz NOT NULL,
    CONSTRAINT pk_posting PRIMARY KEY (account, version),
    CONSTRAINT uq_posting_entry_leg UNIQUE (entry, leg),
    CONSTRAINT ck_posting_units CHECK (units <> 0),
    CONSTRAINT ck_posting_version CHECK (version > 0)
);
CREATE INDEX ix_posting_booked_at ON posting (account, booked_at, version);

CREATE TABLE hold (
    entry uuid CONSTRAINT pk_hold PRIMARY KEY
        CONSTRAINT fk_hold_entry REFERENCES entry (id),
    debit_account uuid NOT NULL
        CONSTRAINT fk_hold_debit_account REFERENCES balance (account),
    credit_account uuid NOT NULL
        CONSTRAINT fk_hold_credit_account REFERENCES balance (account),
    units bigint NOT NULL,
    captured bigint NOT NULL,
    released bigint NOT NULL,
    state text NOT NULL,
    expires_at timestamptz,
    CONSTRAINT ck_hold_positive
        CHECK (units > 0 AND captured >= 0 AND released >= 0),
    CONSTRAINT ck_hold_within CHECK (captured + released <= units),
    CONSTRAINT ck_hold_ends
        CHECK ((state = 'open') = (captured + released < units)),
    CONSTRAINT ck_hold_state
        CHECK (state IN ('open', 'captured', 'released', 'expired'))
);
CREATE INDEX ix_hold_debit_account ON hold (debit_account);
CREATE INDEX ix_hold_credit_account ON hold (credit_account);
CREATE INDEX ix_hold_expires_at ON hold (expires_at) WHERE state = 'open';

CREATE TABLE lane (
    name text CONSTRAINT pk_lane PRIMARY KEY,
    holder text NOT NULL,
    epoch bigint NOT NULL,
    renewed_at timestamptz NOT NULL
);

CREATE TABLE idempotency (
    principal text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_idempotency PRIMARY KEY (principal, key)
);
"""

# Everything a booking is judged by, in one call. Each statement in a function sees what
# was committed before it began, so accounts' freezes, closings and periods are read when
# the rows are locked already. The shared lock is held until the commit: closing a period
# takes the other side of it and so waits for every booking under way. Entries that exist
# come as rows without an account.
_LOCK = """
CREATE FUNCTION lock_standings(wanted uuid[], entries uuid[])
RETURNS TABLE (
    entry uuid, account uuid, book text, asset text, normal_side text,
    floor_units bigint, ceiling_units bigint, is_closed boolean, frozen text,
    closed_until date, adjusting_until date, posted_debits bigint,
    posted_credits bigint, pending_debits bigint, pending_credits bigint,
    version bigint
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger.period'));
    PERFORM 1 FROM balance b WHERE b.account = ANY (wanted)
      ORDER BY b.account FOR UPDATE;
    RETURN QUERY
    SELECT NULL::uuid, b.account, a.book, a.asset, b.normal_side, b.floor_units,
           b.ceiling_units, a.closed_at IS NOT NULL, a.frozen, p.closed_until,
           p.adjusting_until, b.posted_debits, b.posted_credits, b.pending_debits,
           b.pending_credits, b.version
      FROM balance b JOIN account a ON a.id = b.account
      LEFT JOIN (
           SELECT period.book, max(ends_on) AS adjusting_until,
                  max(ends_on) FILTER (WHERE state = 'closed') AS closed_until
             FROM period WHERE state <> 'open' GROUP BY period.book
      ) p ON p.book = a.book
     WHERE b.account = ANY (wanted);
    RETURN QUERY
    SELECT e.id, NULL::uuid, NULL, NULL, NULL, NULL::bigint, NULL::bigint, NULL::boolean,
           NULL, NULL::date, NULL::date, NULL::bigint, NULL::bigint, NULL::bigint,
           NULL::bigint, NULL::bigint
      FROM entry e WHERE e.id = ANY (entries);
END $$;
"""

# The posting core: bookings come as columns, an account's steps counted from where it
# stands, so one call locks, judges and writes. It judges only what is plainly fine: known,
# open, unfrozen accounts, no closed period, new ids, and limits that hold even if nothing
# of the batch came in. Whatever is in doubt is left unwritten for the code to judge one by
# one (``judged`` says that it has). Settings, ``OFFSET 0`` and
# the spots of locked rows keep every plan to one probe a row, however large the tables
# are and whatever the planner believed first.
_BOOK = """
CREATE FUNCTION book(
    judged boolean, sealing boolean, told_by text[], booked_at timestamptz,
    accounts uuid[], debits bigint[], credits bigint[], pending_debits bigint[],
    pending_credits bigint[], counts bigint[], fall_of_credits bigint[],
    fall_of_debits bigint[], ids uuid[], hashes text[], kinds text[], states text[],
    effective date[], reverses uuid[], holds uuid[], legs bigint[], memos text[],
    details text[], places bigint[], told_entries bigint[],
    told_parts bigint[], step_accounts bigint[], step_entries bigint[],
    step_legs bigint[], step_units bigint[], step_versions bigint[], step_sums bigint[],
    OUT written boolean, OUT versions bigint[], OUT sums bigint[]
) LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off
    SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    found bigint; plain boolean; mixed boolean; spots tid[]; labels text[];
    latest timestamptz; moment timestamptz; stream bigint; before bigint; xid bigint;
BEGIN
    written := false;
    IF NOT judged THEN
        PERFORM pg_advisory_xact_lock_shared(hashtext('ledger.period'));
        PERFORM FROM balance b WHERE b.account = ANY (accounts)
          ORDER BY b.account FOR UPDATE;
        IF EXISTS (SELECT FROM entry e WHERE e.id = ANY (ids)) THEN
            RETURN;
        END IF;
    END IF;
    SELECT count(*), min(a.book) <> max(a.book) OR min(a.asset) <> max(a.asset),
           bool_and(a.closed_at IS NULL AND a.frozen = 'none'
               AND b.ceiling_units IS NULL
               AND CASE WHEN greatest(b.posted_debits, b.posted_credits,
                                      b.pending_debits, b.pending_credits) >= 1::bigint << 61
                   THEN false
                   WHEN b.floor_units IS NULL THEN true
                   WHEN b.normal_side = 'credit' THEN b.posted_credits - b.posted_debits
                       - b.pending_debits - t.fall_of_credits >= b.floor_units
                   ELSE b.posted_debits - b.posted_credits
                       - b.pending_credits - t.fall_of_debits >= b.floor_units END),
           array_agg(b.version ORDER BY t.n),
           array_agg(b.posted_debits - b.posted_credits ORDER BY t.n),
           array_agg(b.spot ORDER BY t.n), max(b.booked_at)
      INTO found, mixed, plain, versions, sums, spots, latest
      FROM unnest(accounts, fall_of_credits, fall_of_debits) WITH ORDINALITY
           AS t(account, fall_of_credits, fall_of_debits, n),
           LATERAL (SELECT *, ctid AS spot FROM balance
                     WHERE account = t.account OFFSET 0) AS b,
           LATERAL (SELECT * FROM account WHERE id = t.account OFFSET 0) AS a;
    IF NOT judged AND (
        NOT plain OR found < cardinality(accounts)
        OR EXISTS (SELECT FROM period p WHERE p.state <> 'open'
                      AND p.ends_on >= (SELECT min(d) FROM unnest(effective) AS d))
    ) THEN
        RETURN;
    END IF;
    IF NOT judged AND mixed THEN
        SELECT array_agg(a.book || ' ' || a.asset ORDER BY t.n) INTO labels
          FROM unnest(accounts) WITH ORDINALITY AS t(account, n),
               LATERAL (SELECT * FROM account WHERE id = t.account OFFSET 0) AS a;
        IF 'pending' = ANY (states) OR EXISTS (
            SELECT FROM unnest(step_accounts, step_entries, step_units)
                   AS t(account, entry, units)
             GROUP BY t.entry, labels[t.account] HAVING sum(t.units) <> 0
        ) THEN
            RETURN;
        END IF;
    END IF;
    -- Clocks of several machines differ; an account's history never runs backwards.
    moment := greatest(book.booked_at, latest);
    IF sealing THEN
        SELECT t.stream, t.before, t.xid INTO stream, before, xid
          FROM audit_take_numbers(cardinality(told_entries)) AS t;
        INSERT INTO audit_queue (xid, stream, number, event, part)
        SELECT xid, stream, before + t.n, ids[t.entry], t.part
          FROM unnest(told_entries, told_parts) WITH ORDINALITY AS t(entry, part, n);
    END IF;
    INSERT INTO entry (id, request_hash, kind, state, effective_on, booked_at, reverses,
                       hold, legs, memo, details, actor, actor_auth, request_id, stream,
                       number)
    SELECT t.id, decode(t.hash, 'hex'), t.kind, t.state, t.effective_on, moment,
           t.reverses, t.hold, t.legs, t.memo, t.details::jsonb, told_by[1], told_by[2],
           told_by[3], stream, before + t.place
      FROM unnest(ids, hashes, kinds, states, effective, reverses, holds, legs, memos,
                  details, places)
           AS t(id, hash, kind, state, effective_on, reverses, hold, legs, memo, details,
                place);
    INSERT INTO posting (account, version, entry, leg, units, balance_after, booked_at)
    SELECT accounts[t.account], versions[t.account] + t.version, ids[t.entry], t.leg,
           t.units, sums[t.account] + t.sum, moment
      FROM unnest(step_accounts, step_entries, step_legs, step_units, step_versions,
                  step_sums) AS t(account, entry, leg, units, version, sum);
    UPDATE balance b
       SET posted_debits = b.posted_debits + t.debits,
           posted_credits = b.posted_credits + t.credits,
           pending_debits = b.pending_debits + t.pending_debits,
           pending_credits = b.pending_credits + t.pending_credits,
           version = b.version + t.count, booked_at = moment
      FROM unnest(spots, debits, credits, book.pending_debits,
                  book.pending_credits, counts)
           AS t(spot, debits, credits, pending_debits, pending_credits, count)
     WHERE b.ctid = t.spot;
    written := true;
END $$;
"""

# The second line behind the code: it sees all legs a statement wrote at once. Posting has
# no foreign keys: this finds a missing entry or account too, for a fifth of what a check
# row by row costs, and neither can be deleted. Settings as for ``book``.
_BALANCED = """
CREATE FUNCTION posting_must_balance() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    fault text;
BEGIN
    SELECT CASE WHEN whole.unbalanced THEN 'an entry does not balance'
                ELSE 'an entry is not whole' END
      INTO fault
      FROM (
           SELECT side.entry, sum(side.legs) AS legs, min(side.first) AS first,
                  max(side.last) AS last, bool_or(side.off) AS unbalanced
             FROM (
                  SELECT p.entry, count(*) AS legs, min(p.leg) AS first,
                         max(p.leg) AS last,
                         sum(p.units) <> 0 OR a.book IS NULL AS off
                    FROM added p LEFT JOIN account a ON a.id = p.account
                   GROUP BY p.entry, a.book, a.asset
             ) AS side GROUP BY side.entry
      ) AS whole LEFT JOIN entry e ON e.id = whole.entry
     WHERE whole.unbalanced OR e.id IS NULL OR e.legs <> whole.legs
        OR whole.first < 0 OR whole.last >= e.legs
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%', fault USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_must_balance AFTER INSERT ON posting
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION posting_must_balance();
"""

_FOREVER = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are kept forever', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER entry_is_forever BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER posting_is_forever BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER account_is_forever BEFORE DELETE OR TRUNCATE ON account
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER balance_is_forever BEFORE DELETE OR TRUNCATE ON balance
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION only_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only moves forward', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER hold_only_moves_forward BEFORE UPDATE ON hold
    FOR EACH ROW WHEN (OLD.state <> 'open' OR NEW.captured < OLD.captured
        OR NEW.released < OLD.released OR NEW.units <> OLD.units
        OR NEW.debit_account <> OLD.debit_account
        OR NEW.credit_account <> OLD.credit_account)
    EXECUTE FUNCTION only_moves_forward();
CREATE TRIGGER period_only_moves_forward BEFORE UPDATE ON period
    FOR EACH ROW WHEN (array_position(ARRAY['open', 'adjusting', 'closed'], NEW.state)
        < array_position(ARRAY['open', 'adjusting', 'closed'], OLD.state))
    EXECUTE FUNCTION only_moves_forward();
CREATE TRIGGER account_stays_closed BEFORE UPDATE ON account
    FOR EACH ROW WHEN (NEW.closed_at IS DISTINCT FROM OLD.closed_at
        AND OLD.closed_at IS NOT NULL)
    EXECUTE FUNCTION only_moves_forward();
"""

_GRANTS = """
GRANT SELECT, INSERT ON asset, account, balance, entry, posting, hold, period,
    idempotency TO tonle_app;
GRANT UPDATE (frozen, closed_at) ON account TO tonle_app;
GRANT UPDATE (posted_debits, posted_credits, pending_debits, pending_credits, version,
    booked_at) ON balance TO tonle_app;
GRANT UPDATE (captured, released, state) ON hold TO tonle_app;
GRANT UPDATE (state, changed_at) ON period TO tonle_app;
GRANT SELECT, INSERT ON lane TO tonle_app;
GRANT UPDATE (holder, epoch, renewed_at) ON lane TO tonle_app;
GRANT SELECT ON asset, account, balance, entry, posting, hold, period, lane
    TO tonle_auditor;
"""


def upgrade() -> None:
    for part in (_TABLES, _LOCK, _BOOK, _BALANCED, _FOREVER, _GRANTS):
        op.execute(part)


def downgrade() -> None:
    op.execute(
        "DROP TABLE idempotency, lane, hold, posting, entry, period, balance, account,"
        " asset"
    )
    op.execute("DROP FUNCTION posting_must_balance")
    op.execute("DROP FUNCTION refuse_change, only_moves_forward, lock_standings, book")
