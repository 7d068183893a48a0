"""Tables of approvals and lending: applications, loans, their lives, and day-ends."""

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
    overrides jsonb NOT NULL,
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

CREATE TABLE rescore (
    loan uuid NOT NULL CONSTRAINT fk_rescore_loan REFERENCES loan (id),
    month date NOT NULL CONSTRAINT ck_rescore_month
        CHECK (extract(day FROM month) = 1),
    scored_on date NOT NULL,
    pd_bps bigint NOT NULL CONSTRAINT ck_rescore_pd
        CHECK (pd_bps BETWEEN 0 AND 10000),
    grade text NOT NULL,
    features jsonb NOT NULL,
    signals jsonb NOT NULL,
    model_sha256 text NOT NULL,
    CONSTRAINT pk_rescore PRIMARY KEY (loan, month)
);

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

_DAYS = """
CREATE TABLE day_end (
    business_date date CONSTRAINT pk_day_end PRIMARY KEY,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    loans bigint,
    CONSTRAINT ck_day_end_finished CHECK (
        (finished_at IS NULL) = (loans IS NULL))
);

CREATE TABLE clock_stop (
    id uuid CONSTRAINT pk_clock_stop PRIMARY KEY,
    last_on date NOT NULL,
    seen_on date NOT NULL,
    stopped_at timestamptz NOT NULL,
    trusted_on date,
    resumed_by text,
    CONSTRAINT ck_clock_stop_resumed CHECK (
        (trusted_on IS NULL) = (resumed_by IS NULL))
);
CREATE UNIQUE INDEX uq_clock_stop_open ON clock_stop ((resumed_by IS NULL))
    WHERE resumed_by IS NULL;

CREATE TABLE loan_standing (
    loan uuid CONSTRAINT pk_loan_standing PRIMARY KEY
        CONSTRAINT fk_loan_standing_loan REFERENCES loan (id),
    counted_to date NOT NULL,
    days_past_due bigint NOT NULL,
    overdue_minor bigint NOT NULL,
    accrued_minor bigint NOT NULL,
    band text NOT NULL,
    class text NOT NULL,
    provision_bps bigint NOT NULL,
    stage bigint NOT NULL,
    CONSTRAINT ck_loan_standing_days CHECK (days_past_due >= 0),
    CONSTRAINT ck_loan_standing_amounts CHECK (overdue_minor >= 0 AND accrued_minor >= 0),
    CONSTRAINT ck_loan_standing_stage CHECK (stage BETWEEN 1 AND 3)
);

CREATE TABLE loan_grading (
    loan uuid NOT NULL CONSTRAINT fk_loan_grading_loan REFERENCES loan (id),
    graded_on date NOT NULL,
    days_past_due bigint NOT NULL,
    band text NOT NULL,
    class text NOT NULL,
    provision_bps bigint NOT NULL,
    stage bigint NOT NULL,
    CONSTRAINT pk_loan_grading PRIMARY KEY (loan, graded_on)
);

CREATE TABLE loan_book (
    loan uuid CONSTRAINT pk_loan_book PRIMARY KEY
        CONSTRAINT fk_loan_book_loan REFERENCES loan (id),
    events bigint NOT NULL,
    last_on date NOT NULL,
    book text NOT NULL,
    allocations jsonb NOT NULL,
    CONSTRAINT ck_loan_book_events CHECK (events > 0)
);

CREATE TABLE notice (
    id uuid CONSTRAINT pk_notice PRIMARY KEY,
    loan uuid NOT NULL CONSTRAINT fk_notice_loan REFERENCES loan (id),
    party uuid NOT NULL CONSTRAINT fk_notice_party REFERENCES party (id),
    kind text NOT NULL,
    concerns_on date NOT NULL,
    currency varchar(3) NOT NULL,
    amount_minor bigint NOT NULL,
    queued_on date NOT NULL,
    CONSTRAINT uq_notice_loan UNIQUE (loan, kind, concerns_on),
    CONSTRAINT ck_notice_kind CHECK (
        kind IN ('payment_due', 'payment_missed', 'late_fee')),
    CONSTRAINT ck_notice_amount CHECK (amount_minor > 0)
);
CREATE INDEX ix_notice_party ON notice (party, id);
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
        "loan_grading",
    )
)

_GRANTS = """
GRANT SELECT, INSERT ON approval, application, loan, rescore, agreement, acceptance, note,
    loan_event, receipt, distribution, distribution_share, owed_back,
    treaty_residence TO tonle_app;
GRANT UPDATE (status, decided_by, decided_at) ON approval TO tonle_app;
GRANT UPDATE (status, approval, offer, overrides) ON application TO tonle_app;
GRANT UPDATE (status, terms, principal_booked_minor, interest_booked_minor,
    fees_booked_minor, disbursed_on, closed_on) ON loan TO tonle_app;
GRANT UPDATE (status) ON receipt TO tonle_app;
GRANT SELECT ON approval, application, loan, rescore, agreement, acceptance, note, loan_event,
    receipt, distribution, distribution_share, owed_back, treaty_residence
    TO tonle_auditor;
GRANT SELECT, INSERT ON day_end, clock_stop, loan_standing, loan_grading, loan_book,
    notice TO tonle_app;
GRANT UPDATE (finished_at, loans) ON day_end TO tonle_app;
GRANT UPDATE (trusted_on, resumed_by) ON clock_stop TO tonle_app;
GRANT UPDATE (counted_to, days_past_due, overdue_minor, accrued_minor, band, class,
    provision_bps, stage) ON loan_standing TO tonle_app;
GRANT UPDATE (events, last_on, book, allocations) ON loan_book TO tonle_app;
GRANT SELECT ON day_end, clock_stop, loan_standing, loan_grading, notice
    TO tonle_auditor;
"""


def upgrade() -> None:
    for part in (_APPROVALS, _APPLICATIONS, _LOANS, _DAYS, _FOREVER, _GRANTS):
        op.execute(part)


def downgrade() -> None:
    op.execute(
        "DROP TABLE notice, loan_book, loan_grading, loan_standing, clock_stop, day_end,"
        " treaty_residence, owed_back, distribution_share, distribution,"
        " receipt, loan_event, note, acceptance, agreement, rescore, loan, application,"
        " approval"
    )
