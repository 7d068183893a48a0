"""Tables of audit: what was told, the log sealed over it, and who may touch them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

STREAMS = 32
GRANTS = {
    "event": "SELECT, INSERT",
    "outbox": "SELECT, INSERT, UPDATE, DELETE",
    "audit_private": "SELECT, INSERT, DELETE",
    "audit_stream": "SELECT, UPDATE",
    "audit_queue": "SELECT, INSERT, DELETE",
    "audit_entry": "SELECT, INSERT",
    "audit_tile": "SELECT, INSERT, UPDATE",
    "audit_checkpoint": "SELECT, INSERT",
    "audit_lease": "SELECT, UPDATE",
}
PRIVATE = {"audit_private", "outbox"}
REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the audit log only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""
# A queued event may leave the queue only when it has its entry.
REFUSE_UNSEALED = """
CREATE FUNCTION audit_refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM gone LEFT JOIN audit_entry USING (event, part)
        WHERE audit_entry.event IS NULL
    ) THEN
        RAISE EXCEPTION 'an event without its audit entry stays in the queue'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""
# Take a free stream, or wait for one, and keep it until the commit. The second statement
# has a snapshot of its own and so sees the row as it was locked.
TAKE_NUMBERS = """
CREATE FUNCTION audit_take_numbers(
    wanted bigint, OUT stream bigint, OUT before bigint, OUT xid bigint
) LANGUAGE plpgsql AS $$
BEGIN
    SELECT held.stream INTO stream FROM audit_stream AS held
    ORDER BY held.stream LIMIT 1 FOR UPDATE SKIP LOCKED;
    UPDATE audit_stream AS held
    SET number = held.number + wanted,
        xid = greatest(held.xid, pg_current_xact_id()::text::bigint)
    WHERE held.stream
        = coalesce(audit_take_numbers.stream, pg_backend_pid() % 32)
    RETURNING held.stream, held.number - wanted, held.xid INTO stream, before, xid;
END $$
"""
TRIGGERS = (
    "BEFORE UPDATE OR DELETE OR TRUNCATE ON event FOR EACH STATEMENT",
    "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry FOR EACH STATEMENT",
    "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint FOR EACH STATEMENT",
    "BEFORE DELETE OR TRUNCATE ON audit_tile FOR EACH STATEMENT",
    "BEFORE DELETE OR TRUNCATE ON audit_stream FOR EACH STATEMENT",
    "BEFORE DELETE OR TRUNCATE ON audit_lease FOR EACH STATEMENT",
    "BEFORE UPDATE OR TRUNCATE ON audit_queue FOR EACH STATEMENT",
)
GROW = (
    """BEFORE UPDATE ON audit_tile FOR EACH ROW WHEN (
        (OLD.level, OLD.index) <> (NEW.level, NEW.index)
        OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes)""",
    """BEFORE UPDATE ON audit_stream FOR EACH ROW WHEN (
        OLD.stream <> NEW.stream OR NEW.number <= OLD.number OR NEW.xid < OLD.xid)""",
    "BEFORE UPDATE ON audit_lease FOR EACH ROW WHEN (NEW.epoch < OLD.epoch)",
)


def upgrade() -> None:
    _create_events()
    _create_queue()
    _create_log()
    op.execute(REFUSE)
    op.execute(REFUSE_UNSEALED)
    op.execute(TAKE_NUMBERS)
    for when in TRIGGERS:
        _guard("only_grows", when)
    for when in GROW:
        _guard("grows_at_its_end", when)
    op.execute(
        "CREATE TRIGGER sealed_first AFTER DELETE ON audit_queue"
        " REFERENCING OLD TABLE AS gone FOR EACH STATEMENT"
        " EXECUTE FUNCTION audit_refuse_unsealed()"
    )
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON {table} TO tonle_app")
        if table not in PRIVATE:
            op.execute(f"GRANT SELECT ON {table} TO tonle_auditor")


def _guard(name: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION audit_refuse()")


def _create_events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("stream", sa.BigInteger),
        sa.Column("number", sa.BigInteger),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("actor_auth", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("commitments", sa.JSON, nullable=False),
        sa.Column("refs", sa.JSON, nullable=False),
        sa.Index("ix_event_subject", "subject", "id"),
    )
    op.create_table(
        "outbox",
        sa.Column("event", sa.Uuid, sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Index("ix_outbox_next_try_at", "next_try_at"),
    )
    op.create_table(
        "audit_private",
        sa.Column("event", sa.Uuid, primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("value", JSONB, nullable=False),
        sa.CheckConstraint("octet_length(salt) >= 16", name="salt"),
    )


def _create_queue() -> None:
    streams = op.create_table(
        "audit_stream",
        sa.Column("stream", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("xid", sa.BigInteger, nullable=False),
        postgresql_with={"fillfactor": "10"},
    )
    op.bulk_insert(
        streams, [{"stream": n, "number": 0, "xid": 0} for n in range(STREAMS)]
    )
    op.create_table(
        "audit_queue",
        sa.Column("xid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("stream", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event", sa.Uuid, nullable=False),
        sa.Column("part", sa.BigInteger, nullable=False),
    )


def _create_log() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event", sa.Uuid, nullable=False),
        sa.Column("part", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("canonical", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("event", "part"),
        sa.CheckConstraint("seq >= 0", name="seq"),
        sa.CheckConstraint("octet_length(canonical) <= 16384", name="size"),
        sa.CheckConstraint(
            "leaf_hash = sha256('\\x00'::bytea || canonical)", name="leaf_hash"
        ),
    )
    op.create_table(
        "audit_tile",
        sa.Column("level", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.CheckConstraint(
            "octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0",
            name="hashes",
        ),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name="size"),
        sa.CheckConstraint("octet_length(root) = 32", name="root"),
    )
    op.create_table(
        "audit_lease",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="one"),
    )
    op.execute("INSERT INTO audit_lease VALUES (1, 0, '', now())")


def downgrade() -> None:
    for table in reversed(GRANTS):
        op.drop_table(table)
    op.execute("DROP FUNCTION audit_take_numbers")
    op.execute("DROP FUNCTION audit_refuse")
    op.execute("DROP FUNCTION audit_refuse_unsealed")
