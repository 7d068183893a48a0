"""Tables of signatures, the terms an offer's lenders sign, and the level they need."""

from alembic import op

revision = "0014"
down_revision = "0013"

_TABLES = """
CREATE TABLE signature_total (
    id uuid CONSTRAINT pk_signature_total PRIMARY KEY,
    purpose text NOT NULL CONSTRAINT ck_signature_total_purpose
        CHECK (purpose IN ('pledge', 'agreement')),
    concerns text NOT NULL,
    signature bytea NOT NULL CONSTRAINT ck_signature_total_signature
        CHECK (octet_length(signature) = 96),
    signers bigint NOT NULL,
    keys bigint NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT uq_signature_total_purpose_concerns UNIQUE (purpose, concerns),
    CONSTRAINT ck_signature_total_signers CHECK (keys > 0 AND signers >= keys)
);
CREATE TABLE signature (
    id uuid CONSTRAINT pk_signature PRIMARY KEY,
    party uuid NOT NULL CONSTRAINT fk_signature_party REFERENCES party (id),
    role text NOT NULL CONSTRAINT ck_signature_role CHECK (
        role IN ('lender', 'borrower', 'operator', 'trustee', 'guarantor')),
    purpose text NOT NULL CONSTRAINT ck_signature_purpose
        CHECK (purpose IN ('pledge', 'agreement')),
    concerns text NOT NULL,
    subject text NOT NULL,
    message bytea NOT NULL,
    level text NOT NULL CONSTRAINT ck_signature_level
        CHECK (level IN ('click', 'simple', 'bls', 'ca')),
    key uuid CONSTRAINT fk_signature_key REFERENCES signing_key (id),
    signature bytea CONSTRAINT ck_signature_signature
        CHECK (octet_length(signature) = 96),
    signed_at timestamptz NOT NULL,
    verified_at timestamptz,
    total uuid CONSTRAINT fk_signature_total REFERENCES signature_total (id),
    CONSTRAINT uq_signature_purpose_subject_party_role
        UNIQUE (purpose, subject, party, role),
    CONSTRAINT ck_signature_key CHECK ((level = 'bls') = (key IS NOT NULL)
        AND (key IS NULL) = (signature IS NULL)),
    CONSTRAINT ck_signature_total CHECK (total IS NULL OR verified_at IS NOT NULL)
);
CREATE INDEX ix_signature_concerns ON signature (concerns, id);
CREATE INDEX ix_signature_party ON signature (party, id);
GRANT SELECT, INSERT ON signature, signature_total TO tonle_app;
GRANT UPDATE (verified_at, total) ON signature TO tonle_app;
GRANT SELECT ON signature, signature_total TO tonle_auditor;
"""

# Offers made before asked for a click, on terms that had no hash.
_OFFER = """
ALTER TABLE offer
    ADD terms_sha256 bytea NOT NULL DEFAULT sha256(''),
    ADD least_level text NOT NULL DEFAULT 'click';
ALTER TABLE offer
    ALTER terms_sha256 DROP DEFAULT,
    ALTER least_level DROP DEFAULT,
    ADD CONSTRAINT ck_offer_terms_sha256 CHECK (octet_length(terms_sha256) = 32),
    ADD CONSTRAINT ck_offer_least_level
        CHECK (least_level IN ('click', 'simple', 'bls', 'ca'));
ALTER TABLE acceptance
    DROP CONSTRAINT ck_acceptance_signature_level,
    ADD CONSTRAINT ck_acceptance_signature_level
        CHECK (signature_level IN ('click', 'simple', 'bls', 'ca'));
"""


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_OFFER)


def downgrade() -> None:
    """Take the tables back; an acceptance of a higher level stays, unchecked."""
    op.execute(
        "ALTER TABLE acceptance DROP CONSTRAINT ck_acceptance_signature_level,"
        " ADD CONSTRAINT ck_acceptance_signature_level"
        " CHECK (signature_level IN ('click')) NOT VALID"
    )
    op.execute("ALTER TABLE offer DROP terms_sha256, DROP least_level")
    op.execute("DROP TABLE signature")
    op.execute("DROP TABLE signature_total")
