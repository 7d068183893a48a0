"""Lists of invoices that firms give, and which of them a request stands on."""

from alembic import op

revision = "0027"
down_revision = "0026"

_INVOICE_FILE = """
CREATE TABLE invoice_file (
    id uuid NOT NULL CONSTRAINT pk_invoice_file PRIMARY KEY,
    party uuid NOT NULL CONSTRAINT fk_invoice_file_party REFERENCES party (id),
    sha256 bytea NOT NULL,
    file_name text NOT NULL,
    format varchar(16) NOT NULL,
    currencies jsonb NOT NULL,
    first_on date NOT NULL,
    last_on date NOT NULL,
    line_count bigint NOT NULL,
    open_count bigint NOT NULL,
    left_out_count bigint NOT NULL,
    uploaded_at timestamptz NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT uq_invoice_file_party_sha256 UNIQUE (party, sha256),
    CONSTRAINT ck_invoice_file_sha256 CHECK (length(sha256) = 32),
    CONSTRAINT ck_invoice_file_content CHECK (sha256 = sha256(content)),
    CONSTRAINT ck_invoice_file_lines CHECK (line_count > 0),
    CONSTRAINT ck_invoice_file_period CHECK (first_on <= last_on),
    CONSTRAINT ck_invoice_file_format CHECK (format IN ('csv', 'xlsx'))
);
CREATE TRIGGER invoice_file_is_fixed
    BEFORE UPDATE OR TRUNCATE ON invoice_file
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT, DELETE ON invoice_file TO tonle_app;
GRANT SELECT ON invoice_file TO tonle_auditor;
ALTER TABLE application ADD COLUMN invoice_files jsonb NOT NULL DEFAULT '[]';
ALTER TABLE application ALTER COLUMN invoice_files DROP DEFAULT;
"""


def upgrade() -> None:
    op.execute(_INVOICE_FILE)


def downgrade() -> None:
    op.execute("ALTER TABLE application DROP COLUMN invoice_files")
    op.execute("DROP TABLE invoice_file")
