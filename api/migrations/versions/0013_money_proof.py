"""Tables of the client-money proof: what was counted each day, beside what is there."""

from alembic import op

revision = "0013"
down_revision = "0012"

_TABLES = """
CREATE TABLE money_proof (
    id uuid CONSTRAINT pk_money_proof PRIMARY KEY,
    counted_on date NOT NULL,
    currency varchar(3) NOT NULL,
    made_at timestamptz NOT NULL,
    seed bytea NOT NULL CONSTRAINT ck_money_proof_seed CHECK (octet_length(seed) = 32),
    leaves bigint NOT NULL,
    root bytea NOT NULL CONSTRAINT ck_money_proof_root CHECK (octet_length(root) = 32),
    wallets_minor bigint NOT NULL
        CONSTRAINT ck_money_proof_wallets CHECK (wallets_minor >= 0),
    others json NOT NULL,
    bank_minor bigint NOT NULL,
    transit_minor bigint NOT NULL,
    CONSTRAINT uq_money_proof_counted_on_currency UNIQUE (counted_on, currency)
);
CREATE TABLE money_proof_leaf (
    proof uuid NOT NULL
        CONSTRAINT fk_money_proof_leaf_proof REFERENCES money_proof (id),
    position bigint NOT NULL,
    account uuid NOT NULL
        CONSTRAINT fk_money_proof_leaf_account REFERENCES account (id),
    balance_minor bigint NOT NULL
        CONSTRAINT ck_money_proof_leaf_balance CHECK (balance_minor >= 0),
    CONSTRAINT pk_money_proof_leaf PRIMARY KEY (proof, position),
    CONSTRAINT uq_money_proof_leaf_proof_account UNIQUE (proof, account)
);
GRANT SELECT, INSERT ON money_proof, money_proof_leaf TO tonle_app;
-- The seed makes the salts; with the leaves an auditor has the balances without it.
GRANT SELECT (id, counted_on, currency, made_at, leaves, root, wallets_minor, others,
    bank_minor, transit_minor) ON money_proof TO tonle_auditor;
GRANT SELECT ON money_proof_leaf TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE money_proof_leaf")
    op.execute("DROP TABLE money_proof")
