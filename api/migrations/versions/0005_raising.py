"""Tables that products share: offers, the pledges to them, holidays by decree."""

from alembic import op

revision = "0005"
down_revision = "0004"

_TABLES = """
CREATE TABLE offer (
    id uuid CONSTRAINT pk_offer PRIMARY KEY,
    product text NOT NULL,
    issuer uuid NOT NULL,
    subject text NOT NULL,
    escrow uuid NOT NULL CONSTRAINT uq_offer_escrow UNIQUE
        CONSTRAINT fk_offer_escrow REFERENCES account (id),
    currency varchar(3) NOT NULL,
    target_minor bigint NOT NULL,
    cap_minor bigint NOT NULL,
    min_pledge_minor bigint NOT NULL,
    step_minor bigint NOT NULL,
    party_cap_minor bigint NOT NULL,
    reflection_days bigint NOT NULL,
    opens_at timestamptz NOT NULL,
    deadline_at timestamptz NOT NULL,
    status text NOT NULL,
    pledged_minor bigint NOT NULL,
    closed_at timestamptz,
    CONSTRAINT ck_offer_product CHECK (product IN ('loan', 'equity')),
    CONSTRAINT ck_offer_target CHECK (
        target_minor > 0 AND cap_minor >= target_minor
        AND (product = 'equity' OR cap_minor = target_minor)),
    CONSTRAINT ck_offer_step CHECK (
        step_minor > 0 AND target_minor % step_minor = 0
        AND cap_minor % step_minor = 0 AND min_pledge_minor % step_minor = 0),
    CONSTRAINT ck_offer_min_pledge CHECK (
        min_pledge_minor BETWEEN 1 AND target_minor),
    CONSTRAINT ck_offer_party_cap CHECK (party_cap_minor BETWEEN 1 AND cap_minor),
    CONSTRAINT ck_offer_reflection CHECK (reflection_days >= 0),
    CONSTRAINT ck_offer_deadline CHECK (opens_at < deadline_at),
    CONSTRAINT ck_offer_pledged CHECK (pledged_minor BETWEEN 0 AND cap_minor),
    CONSTRAINT ck_offer_status CHECK (
        status IN ('open', 'funded', 'failed', 'cancelled')),
    CONSTRAINT ck_offer_closed CHECK ((status = 'open') = (closed_at IS NULL)),
    CONSTRAINT ck_offer_funded CHECK (
        status <> 'funded' OR pledged_minor >= target_minor)
) WITH (fillfactor = 50);
CREATE INDEX ix_offer_issuer ON offer (issuer, id);
CREATE INDEX ix_offer_subject ON offer (subject);
CREATE INDEX ix_offer_open ON offer (deadline_at) WHERE status = 'open';

CREATE TABLE pledge (
    id uuid CONSTRAINT pk_pledge PRIMARY KEY,
    offer uuid NOT NULL CONSTRAINT fk_pledge_offer REFERENCES offer (id),
    party uuid NOT NULL,
    hold uuid NOT NULL CONSTRAINT uq_pledge_hold UNIQUE
        CONSTRAINT fk_pledge_hold REFERENCES hold (entry),
    currency varchar(3) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT ck_pledge_amount CHECK (amount_minor > 0),
    status text NOT NULL,
    placed_at timestamptz NOT NULL,
    reflection_until timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT ck_pledge_status CHECK (
        status IN ('held', 'withdrawn', 'captured', 'released')),
    CONSTRAINT ck_pledge_ended CHECK ((status = 'held') = (ended_at IS NULL))
);
CREATE INDEX ix_pledge_offer ON pledge (offer, party);
CREATE INDEX ix_pledge_party ON pledge (party, id);

CREATE TABLE holiday_decree (
    id uuid CONSTRAINT pk_holiday_decree PRIMARY KEY,
    day date NOT NULL,
    is_holiday boolean NOT NULL,
    source text NOT NULL
        CONSTRAINT ck_holiday_decree_source CHECK (length(btrim(source)) > 0),
    decided_by uuid NOT NULL
        CONSTRAINT fk_holiday_decree_decided_by_party REFERENCES party (id),
    decided_at timestamptz NOT NULL
);
CREATE INDEX ix_holiday_decree_day ON holiday_decree (day, id);
"""

# The terms of an offer, the substance of a pledge and a decree can never be changed.
_GRANTS = """
GRANT SELECT, INSERT ON offer, pledge TO tonle_app;
GRANT UPDATE (status, pledged_minor, closed_at) ON offer TO tonle_app;
GRANT UPDATE (status, ended_at) ON pledge TO tonle_app;
GRANT SELECT, INSERT ON holiday_decree TO tonle_app;
GRANT SELECT ON offer, pledge, holiday_decree TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_GRANTS)


def downgrade() -> None:
    op.execute("DROP TABLE holiday_decree, pledge, offer")
