"""Index of the entries that were booked for another day than their own."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_entry_off_day ON entry (effective_on, booked_at)"
        " WHERE effective_on <> (booked_at AT TIME ZONE 'Asia/Phnom_Penh')::date"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_entry_off_day")
