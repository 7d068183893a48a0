"""Scorecards are kept by their hash; two people put one into a role."""

from alembic import op

revision = "0018"
down_revision = "0017"

_SCORECARDS = """
CREATE TABLE scorecard (
    sha256 bytea NOT NULL CONSTRAINT pk_scorecard PRIMARY KEY,
    version text NOT NULL,
    content bytea NOT NULL,
    kept_at timestamptz NOT NULL,
    CONSTRAINT ck_scorecard_content CHECK (sha256 = sha256(content))
);
CREATE TABLE scorecard_adoption (
    id uuid NOT NULL CONSTRAINT pk_scorecard_adoption PRIMARY KEY,
    role varchar(16) NOT NULL,
    scorecard bytea NOT NULL
        CONSTRAINT fk_scorecard_adoption_scorecard REFERENCES scorecard (sha256),
    approval uuid NOT NULL
        CONSTRAINT fk_scorecard_adoption_approval REFERENCES approval (id),
    adopted_at timestamptz NOT NULL,
    CONSTRAINT uq_scorecard_adoption_approval UNIQUE (approval),
    CONSTRAINT ck_scorecard_adoption_role CHECK (role IN ('champion', 'challenger'))
);
CREATE INDEX ix_scorecard_adoption_role ON scorecard_adoption (role, id);
CREATE TRIGGER scorecard_is_forever
    BEFORE UPDATE OR DELETE OR TRUNCATE ON scorecard
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER scorecard_adoption_is_forever
    BEFORE UPDATE OR DELETE OR TRUNCATE ON scorecard_adoption
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON scorecard, scorecard_adoption TO tonle_app;
GRANT SELECT ON scorecard, scorecard_adoption TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_SCORECARDS)


def downgrade() -> None:
    op.execute("DROP TABLE scorecard_adoption, scorecard")
