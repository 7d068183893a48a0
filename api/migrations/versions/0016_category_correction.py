"""What operators put right about the purpose of movements."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "category_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("counterparty", sa.Text(), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_category_correction"),
        sa.UniqueConstraint("number", name="uq_category_correction_number"),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["party.id"], name="fk_category_correction_decided_by"
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_category_correction_number")),
        sa.CheckConstraint(
            "length(btrim(counterparty)) > 0",
            name=op.f("ck_category_correction_counterparty"),
        ),
        sa.CheckConstraint(
            "length(btrim(reason)) > 0", name=op.f("ck_category_correction_reason")
        ),
    )
    op.execute("GRANT SELECT, INSERT ON category_correction TO tonle_app")
    op.execute("GRANT SELECT ON category_correction TO tonle_auditor")


def downgrade() -> None:
    op.drop_table("category_correction")
