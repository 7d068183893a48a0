"""Table of exchange: rates as they were published, which nobody changes."""

from alembic import op

revision = "0009"
down_revision = "0008"

_TABLE = """
CREATE TABLE exchange_rate (
    id uuid CONSTRAINT pk_exchange_rate PRIMARY KEY,
    base varchar(3) NOT NULL,
    quote varchar(3) NOT NULL,
    price numeric NOT NULL CONSTRAINT ck_exchange_rate_price CHECK (price > 0),
    margin_bps bigint NOT NULL
        CONSTRAINT ck_exchange_rate_margin CHECK (margin_bps BETWEEN 0 AND 1000),
    source text NOT NULL,
    quoted_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL
        CONSTRAINT fk_exchange_rate_recorded_by REFERENCES party (id),
    CONSTRAINT ck_exchange_rate_pair CHECK (base <> quote)
);
CREATE INDEX ix_exchange_rate_quoted_at ON exchange_rate (base, quote, quoted_at);
GRANT SELECT, INSERT ON exchange_rate TO tonle_app;
GRANT SELECT ON exchange_rate TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_TABLE)


def downgrade() -> None:
    op.execute("DROP TABLE exchange_rate")
