"""The seed under which each note's part of a repayment is counted."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("ALTER TABLE distribution ADD COLUMN seed bytea")


def downgrade() -> None:
    op.execute("ALTER TABLE distribution DROP COLUMN seed")
