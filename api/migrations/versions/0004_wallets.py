"""Tables of wallets: who holds what, what came in, what is to go out."""

from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = """
CREATE TABLE wallet (
    id uuid CONSTRAINT pk_wallet PRIMARY KEY,
    party uuid NOT NULL,
    currency varchar(3) NOT NULL,
    account uuid NOT NULL CONSTRAINT uq_wallet_account UNIQUE
        CONSTRAINT fk_wallet_account REFERENCES account (id),
    destination text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT uq_wallet_party_currency UNIQUE (party, currency)
);

CREATE TABLE payment_reference (
    reference text CONSTRAINT pk_payment_reference PRIMARY KEY,
    currency varchar(3) NOT NULL,
    account uuid NOT NULL
        CONSTRAINT fk_payment_reference_account REFERENCES account (id),
    subject text NOT NULL
);

CREATE TABLE deposit (
    id uuid CONSTRAINT pk_deposit PRIMARY KEY,
    provider text NOT NULL,
    payment text NOT NULL,
    reference text NOT NULL,
    subject text NOT NULL,
    account uuid NOT NULL CONSTRAINT fk_deposit_account REFERENCES account (id),
    currency varchar(3) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT ck_deposit_amount CHECK (amount_minor > 0),
    entry uuid NOT NULL CONSTRAINT uq_deposit_entry UNIQUE,
    paid_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    matched_at timestamptz,
    CONSTRAINT uq_deposit_provider_payment UNIQUE (provider, payment)
);
CREATE INDEX ix_deposit_unmatched ON deposit (provider, currency, paid_at)
    WHERE matched_at IS NULL;

CREATE TABLE settlement (
    provider text NOT NULL,
    reference text NOT NULL,
    currency varchar(3) NOT NULL,
    amount_minor bigint NOT NULL
        CONSTRAINT ck_settlement_amount CHECK (amount_minor > 0),
    entry uuid NOT NULL CONSTRAINT uq_settlement_entry UNIQUE,
    recorded_at timestamptz NOT NULL,
    matched_at timestamptz,
    CONSTRAINT pk_settlement PRIMARY KEY (provider, reference)
);

CREATE TABLE payout (
    id uuid CONSTRAINT pk_payout PRIMARY KEY,
    party uuid NOT NULL,
    purpose text NOT NULL,
    subject text NOT NULL,
    currency varchar(3) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT ck_payout_amount CHECK (amount_minor > 0),
    destination text NOT NULL,
    state text NOT NULL,
    attempts bigint NOT NULL CONSTRAINT ck_payout_attempts CHECK (attempts >= 0),
    funding_entry uuid NOT NULL CONSTRAINT uq_payout_funding_entry UNIQUE
        CONSTRAINT fk_payout_funding_entry REFERENCES entry (id),
    ending_entry uuid CONSTRAINT uq_payout_ending_entry UNIQUE
        CONSTRAINT fk_payout_ending_entry REFERENCES entry (id),
    requested_at timestamptz NOT NULL,
    sent_at timestamptz,
    ended_at timestamptz,
    matched_at timestamptz,
    CONSTRAINT ck_payout_purpose CHECK (purpose IN ('withdrawal', 'disbursement')),
    CONSTRAINT ck_payout_state CHECK (
        state IN ('requested', 'sent', 'unknown', 'confirmed', 'failed')),
    CONSTRAINT ck_payout_ended CHECK ((state IN ('confirmed', 'failed'))
        = (ending_entry IS NOT NULL AND ended_at IS NOT NULL)),
    CONSTRAINT ck_payout_sent CHECK ((state = 'requested') = (sent_at IS NULL))
);
CREATE INDEX ix_payout_party ON payout (party, id);
CREATE INDEX ix_payout_open ON payout (id)
    WHERE state IN ('requested', 'sent', 'unknown');
CREATE INDEX ix_payout_unmatched ON payout (currency, ended_at)
    WHERE state = 'confirmed' AND matched_at IS NULL;

CREATE TABLE provider_notice (
    provider text NOT NULL,
    event text NOT NULL,
    kind text NOT NULL
        CONSTRAINT ck_provider_notice_kind CHECK (kind IN ('payment', 'payout')),
    subject text NOT NULL,
    received_at timestamptz NOT NULL,
    worked_at timestamptz,
    CONSTRAINT pk_provider_notice PRIMARY KEY (provider, event)
);

CREATE TABLE payout_stop (
    id uuid CONSTRAINT pk_payout_stop PRIMARY KEY,
    currency varchar(3) NOT NULL,
    reason text NOT NULL,
    raised_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text NOT NULL
);
CREATE UNIQUE INDEX uq_payout_stop_standing ON payout_stop (currency)
    WHERE lifted_at IS NULL;
"""

# Only what really changes may be changed: never an amount, an owner or a key.
_GRANTS = """
GRANT SELECT, INSERT ON wallet, payment_reference, deposit, settlement, payout,
    provider_notice, payout_stop TO tonle_app;
GRANT UPDATE (destination, closed_at) ON wallet TO tonle_app;
GRANT UPDATE (account, subject, matched_at) ON deposit TO tonle_app;
GRANT UPDATE (matched_at) ON settlement TO tonle_app;
GRANT UPDATE (state, attempts, ending_entry, sent_at, ended_at, matched_at)
    ON payout TO tonle_app;
GRANT UPDATE (worked_at) ON provider_notice TO tonle_app;
GRANT UPDATE (lifted_at, lifted_by) ON payout_stop TO tonle_app;
GRANT SELECT ON wallet, payment_reference, deposit, settlement, payout,
    provider_notice, payout_stop TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_GRANTS)


def downgrade() -> None:
    op.execute(
        "DROP TABLE payout_stop, provider_notice, payout, settlement, deposit,"
        " payment_reference, wallet"
    )
