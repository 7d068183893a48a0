"""Table of what witnesses signed under the heads of the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "audit_cosignature",
        sa.Column("witness", sa.Text, primary_key=True),
        sa.Column(
            "size",
            sa.BigInteger,
            sa.ForeignKey("audit_checkpoint.size"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Index("ix_audit_cosignature_size", "size"),
    )
    op.execute(
        "CREATE TRIGGER audit_cosignature_only_grows"
        " BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_cosignature FOR EACH STATEMENT"
        " EXECUTE FUNCTION audit_refuse()"
    )
    op.execute("GRANT SELECT, INSERT ON audit_cosignature TO tonle_app")
    op.execute("GRANT SELECT ON audit_cosignature TO tonle_auditor")


def downgrade() -> None:
    op.drop_table("audit_cosignature")
