"""Tables of approvals and lending: applications, loans, notes, events, receipts."""

from alembic import op

revision = "0006"
down_revision = "0005"

_APPROVALS = """
CREATE TABLE approval (
    id uuid CONSTRAINT pk_approval PRIMARY KEY,
    kind text NOT NULL,
    concerns text NOT NULL,
    request jsonb NOT NULL,
    request_hash bytea NOT NULL,
    note text NOT NULL,
    proposed_by uuid NOT NULL
        CONSTRAINT fk_approval_proposed_by REFERENCES party (id),
    proposed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    status text NOT NULL,
    decided_by uuid CONSTRAINT fk_approval_decided_by REFERENCES party (id),
    decided_at timestamptz,
    CONSTRAINT ck_approval_two_people CHECK (decided_by <> proposed_by),
    CONSTRAINT ck_approval_decided CHECK (
        (status IN ('approved', 'declined')) = (decided_by IS NOT NULL)),
    CONSTRAINT ck_approval_status CHECK (
        status IN ('pending', 'approved', 'declined', 'expired'))
);
CREATE UNIQUE INDEX uq_approval_pending ON approval (kind, concerns)
    WHERE status = 'pending';
"""

_APPLICATIONS = """
CREATE TABLE application (
    id uuid CONSTRAINT pk_application PRIMARY KEY,
    party uuid NOT NULL CONSTRAINT fk_application_party REFERENCES party (id),
    currency varchar(3) NOT NULL,
    amount_minor bigint NOT NULL,
    term_months bigint NOT NULL,
    purpose text NOT NULL,
    statements jsonb NOT NULL,
    decision jsonb NOT NULL,
    quote jsonb NOT NULL,
    status text NOT NULL,
    approval uuid CONSTRAINT fk_application_approval REFERENCES approval (id),
    offer uuid CONSTRAINT fk_application_offer REFERENCES offer (id)
        CONSTRAINT uq_application_offer UNIQUE,
    submitted_at timestamptz NOT NULL,
    CONSTRAINT ck_application_amount CHECK (amount_minor > 0),
    CONSTRAINT ck_application_term CHECK (term_months > 0),
    CONSTRAINT ck_application_status CHECK (status IN (
        'refused', 'assessed', 'reviewed', 'declined', 'listed', 'funded', 'failed')),
    CONSTRAINT ck_application_offer CHECK (
        (status IN ('listed', 'funded', 'failed')) = (offer IS NOT NULL))
);
CREATE INDEX ix_application_party ON application (party);
"""

