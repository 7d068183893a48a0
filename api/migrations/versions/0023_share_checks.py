"""What lenders got of a receipt is checked at once, not row by row."""

from alembic import op

revision = "0023"
down_revision = "0022"

# A receipt may be shared among ten thousand notes, and two foreign keys for each took two
# thirds of the time their rows took. One look at all a statement wrote finds a missing note
# or distribution too, and a note of another loan besides; neither can be deleted. Settings
# as for ``book``: one probe a row, whatever the planner believed first.
_PLACES = """
CREATE FUNCTION shares_must_have_their_places() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT receipt, number FROM added) AS whole
          LEFT JOIN distribution d USING (receipt, number)
          LEFT JOIN receipt r ON r.id = d.receipt
          JOIN added s USING (receipt, number)
          LEFT JOIN note n ON n.id = s.note
         WHERE n.loan IS DISTINCT FROM r.loan OR r.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a share is of no note of the loan, or of no distribution'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER shares_must_have_their_places AFTER INSERT ON distribution_share
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION shares_must_have_their_places();
CREATE TRIGGER note_is_forever BEFORE DELETE OR TRUNCATE ON note
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipt_is_forever BEFORE DELETE OR TRUNCATE ON receipt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE distribution_share
    DROP CONSTRAINT fk_distribution_share_note,
    DROP CONSTRAINT fk_distribution_share_receipt;
"""

_KEYS = """
ALTER TABLE distribution_share
    ADD CONSTRAINT fk_distribution_share_note FOREIGN KEY (note)
        REFERENCES note (id) NOT VALID,
    ADD CONSTRAINT fk_distribution_share_receipt FOREIGN KEY (receipt, number)
        REFERENCES distribution (receipt, number) NOT VALID;
ALTER TABLE distribution_share
    VALIDATE CONSTRAINT fk_distribution_share_note,
    VALIDATE CONSTRAINT fk_distribution_share_receipt;
DROP TRIGGER receipt_is_forever ON receipt;
DROP TRIGGER note_is_forever ON note;
DROP TRIGGER shares_must_have_their_places ON distribution_share;
DROP FUNCTION shares_must_have_their_places;
"""


def upgrade() -> None:
    op.execute(_PLACES)


def downgrade() -> None:
    op.execute(_KEYS)
