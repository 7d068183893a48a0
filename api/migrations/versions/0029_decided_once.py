"""A proposal begins undecided and is decided once, so no old decision lets anything go."""

from alembic import op

revision = "0029"
down_revision = "0028"

_FUNCTION = """
CREATE FUNCTION refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a proposal begins undecided and is decided once'
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def upgrade() -> None:
    op.execute(_FUNCTION)
    for name, act, row in (
        ("begins_undecided", "INSERT", "NEW"),
        ("is_decided_once", "UPDATE OF status, decided_by, decided_at", "OLD"),
    ):
        op.execute(
            f"CREATE TRIGGER approval_{name} BEFORE {act} ON approval FOR EACH ROW"
            f" WHEN ({row}.status <> 'pending') EXECUTE FUNCTION refuse_second_decision()"
        )


def downgrade() -> None:
    for name in ("begins_undecided", "is_decided_once"):
        op.execute(f"DROP TRIGGER approval_{name} ON approval")
    op.execute("DROP FUNCTION refuse_second_decision")
