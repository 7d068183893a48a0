"""The day-end counts every loan and day once, in order, by a clock it can believe."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from api.jobs import days, jobs_of, run_once
from api.services import Services
from contracts import loan as loans
from finance import lending
from finance.lending import Loan, dayend
from finance.lending.dayend import ClockNotStopped, Grading, LoanStanding, Notice
from finance.lending.history import History
from finance.lending.rules import Stage
from ledger.clock import business_date
from ledger.database import Database, UnitOfWork
from ledger.ids import read_id
from tests.finance.lending.portfolio import aged, make_portfolio, url_of
from tests.finance.lending.test_many_lenders import counted
from tests.finance.lending.whole import whole
from tests.journeys.people import World, usd

LOANS = 12
DUE_SOON = 20  # from this one on, loans fall due in the first days
A_DAY = timedelta(days=1)


@pytest.fixture
def database_url(admin_url: str, app_url: str) -> str:
    """The superuser's URL of the test's own database."""
    return url_of(admin_url, psycopg.conninfo.conninfo_to_dict(app_url)["dbname"])


@pytest.fixture
def running(db, clock, database_url):
    """Make some running loans of an age, that were counted up to yesterday."""

    async def make(count: int = LOANS, *, days_old: int = 60, first: int = 0):
        world = World(db, clock)
        firm = await world.party("Firm")
        lenders = [await world.party(name) for name in ("One", "Two")]
        on = business_date(clock.now())
        lives = [aged(number, days_old, on) for number in range(first, first + count)]
        await make_portfolio(database_url, clock, lives, borrower=firm, lenders=lenders)

    return make


async def pass_days(db: Database, clock, count: int) -> None:
    for _ in range(count):
        clock.advance(A_DAY)
        await days.count_days(db)


async def rows(db: Database, table, *where):
    async def ask(uow: UnitOfWork):
        return (await uow.session.scalars(select(table).where(*where))).all()

    return await db.read(ask)


async def test_a_day_counted_twice_is_booked_once(db, clock, running, database_url):
    await running()
    await pass_days(db, clock, 3)
    before = whole(database_url)

    await days.count_days(db)
    await days.count_days(db)

    assert whole(database_url) == before
    assert before["notices"]
    assert {kind for kind, *_ in before["entries"]} >= {"loan.interest_accrued"}


async def test_workers_at_once_share_a_day_and_book_it_once(
    db, clock, running, database_url
):
    await running(first=DUE_SOON)
    await days.count_days(db)
    for _ in range(5):
        clock.advance(A_DAY)
        await asyncio.gather(*(days.count_days(db, at_once=3) for _ in range(4)))
        await days.count_days(db)

    found = whole(database_url)

    assert [day[1:] for day in found["days"]] == [(True, LOANS)] * 6
    assert len(found["entries"]) == len(set(found["entries"]))


async def test_missed_days_wait_for_an_operator_and_are_counted_in_order(
    db, clock, running
):
    await running()
    await days.count_days(db)
    first = business_date(clock.now())
    clock.advance(4 * A_DAY)

    with capture_logs() as said:
        await days.count_days(db)
    stopped = await db.read(dayend.list_days)
    await db.transact(dayend.trust_clock)
    await days.count_days(db)

    assert [line["event"] for line in said] == ["clock_stopped"]
    assert [day.business_date for day in stopped] == [first]
    counted = await db.read(dayend.list_days)
    assert [day.business_date for day in counted] == [
        first + days_on * A_DAY for days_on in (4, 3, 2, 1, 0)
    ]
    assert all(day.finished_at and day.loans == LOANS for day in counted)


async def test_a_clock_that_runs_backwards_stops_what_goes_by_dates(
    db, clock, running, database_url
):
    await running()
    await pass_days(db, clock, 2)
    before = whole(database_url)
    clock.instant -= 2 * A_DAY

    with capture_logs() as said:
        await run_once(jobs_of(Services(db)))

    assert [line["event"] for line in said] == ["clock_stopped"]
    assert whole(database_url) == before
    (stop,) = await rows(db, dayend.ClockStop)
    assert stop.seen_on == stop.last_on - 2 * A_DAY


async def test_a_clock_put_right_goes_on_only_after_an_operator_looked(
    db, clock, running
):
    await running()
    await days.count_days(db)
    clock.instant += 400 * A_DAY
    await days.count_days(db)
    clock.instant -= 400 * A_DAY
    clock.advance(A_DAY)

    await days.count_days(db)
    waiting = await db.read(dayend.list_days)
    await db.transact(dayend.trust_clock)
    await days.count_days(db)

    assert len(waiting) == 1
    assert len(await db.read(dayend.list_days)) == 2
    with pytest.raises(ClockNotStopped):
        await db.transact(dayend.trust_clock)


async def test_a_loan_that_cannot_be_counted_keeps_no_other_from_its_day(
    db, clock, running, database_url
):
    await running()
    await days.count_days(db)
    sick = (await rows(db, Loan))[5].id
    spoil(database_url, sick, "nonsense")
    clock.advance(A_DAY)

    with capture_logs() as said:
        await days.count_days(db)

    assert [(line["event"], line["loan"]) for line in said] == [
        ("loan_not_counted", sick)
    ]
    today = business_date(clock.now())
    behind = await rows(db, LoanStanding, LoanStanding.counted_to < today)
    assert [row.loan for row in behind] == [sick]
    assert not (await db.read(dayend.list_days))[0].finished_at
    spoil(database_url, sick, "disbursed")
    await days.count_days(db)
    assert (await db.read(dayend.list_days))[0].loans == LOANS


def spoil(url: str, loan_id: str, kind: str) -> None:
    """Change the word for a loan's first event, and forget its kept book."""
    key = read_id("loan", loan_id)
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM loan_book WHERE loan = %s", [key])
        connection.execute(
            "UPDATE loan_event SET kind = %s WHERE loan = %s AND number = 1",
            [kind, key],
        )


