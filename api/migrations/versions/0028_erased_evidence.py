"""What may be forgotten goes only in the commit in which two operators erase a person."""

from alembic import op

revision = "0028"
down_revision = "0027"

_GOES = {
    "statement": "DELETE",
    "statement_line": "DELETE",
    "statement_refusal": "DELETE",
    "invoice_file": "DELETE",
    "payout": "UPDATE OF destination",
    "approval": "UPDATE OF note",
    "idempotency": "UPDATE OF answer",
}
# The row's own transaction: an approval of yesterday lets nothing go today.
_FUNCTION = """
CREATE FUNCTION goes_with_an_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM approval WHERE kind = 'erasure' AND status = 'approved'
           AND xmin = pg_current_xact_id()::xid
    ) THEN
        RAISE EXCEPTION '% forgets only when a person is erased', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute(_FUNCTION)
    for table, act in _GOES.items():
        op.execute(
            f"CREATE TRIGGER {table}_goes_with_an_erasure BEFORE {act} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION goes_with_an_erasure()"
        )


def downgrade() -> None:
    for table in _GOES:
        op.execute(f"DROP TRIGGER {table}_goes_with_an_erasure ON {table}")
    op.execute("DROP FUNCTION goes_with_an_erasure")
