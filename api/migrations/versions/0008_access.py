"""Tables of access."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name="fk_api_key_party"),
        sa.CheckConstraint(
            "role IN ('sme', 'lender', 'operator', 'regulator')",
            name=op.f("ck_api_key_role"),
        ),
        sa.CheckConstraint(
            "octet_length(secret_sha256) = 32", name=op.f("ck_api_key_secret_sha256")
        ),
        sa.CheckConstraint(
            "revoked_at >= created_at", name=op.f("ck_api_key_revoked_at")
        ),
    )
    op.create_index("ix_api_key_party", "api_key", ["party", "id"])
    op.execute("GRANT SELECT, INSERT ON api_key TO tonle_app")
    op.execute("GRANT UPDATE (revoked_at) ON api_key TO tonle_app")
    # The auditor sees who holds which key since when, and never a hash.
    op.execute(
        "GRANT SELECT (id, party, role, created_at, revoked_at)"
        " ON api_key TO tonle_auditor"
    )
    op.create_table(
        "ended_visit",
        sa.Column("nonce_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce_sha256", name="pk_ended_visit"),
        sa.CheckConstraint(
            "octet_length(nonce_sha256) = 32", name=op.f("ck_ended_visit_nonce_sha256")
        ),
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON ended_visit TO tonle_app")


def downgrade() -> None:
    op.drop_table("ended_visit")
    op.drop_table("api_key")
