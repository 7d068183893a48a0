"""The challenger's score of each application is kept beside the decision."""

from alembic import op

revision = "0019"
down_revision = "0018"

_SHADOW = """
CREATE TABLE shadow_score (
    application uuid NOT NULL CONSTRAINT pk_shadow_score PRIMARY KEY
        CONSTRAINT fk_shadow_score_application REFERENCES application (id),
    model_sha256 bytea NOT NULL
        CONSTRAINT fk_shadow_score_model_sha256 REFERENCES scorecard (sha256),
    score bigint NOT NULL,
    pd_bps bigint NOT NULL,
    grade text NOT NULL,
    points jsonb NOT NULL,
    scored_at timestamptz NOT NULL,
    CONSTRAINT ck_shadow_score_pd CHECK (pd_bps BETWEEN 0 AND 10000)
);
CREATE TRIGGER shadow_score_is_forever
    BEFORE UPDATE OR DELETE OR TRUNCATE ON shadow_score
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON shadow_score TO tonle_app;
GRANT SELECT ON shadow_score TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_SHADOW)


def downgrade() -> None:
    op.execute("DROP TABLE shadow_score")
