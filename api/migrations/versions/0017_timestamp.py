"""Table of the tokens a time-stamping authority gave for heads of the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "audit_timestamp",
        sa.Column(
            "size",
            sa.BigInteger,
            sa.ForeignKey("audit_checkpoint.size"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("response", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "CREATE TRIGGER audit_timestamp_only_grows"
        " BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_timestamp FOR EACH STATEMENT"
        " EXECUTE FUNCTION audit_refuse()"
    )
    op.execute("GRANT SELECT, INSERT ON audit_timestamp TO tonle_app")
    op.execute("GRANT SELECT ON audit_timestamp TO tonle_auditor")


def downgrade() -> None:
    op.drop_table("audit_timestamp")