async def test_a_loan_that_grows_late_is_fined_graded_and_told_once(db, clock, running):
    await running(1, days_old=31)
    await days.count_days(db)
    await pass_days(db, clock, 70)

    gradings = await rows(db, Grading)
    notices = await rows(db, Notice)

    changes = [
        (row.days_past_due, row.band, row.loan_class, row.stage) for row in gradings
    ]
    assert changes == [
        (1, "days_1_30", "normal", Stage.PERFORMING),
        (30, "days_1_30", "special_mention", Stage.PERFORMING),
        (31, "days_31_60", "special_mention", Stage.UNDERPERFORMING),
        (61, "days_61_90", "special_mention", Stage.UNDERPERFORMING),
    ]
    told = [(row.kind, row.concerns_on) for row in notices]
    assert len(told) == len(set(told))
    assert {kind for kind, _ in told} == {"payment_due", "payment_missed", "late_fee"}


async def test_kept_books_say_what_replay_says_also_after_late_news(db, clock, running):
    await running(4)
    await days.count_days(db)
    await pass_days(db, clock, 9)
    ids = [row.id for row in await rows(db, Loan)]
    await db.transact(_hear_late, loan_id=ids[0])
    await pass_days(db, clock, 2)

    for loan_id in ids:
        kept, replayed = await db.read(_both, loan_id=loan_id)
        assert kept == replayed
        assert kept is not None


async def _hear_late(uow: UnitOfWork, *, loan_id: str) -> None:
    """Add a receipt that came a week ago, before what is in the kept book."""
    loan = await lending.get_loan(uow, loan_id, lock=True)
    history = await History.of(uow, loan)
    history.append(
        loans.ReceiptReceived(
            on=uow.today() - 7 * A_DAY,
            ordinal=history.next,
            receipt_id="late news",
            amount=usd(10),
        )
    )


async def _both(uow: UnitOfWork, *, loan_id: str):
    loan = await lending.get_loan(uow, loan_id)
    history = await History.of(uow, loan)
    today = uow.today()
    return await dayend.find_state(uow, loan, today), history.state(today)


async def test_a_quiet_day_takes_as_many_statements_for_twelve_loans_as_for_two(
    db, clock, running
):
    await running(2)
    await days.count_days(db)
    few = await statements_of_a_day(db, clock)
    await running(10)
    await days.count_days(db)

    many = await statements_of_a_day(db, clock)

    assert many == few


async def statements_of_a_day(db: Database, clock) -> int:
    """Count a day again and again until one is quiet; return its statements."""
    seen = []
    for _ in range(9):
        clock.advance(A_DAY)
        with counted(db) as statements:
            await days.count_days(db)
        seen.append(len(statements))
    return min(seen)


async def test_one_loan_alone_is_not_counted_by_a_clock_that_jumped(
    db, clock, running, database_url
):
    await running(2)
    await days.count_days(db)
    before = whole(database_url)
    clock.advance(40 * A_DAY)

    loan = (await rows(db, Loan))[0]
    await db.transact(lending.count_day, loan_id=loan.id)

    assert whole(database_url) == before
    assert not await db.read(dayend.is_believed)
