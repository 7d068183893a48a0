"""Agreements are printed in both languages, from one source."""

from alembic import op

revision = "0015"
down_revision = "0014"

_FORMS = """
CREATE TABLE agreement_form (
    loan uuid NOT NULL CONSTRAINT fk_agreement_form_loan REFERENCES loan (id),
    name text NOT NULL,
    content bytea NOT NULL,
    sha256 bytea NOT NULL,
    CONSTRAINT pk_agreement_form PRIMARY KEY (loan, name),
    CONSTRAINT ck_agreement_form_name
        CHECK (name IN ('source.json', 'en.pdf', 'km.pdf')),
    CONSTRAINT ck_agreement_form_sha256 CHECK (sha256 = sha256(content))
);
CREATE TRIGGER agreement_form_is_forever
    BEFORE UPDATE OR DELETE OR TRUNCATE ON agreement_form
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON agreement_form TO tonle_app;
GRANT SELECT ON agreement_form TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_FORMS)


def downgrade() -> None:
    op.execute("DROP TABLE agreement_form")
