"""Files whose headings nobody knew, kept until their columns are named, or for a week."""

from alembic import op

revision = "0024"
down_revision = "0023"

_UNNAMED_TABLE = """
CREATE TABLE unnamed_table (
    id uuid NOT NULL CONSTRAINT pk_unnamed_table PRIMARY KEY,
    party uuid NOT NULL CONSTRAINT fk_unnamed_table_party REFERENCES party (id),
    file_name text NOT NULL,
    sha256 bytea NOT NULL,
    sent_at timestamptz NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT uq_unnamed_table_party_sha256 UNIQUE (party, sha256),
    CONSTRAINT ck_unnamed_table_content CHECK (sha256 = sha256(content))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON unnamed_table TO tonle_app;
"""


def upgrade() -> None:
    op.execute(_UNNAMED_TABLE)


def downgrade() -> None:
    op.execute("DROP TABLE unnamed_table")
