"""The risk of a whole book as a page asks for it: worked out anew, and read as it was kept."""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from api import postgres, schema
from finance import lending
from ledger.clock import StoppedClock
from ledger.database import Database, close_engine, make_engine
from tests.benchmarks.lending.dayend import MEMORY, NOW, PASSWORD, make_loans
from tests.finance.lending.portfolio import url_of

AGE_DAYS = 300
READS = 5
DECISION = {
    "pd_bps": 400,
    "price": {"lgd_bps": 4_500},
    "statements_not_counted_sha256": [],
}
# The portfolio's loans are real; what they were asked for by is not, and is added here.
ASKED = """
INSERT INTO application (id, party, currency, amount_minor, term_months, purpose,
    statements, decision, quote, status, offer, overrides, submitted_at)
SELECT application, borrower, currency, principal_minor, 12, 'Stock', '[]', %s, '{}',
    'funded', offer, '[]', created_at FROM loan
"""


def measure_book(count: int) -> None:
    """Print how long one reading of the book takes before and after it is kept."""
    memory = MEMORY if MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="tonle-bench-", dir=memory) as folder,
        postgres.running(Path(folder), {"fsync": "off"}) as url,
    ):
        schema.make_roles(url, dict.fromkeys(schema.ROLES, PASSWORD))
        asyncio.run(_measure(url, count))


async def _measure(server_url: str, count: int) -> None:
    schema.make_database(server_url, "risk")
    urls = schema.Urls.of(server_url, "risk", dict.fromkeys(schema.ROLES, PASSWORD))
    schema.migrate(urls.owner)
    clock = StoppedClock(NOW)
    db = Database(make_engine(urls.app), clock)
    await make_loans(db, url_of(server_url, "risk"), clock, age=AGE_DAYS, count=count)
    with psycopg.connect(url_of(server_url, "risk")) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(ASKED, [json.dumps(DECISION)])
    anew = await _read(db)
    begun = time.perf_counter()
    while await db.transact(lending.keep_risks):
        pass
    kept = time.perf_counter() - begun
    again = sorted([await _read(db) for _ in range(READS)])[READS // 2]
    shown = {"loans": count, "anew_s": anew, "keeping_s": kept, "kept_s": again}
    sys.stdout.write(json.dumps(shown) + "\n")
    await close_engine(db.engine)


async def _read(db: Database) -> float:
    begun = time.perf_counter()
    books = await db.read(lending.assess_book)
    for book in books:
        lending.book_json(book)
    sys.stdout.write(f"{[len(book.loans) for book in books]}\n")
    return time.perf_counter() - begun