_LOANS = """
CREATE TABLE loan (
    id uuid CONSTRAINT pk_loan PRIMARY KEY,
    application uuid NOT NULL
        CONSTRAINT fk_loan_application REFERENCES application (id)
        CONSTRAINT uq_loan_application UNIQUE,
    offer uuid NOT NULL CONSTRAINT fk_loan_offer REFERENCES offer (id)
        CONSTRAINT uq_loan_offer UNIQUE,
    borrower uuid NOT NULL CONSTRAINT fk_loan_borrower REFERENCES party (id),
    currency varchar(3) NOT NULL,
    principal_minor bigint NOT NULL,
    terms jsonb NOT NULL,
    principal_account uuid NOT NULL
        CONSTRAINT fk_loan_principal_account REFERENCES account (id),
    interest_account uuid NOT NULL
        CONSTRAINT fk_loan_interest_account REFERENCES account (id),
    fee_account uuid NOT NULL
        CONSTRAINT fk_loan_fee_account REFERENCES account (id),
    collections_account uuid NOT NULL
        CONSTRAINT fk_loan_collections_account REFERENCES account (id),
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    principal_booked_minor bigint NOT NULL,
    interest_booked_minor bigint NOT NULL,
    fees_booked_minor bigint NOT NULL,
    disbursed_on date,
    closed_on date,
    CONSTRAINT ck_loan_principal CHECK (principal_minor > 0),
    CONSTRAINT ck_loan_status CHECK (
        status IN ('awaiting_signature', 'lapsed', 'active', 'paid_off',
                   'written_off')),
    CONSTRAINT ck_loan_disbursed CHECK (
        (status IN ('awaiting_signature', 'lapsed')) = (disbursed_on IS NULL))
);
CREATE INDEX ix_loan_borrower ON loan (borrower);
CREATE INDEX ix_loan_status ON loan (status, id);

CREATE TABLE agreement (
    loan uuid CONSTRAINT pk_agreement PRIMARY KEY
        CONSTRAINT fk_agreement_loan REFERENCES loan (id),
    document bytea NOT NULL,
    sha256 bytea NOT NULL,
    CONSTRAINT ck_agreement_sha256 CHECK (sha256 = sha256(document))
);

CREATE TABLE acceptance (
    loan uuid NOT NULL CONSTRAINT fk_acceptance_loan REFERENCES loan (id),
    party uuid NOT NULL CONSTRAINT fk_acceptance_party REFERENCES party (id),
    role text NOT NULL,
    document_hash bytea NOT NULL,
    signature_level text NOT NULL,
    accepted_at timestamptz NOT NULL,
    CONSTRAINT pk_acceptance PRIMARY KEY (loan, party, role),
    CONSTRAINT ck_acceptance_role CHECK (role IN ('borrower', 'lender')),
    CONSTRAINT ck_acceptance_signature_level CHECK (signature_level IN ('click'))
);
CREATE INDEX ix_acceptance_party ON acceptance (party);

CREATE TABLE note (
    id uuid CONSTRAINT pk_note PRIMARY KEY,
    loan uuid NOT NULL CONSTRAINT fk_note_loan REFERENCES loan (id),
    lender uuid NOT NULL CONSTRAINT fk_note_lender REFERENCES party (id),
    pledge uuid NOT NULL CONSTRAINT fk_note_pledge REFERENCES pledge (id)
        CONSTRAINT uq_note_pledge UNIQUE,
    currency varchar(3) NOT NULL,
    principal_minor bigint NOT NULL,
    withholding_bps bigint NOT NULL,
    principal_account uuid NOT NULL
        CONSTRAINT fk_note_principal_account REFERENCES account (id),
    interest_account uuid NOT NULL
        CONSTRAINT fk_note_interest_account REFERENCES account (id),
    fee_account uuid NOT NULL
        CONSTRAINT fk_note_fee_account REFERENCES account (id),
    CONSTRAINT ck_note_principal CHECK (principal_minor > 0),
    CONSTRAINT ck_note_withholding CHECK (withholding_bps BETWEEN 0 AND 10000)
);
CREATE INDEX ix_note_loan ON note (loan);
CREATE INDEX ix_note_lender ON note (lender);

CREATE TABLE loan_event (
    loan uuid NOT NULL CONSTRAINT fk_loan_event_loan REFERENCES loan (id),
    number bigint NOT NULL,
    kind text NOT NULL,
    happened_on date NOT NULL,
    details jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT pk_loan_event PRIMARY KEY (loan, number),
    CONSTRAINT ck_loan_event_number CHECK (number > 0)
);

CREATE TABLE receipt (
    id uuid CONSTRAINT pk_receipt PRIMARY KEY,
    loan uuid NOT NULL CONSTRAINT fk_receipt_loan REFERENCES loan (id),
    currency varchar(3) NOT NULL,
    amount_minor bigint NOT NULL,
    received_on date NOT NULL,
    recovery boolean NOT NULL,
    deposit uuid CONSTRAINT fk_receipt_deposit REFERENCES deposit (id)
        CONSTRAINT uq_receipt_deposit UNIQUE,
    status text NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT ck_receipt_amount CHECK (amount_minor > 0),
    CONSTRAINT ck_receipt_status CHECK (status IN ('received', 'distributed'))
);
CREATE INDEX ix_receipt_loan ON receipt (loan);
CREATE INDEX ix_receipt_waiting ON receipt (id) WHERE status = 'received';

CREATE TABLE distribution (
    receipt uuid NOT NULL CONSTRAINT fk_distribution_receipt REFERENCES receipt (id),
    number bigint NOT NULL,
    counted_on date NOT NULL,
    penalty_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    interest_minor bigint NOT NULL,
    principal_minor bigint NOT NULL,
    excess_minor bigint NOT NULL,
    rounding_minor bigint NOT NULL,
    CONSTRAINT pk_distribution PRIMARY KEY (receipt, number),
    CONSTRAINT ck_distribution_number CHECK (number > 0)
);

CREATE TABLE distribution_share (
    receipt uuid NOT NULL,
    number bigint NOT NULL,
    note uuid NOT NULL CONSTRAINT fk_distribution_share_note REFERENCES note (id),
    principal_minor bigint NOT NULL,
    interest_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    servicing_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    net_minor bigint NOT NULL,
    withholding_bps bigint NOT NULL,
    CONSTRAINT pk_distribution_share PRIMARY KEY (receipt, number, note),
    CONSTRAINT fk_distribution_share_receipt FOREIGN KEY (receipt, number)
        REFERENCES distribution (receipt, number),
    CONSTRAINT ck_distribution_share_adds_up CHECK (
        principal_minor + interest_minor + fee_minor
        = servicing_minor + tax_minor + net_minor)
);
CREATE INDEX ix_distribution_share_note ON distribution_share (note);

CREATE TABLE owed_back (
    party uuid NOT NULL CONSTRAINT fk_owed_back_party REFERENCES party (id),
    currency varchar(3) NOT NULL,
    account uuid NOT NULL CONSTRAINT fk_owed_back_account REFERENCES account (id)
        CONSTRAINT uq_owed_back_account UNIQUE,
    CONSTRAINT pk_owed_back PRIMARY KEY (party, currency)
);

CREATE TABLE treaty_residence (
    id uuid CONSTRAINT pk_treaty_residence PRIMARY KEY,
    party uuid NOT NULL CONSTRAINT fk_treaty_residence_party REFERENCES party (id),
    country text NOT NULL,
    certificate text NOT NULL,
    valid_from date NOT NULL,
    valid_until date NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT ck_treaty_residence_country CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT ck_treaty_residence_certificate CHECK (
        length(certificate) BETWEEN 1 AND 200),
    CONSTRAINT ck_treaty_residence_period CHECK (valid_from <= valid_until)
);
CREATE INDEX ix_treaty_residence_party ON treaty_residence (party);
"""

