"""What may be forgotten once its retention is over: accounts, files and notes."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("GRANT UPDATE (destination) ON payout TO tonle_app")
    op.execute("GRANT UPDATE (note) ON approval TO tonle_app")
    op.execute("GRANT UPDATE (answer) ON idempotency TO tonle_app")
    op.execute(
        "GRANT DELETE ON statement, statement_line, statement_refusal TO tonle_app"
    )


def downgrade() -> None:
    op.execute(
        "REVOKE DELETE ON statement, statement_line, statement_refusal FROM tonle_app"
    )
    op.execute("REVOKE UPDATE (answer) ON idempotency FROM tonle_app")
    op.execute("REVOKE UPDATE (note) ON approval FROM tonle_app")
    op.execute("REVOKE UPDATE (destination) ON payout FROM tonle_app")
