"""Parties, statements with their lines, and refusals of files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

_INSTANT = sa.DateTime(timezone=True)
_NAMES_STAY = """
CREATE FUNCTION name_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a name stays, or is erased'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER name_stays BEFORE UPDATE OF name ON party
    FOR EACH ROW WHEN (NEW.name <> OLD.name AND NEW.name <> '—')
    EXECUTE FUNCTION name_stays();
"""


def upgrade() -> None:
    _create_party()
    op.execute(_NAMES_STAY)
    _create_firm()
    _create_statement()
    _create_statement_line()
    _create_statement_refusal()
    op.execute("GRANT SELECT, INSERT ON party TO tonle_app")
    op.execute("GRANT UPDATE (name, kyc, checked_by, checked_at) ON party TO tonle_app")
    op.execute("GRANT SELECT, INSERT ON firm TO tonle_app")
    op.execute("GRANT UPDATE (sector, province, head) ON firm TO tonle_app")
    for table in ("statement", "statement_line", "statement_refusal"):
        # Evidence behind a credit decision: written once, never changed.
        op.execute(f"GRANT SELECT, INSERT ON {table} TO tonle_app")
    op.execute(
        "GRANT SELECT ON party, firm, statement, statement_line, statement_refusal"
        " TO tonle_auditor"
    )


def downgrade() -> None:
    for table in ("statement_refusal", "statement_line", "statement", "firm", "party"):
        op.drop_table(table)
    op.execute("DROP FUNCTION name_stays")


def _create_party() -> None:
    op.create_table(
        "party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("tax_residency", sa.String(16), nullable=False),
        sa.Column("kyc", sa.String(16), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=True),
        sa.Column("checked_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
        sa.CheckConstraint("kind IN ('person', 'firm')", name=op.f("ck_party_kind")),
        sa.CheckConstraint(
            "tax_residency IN ('resident', 'non_resident')", name=op.f("ck_party_tax")
        ),
        sa.CheckConstraint(
            "kyc IN ('pending', 'verified', 'rejected')", name=op.f("ck_party_kyc")
        ),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_party_country")),
        sa.CheckConstraint(
            "length(name) BETWEEN 1 AND 200", name=op.f("ck_party_name")
        ),
        sa.CheckConstraint(
            "(kyc = 'pending') = (checked_at IS NULL)"
            " AND (checked_at IS NULL) = (checked_by IS NULL)",
            name=op.f("ck_party_checked"),
        ),
    )


def _create_firm() -> None:
    op.execute("""
CREATE TABLE firm (
    party uuid CONSTRAINT pk_firm PRIMARY KEY
        CONSTRAINT fk_firm_party REFERENCES party (id),
    sector varchar(16) NOT NULL CONSTRAINT ck_firm_sector CHECK (sector IN (
        'agriculture', 'food', 'trade', 'manufacturing', 'garments', 'tourism',
        'transport', 'construction', 'services', 'other')),
    province text NOT NULL CONSTRAINT ck_firm_province
        CHECK (province ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'),
    head uuid CONSTRAINT fk_firm_head REFERENCES party (id),
    CONSTRAINT ck_firm_head CHECK (head <> party)
);
CREATE INDEX ix_firm_head ON firm (head);
""")


def _create_statement() -> None:
    op.create_table(
        "statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=True),
        sa.Column("closing_minor", sa.BigInteger(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("uploaded_at", _INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name="fk_statement_party"),
        sa.UniqueConstraint(
            "party", "sha256", "currency", name="uq_statement_party_sha256_currency"
        ),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_statement_sha256")),
        sa.CheckConstraint(
            "sha256 = sha256(content)", name=op.f("ck_statement_content")
        ),
        sa.CheckConstraint("line_count > 0", name=op.f("ck_statement_lines")),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_statement_period")),
        sa.CheckConstraint(
            "format IN ('mt940', 'camt', 'ofx', 'csv', 'xlsx')",
            name=op.f("ck_statement_format"),
        ),
        sa.CheckConstraint(
            "verdict IN ('ok', 'review')", name=op.f("ck_statement_verdict")
        ),
        sa.CheckConstraint(
            "currency IN ('USD', 'KHR')", name=op.f("ck_statement_currency")
        ),
    )


def _create_statement_line() -> None:
    op.create_table(
        "statement_line",
        sa.Column("statement", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("source_line", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("counterparty", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("balance_after_minor", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("statement", "position", name="pk_statement_line"),
        sa.ForeignKeyConstraint(
            ["statement"], ["statement.id"], name="fk_statement_line_statement"
        ),
        sa.CheckConstraint("position > 0", name=op.f("ck_statement_line_position")),
        sa.CheckConstraint(
            "source_line > 0", name=op.f("ck_statement_line_source_line")
        ),
    )


def _create_statement_refusal() -> None:
    op.create_table(
        "statement_refusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source_line", sa.BigInteger(), nullable=False),
        sa.Column("refused_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statement_refusal"),
        sa.ForeignKeyConstraint(
            ["party"], ["party.id"], name="fk_statement_refusal_party"
        ),
        sa.CheckConstraint(
            "length(sha256) = 32", name=op.f("ck_statement_refusal_sha256")
        ),
    )
    op.create_index("ix_statement_refusal_party", "statement_refusal", ["party"])
