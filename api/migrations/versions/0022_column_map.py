"""What the columns of tables hold that nobody knew, named once and kept by version."""

from alembic import op

revision = "0022"
down_revision = "0021"

_COLUMN_MAP = """
CREATE TABLE column_map (
    id uuid NOT NULL CONSTRAINT pk_column_map PRIMARY KEY,
    party uuid CONSTRAINT fk_column_map_party REFERENCES party (id),
    fingerprint text NOT NULL,
    version bigint NOT NULL,
    headings jsonb NOT NULL,
    columns jsonb NOT NULL,
    named_by uuid NOT NULL CONSTRAINT fk_column_map_named_by REFERENCES party (id),
    named_at timestamptz NOT NULL,
    CONSTRAINT uq_column_map_fingerprint_version UNIQUE (fingerprint, version),
    CONSTRAINT ck_column_map_version CHECK (version > 0),
    CONSTRAINT ck_column_map_fingerprint CHECK (length(fingerprint) = 64)
);
CREATE INDEX ix_column_map_party ON column_map (party);
CREATE TRIGGER column_map_is_forever
    BEFORE UPDATE OR DELETE OR TRUNCATE ON column_map
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE statement ADD COLUMN column_map uuid
    CONSTRAINT fk_statement_column_map REFERENCES column_map (id);
GRANT SELECT, INSERT ON column_map TO tonle_app;
GRANT SELECT ON column_map TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_COLUMN_MAP)


def downgrade() -> None:
    op.execute("ALTER TABLE statement DROP COLUMN column_map")
    op.execute("DROP TABLE column_map")
