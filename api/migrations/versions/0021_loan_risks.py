"""The risk of each loan is kept until something it follows from changes."""

from alembic import op

revision = "0021"
down_revision = "0020"

_RISKS = """
CREATE TABLE loan_risk (
    loan uuid NOT NULL CONSTRAINT pk_loan_risk PRIMARY KEY
        CONSTRAINT fk_loan_risk_loan REFERENCES loan (id),
    made_from text NOT NULL,
    risk jsonb NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON loan_risk TO tonle_app;
GRANT SELECT ON loan_risk TO tonle_auditor;
"""


def upgrade() -> None:
    op.execute(_RISKS)


def downgrade() -> None:
    op.execute("DROP TABLE loan_risk")
