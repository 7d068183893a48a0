"""Table of signing keys, whose possession was proven."""

from alembic import op

revision = "0012"
down_revision = "0011"

_TABLE = """
CREATE TABLE signing_key (
    id uuid CONSTRAINT pk_signing_key PRIMARY KEY,
    party uuid NOT NULL CONSTRAINT fk_signing_key_party REFERENCES party (id),
    holder text NOT NULL
        CONSTRAINT ck_signing_key_holder CHECK (holder IN ('owner', 'platform')),
    public bytea NOT NULL CONSTRAINT uq_signing_key_public UNIQUE
        CONSTRAINT ck_signing_key_public CHECK (octet_length(public) = 48),
    proof bytea NOT NULL
        CONSTRAINT ck_signing_key_proof CHECK (octet_length(proof) = 96),
    sealed bytea,
    state text NOT NULL CONSTRAINT ck_signing_key_state CHECK (
        state IN ('pending', 'active', 'rotating', 'revoked', 'expired')),
    registered_at timestamptz NOT NULL,
    activated_at timestamptz,
    expires_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT ck_signing_key_sealed
        CHECK ((holder = 'platform') = (sealed IS NOT NULL)),
    CONSTRAINT ck_signing_key_activated CHECK (
        state NOT IN ('active', 'rotating')
        OR (activated_at IS NOT NULL AND expires_at IS NOT NULL)),
    CONSTRAINT ck_signing_key_ended
        CHECK ((state IN ('revoked', 'expired')) = (ended_at IS NOT NULL))
);
CREATE INDEX ix_signing_key_party ON signing_key (party, id);
CREATE UNIQUE INDEX uq_signing_key_active ON signing_key (party)
    WHERE state = 'active';
CREATE INDEX ix_signing_key_expires_at ON signing_key (expires_at)
    WHERE state IN ('active', 'rotating');
GRANT SELECT, INSERT ON signing_key TO tonle_app;
GRANT UPDATE (state, activated_at, expires_at, ended_at) ON signing_key TO tonle_app;
-- The auditor sees every key and its proof, and never a sealed secret.
GRANT SELECT (id, party, holder, public, proof, state, registered_at, activated_at,
    expires_at, ended_at) ON signing_key TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_TABLE)


def downgrade() -> None:
    op.execute("DROP TABLE signing_key")