# What happened to a loan, and what people agreed to, is told once and never changed.
_FOREVER = "".join(
    f"""
CREATE TRIGGER {table}_is_forever BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for table in (
        "agreement",
        "acceptance",
        "loan_event",
        "distribution",
        "distribution_share",
        "treaty_residence",
    )
)

_GRANTS = """
GRANT SELECT, INSERT ON approval, application, loan, agreement, acceptance, note,
    loan_event, receipt, distribution, distribution_share, owed_back,
    treaty_residence TO tonle_app;
GRANT UPDATE (status, decided_by, decided_at) ON approval TO tonle_app;
GRANT UPDATE (status, approval, offer) ON application TO tonle_app;
GRANT UPDATE (status, terms, principal_booked_minor, interest_booked_minor,
    fees_booked_minor, disbursed_on, closed_on) ON loan TO tonle_app;
GRANT UPDATE (status) ON receipt TO tonle_app;
GRANT SELECT ON approval, application, loan, agreement, acceptance, note, loan_event,
    receipt, distribution, distribution_share, owed_back, treaty_residence
    TO tonle_auditor;
"""


def upgrade() -> None:
    for part in (_APPROVALS, _APPLICATIONS, _LOANS, _FOREVER, _GRANTS):
        op.execute(part)


def downgrade() -> None:
    op.execute(
        "DROP TABLE treaty_residence, owed_back, distribution_share, distribution,"
        " receipt, loan_event, note, acceptance, agreement, loan, application, approval"
    )
