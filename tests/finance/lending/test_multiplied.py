"""Loans copied in the database are what the product would have made, and live on alike."""

from collections import Counter
from datetime import timedelta

import psycopg
import pytest

from api.jobs import days
from finance import lending
from finance.lending.history import History
from ledger import invariants
from ledger.clock import business_date
from tests.finance.lending import multiplied
from tests.finance.lending.portfolio import aged, make_portfolio, url_of
from tests.finance.lending.whole import whole
from tests.journeys.people import World

FIRST, TIMES = 3, 4
LATE = 20  # number 0 and 20 did not pay last
NAMES = {"id", "loan", "entry", "account", "path", "application", "offer", "pledge"}


@pytest.fixture
async def portfolio(db, clock, admin_url, app_url):
    """Three loans of 61 days, one of them late, counted once and then four of each."""
    url = url_of(admin_url, psycopg.conninfo.conninfo_to_dict(app_url)["dbname"])
    world = World(db, clock)
    firm = await world.party("Firm")
    lenders = [await world.party(name) for name in ("One", "Two")]
    on = business_date(clock.now())
    lives = [aged(number, 61, on) for number in (0, 1, LATE - 1)]
    await make_portfolio(url, clock, lives, borrower=firm, lenders=lenders)
    await days.count_days(db)
    first = _kinds(url), await _broken(db)
    multiplied.multiply(url, TIMES)
    return url, first


OURS = "kind ~ '^(loan|note)' OR kind = 'collections'"
PLACES = "account IN (SELECT id FROM account WHERE kind ~ '^(loan|note)|^collections$')"
ALL = {
    **multiplied.TABLES,
    "account": OURS,
    "balance": PLACES,
    "entry": "true",
    "posting": PLACES,
}
ROWS = "SELECT to_jsonb(t) FROM {} t WHERE {}"


def _kinds(url):
    """Return every table's rows without what names them, each with how many it has."""
    with psycopg.connect(url) as connection:
        return {
            table: Counter(
                str({name: of for name, of in row[0].items() if not _names(name)})
                for row in connection.execute(ROWS.format(table, which))
            )
            for table, which in ALL.items()
        }


def _names(column):
    return (
        column in NAMES or column.endswith("_account") or column in {"stream", "number"}
    )


@pytest.mark.slow
async def test_every_row_is_there_as_often_as_its_loan_and_a_day_counts_them_alike(
    db, clock, portfolio
):
    url, (first, broken) = portfolio
    copied = _kinds(url)

    clock.advance(timedelta(days=1))
    await days.count_days(db)

    for table in multiplied.TABLES:
        assert copied[table] == _times(first[table]), table
    after = _kinds(url)
    for table in ("loan", "loan_standing", "loan_book", "notice", "loan_grading"):
        assert all(count % TIMES == 0 for count in after[table].values()), table
    assert await _broken(db) == broken
    page = await db.read(lending.list_loans, limit=FIRST * TIMES)
    assert len(page.items) == FIRST * TIMES
    for loan in page.items:
        kept = await db.read(lending.loan_state, loan_id=loan.id)
        assert kept == await db.read(_replayed, loan=loan)
    assert len(whole(url)["days"]) == 2


def _times(counter):
    return Counter({row: count * TIMES for row, count in counter.items()})


async def _broken(db):
    """Return the laws that do not hold of loans made without offers and pledges."""
    return {breach.law for breach in await db.read(invariants.find_breaches)}


async def _replayed(uow, *, loan):
    return (await History.of(uow, loan)).state(uow.today())
