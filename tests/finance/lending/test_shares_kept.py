"""What lenders got of a receipt is of their loan's notes, and is posted without a doubt."""

from datetime import timedelta

import psycopg
import pytest
from psycopg import errors
from structlog.testing import capture_logs

from api.jobs.reconciling import Comparison
from finance import lending
from risk.identity import PartyKind
from tests.counting import counted
from tests.finance.lending.acting import instalment, pay
from tests.journeys.people import usd

SHARE = """
INSERT INTO distribution_share
SELECT r.id, %s, coalesce(n.id, gen_random_uuid()), 0, 1, 0, 0, 0, 1, 0
  FROM receipt r LEFT JOIN note n ON n.loan = (
       SELECT id FROM loan WHERE (id = r.loan) = %s AND %s)
"""


@pytest.fixture
async def shared(world, desk, loan):
    """A receipt of the first of two loans, whose shares are gone as only owners can."""
    firm = await world.party("Another firm", PartyKind.FIRM)
    offer = await world.offer(firm, usd(600), desk)
    lender = await world.lender("Dara", usd(600))
    await world.pledge(offer, lender, usd(600))
    await world.fund(offer, firm)
    await world.live(loan, 31)
    await pay(world, loan, instalment(loan))


@pytest.fixture
def owner(shared, urls):
    with psycopg.connect(urls.owner) as connection:
        connection.execute("ALTER TABLE distribution_share DISABLE TRIGGER USER")
        connection.execute("DELETE FROM distribution_share")
        connection.execute("ALTER TABLE distribution_share ENABLE TRIGGER USER")
        yield connection
        connection.rollback()


def test_shares_are_of_a_distribution_and_of_notes_of_its_loan(owner):
    for number, of_the_loan, of_any in (
        (2, True, True),  # of no distribution
        (1, False, True),  # of another loan's note
        (1, True, False),  # of no note
    ):
        with (
            pytest.raises(errors.ForeignKeyViolation, match="no note of the loan"),
            owner.transaction(),
        ):
            owner.execute(SHARE, [number, of_the_loan, of_any])

    assert owner.execute(SHARE, [1, True, True]).rowcount == 3


@pytest.mark.parametrize("loss", ["DELETE FROM note", "DELETE FROM receipt"])
def test_what_shares_are_of_is_never_deleted(owner, loss):
    with pytest.raises(errors.InsufficientPrivilege, match="kept forever"):
        owner.execute(loss)


async def test_interest_that_falls_due_with_its_receipt_is_judged_by_the_database(
    world, loan
):
    await world.live(loan, 20)
    await world.pay(loan.id, instalment(loan))

    with counted(world.db) as statements:
        await world.distribute()

    assert [said for said in statements if "FROM book" in said]
    assert not [said for said in statements if "lock_standings" in said]


MORE = lending.counted.RECEIPTS_AT_ONCE + 1


@pytest.mark.parametrize(
    ("receipts", "change"),
    [
        (
            1,
            "UPDATE distribution_share SET net_minor = net_minor - 1, tax_minor = tax_minor + 1",
        ),
        (1, "UPDATE distribution SET seed = sha256('other')"),
        pytest.param(MORE, "DELETE FROM distribution_share", marks=pytest.mark.slow),
    ],
)
async def test_shares_that_are_not_what_the_log_counts_sound_the_alarm(
    world, loan, admin_of, receipts, change
):
    await world.live(loan, 31)
    for _ in range(receipts):
        await pay(world, loan, usd(1))
    paid = await world.db.read(lending.list_receipts, loan_id=loan.id)
    comparison = Comparison(world.db)
    with capture_logs() as before:
        await comparison.compare_lately()
    with psycopg.connect(admin_of) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(change)

    with capture_logs() as lately:
        await comparison.compare_lately()
    world.clock.advance(timedelta(days=3))
    with capture_logs() as long_after:
        await comparison.compare_lately()

    assert before == long_after == []
    assert {line["event"] for line in lately} == {"log_and_shares_differ"}
    assert [line["receipt"] for line in lately] == [receipt.id for receipt in paid]
