"""Trustee and guarantors stand behind a loan, and sign its agreement."""

from alembic import op

revision = "0020"
down_revision = "0019"

_SURETY = """
CREATE TABLE surety (
    application uuid NOT NULL
        CONSTRAINT fk_surety_application REFERENCES application (id),
    party uuid NOT NULL CONSTRAINT fk_surety_party REFERENCES party (id),
    role text NOT NULL
        CONSTRAINT ck_surety_role CHECK (role IN ('trustee', 'guarantor')),
    named_by uuid NOT NULL CONSTRAINT fk_surety_named_by REFERENCES party (id),
    named_at timestamptz NOT NULL,
    CONSTRAINT pk_surety PRIMARY KEY (application, party)
);
CREATE INDEX ix_surety_party ON surety (party);
CREATE UNIQUE INDEX uq_surety_trustee ON surety (application) WHERE role = 'trustee';
GRANT SELECT, INSERT, DELETE ON surety TO tonle_app;
GRANT SELECT ON surety TO tonle_auditor;
"""

_ROLES = """
ALTER TABLE acceptance
    DROP CONSTRAINT ck_acceptance_role,
    ADD CONSTRAINT ck_acceptance_role
        CHECK (role IN ('borrower', 'lender', 'trustee', 'guarantor'));
"""


def upgrade() -> None:
    op.execute(_SURETY)
    op.execute(_ROLES)


def downgrade() -> None:
    """Take the table back; an acceptance by a surety stays, unchecked."""
    op.execute(
        "ALTER TABLE acceptance DROP CONSTRAINT ck_acceptance_role,"
        " ADD CONSTRAINT ck_acceptance_role"
        " CHECK (role IN ('borrower', 'lender')) NOT VALID"
    )
    op.execute("DROP TABLE surety")
