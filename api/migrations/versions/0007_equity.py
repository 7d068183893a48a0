"""Tables of equity: classes of shares."""

from alembic import op

revision = "0007"
down_revision = "0006"

_TABLES = """
CREATE TABLE share_class (
    id uuid CONSTRAINT pk_share_class PRIMARY KEY,
    issuer uuid NOT NULL CONSTRAINT fk_share_class_issuer REFERENCES party (id),
    name text NOT NULL,
    currency varchar(3) NOT NULL,
    price_minor bigint NOT NULL,
    authorised bigint NOT NULL,
    unissued_account uuid NOT NULL
        CONSTRAINT fk_share_class_unissued_account REFERENCES account (id),
    approval uuid CONSTRAINT fk_share_class_approval REFERENCES approval (id),
    offer uuid CONSTRAINT fk_share_class_offer REFERENCES offer (id)
        CONSTRAINT uq_share_class_offer UNIQUE,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT ck_share_class_price CHECK (price_minor > 0),
    CONSTRAINT ck_share_class_authorised CHECK (authorised > 0),
    CONSTRAINT ck_share_class_status CHECK (
        status IN ('created', 'reviewed', 'listed', 'issued', 'failed')),
    CONSTRAINT ck_share_class_offer CHECK (
        (status IN ('listed', 'issued', 'failed')) = (offer IS NOT NULL))
);
CREATE INDEX ix_share_class_issuer ON share_class (issuer);
"""

_GRANTS = """
GRANT SELECT, INSERT ON share_class TO tonle_app;
GRANT UPDATE (status, approval, offer) ON share_class TO tonle_app;
GRANT SELECT ON share_class TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_GRANTS)


def downgrade() -> None:
    op.execute("DROP TABLE share_class")
