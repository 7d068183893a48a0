"""A whole book: its risk worked out by the job of each minute and read as kept, its late
loans on a page, and its tape.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg

from api import postgres, schema, sheets, tape
from api.jobs import risks
from api.portal.pages.risk import read_risk
from finance import lending
from finance.lending import Lot
from ledger import memory
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork, close_engine, make_engine
from tests.benchmarks.lending.dayend import MEMORY, NOW, PASSWORD, make_loans
from tests.finance.lending.portfolio import url_of

AGE_DAYS = 300
READS = 5
DECISION = {
    "grade": "B",
    "pd_bps": 400,
    "price": {"lgd_bps": 4_500},
    "statements_not_counted_sha256": [],
}
# The portfolio's loans are real; what they were asked for by is not, and is added here.
ASKED = """
INSERT INTO application (id, party, currency, amount_minor, term_months, purpose,
    statements, invoice_files, decision, quote, status, offer, overrides, submitted_at)
SELECT application, borrower, currency, principal_minor, 12, 'Stock', '[]', '[]', %s, '{}',
    'funded', offer, '[]', created_at FROM loan
"""


def measure_book(count: int) -> None:
    """Print how long keeping the whole book takes, and one reading of what is kept."""
    place = MEMORY if MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="tonle-bench-", dir=place) as folder,
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
    memory.settle()  # as the server does
    begun, worked = time.perf_counter(), time.process_time()
    while await risks.keep(db):
        pass
    shown = {
        "loans": count,
        "keeping_s": time.perf_counter() - begun,
        "keeping_processor_s": time.process_time() - worked,
    }
    for name, read in (("kept", read_risk), ("late_page", _read_late), ("tape", _tape)):
        reads = sorted([await _timed(db, read) for _ in range(READS)])
        shown[f"{name}_s"], shown[f"{name}_processor_s"] = reads[READS // 2]
    sys.stdout.write(json.dumps(shown) + "\n")
    await close_engine(db.engine)


async def _read_late(uow: UnitOfWork) -> None:
    """Read what the first page of late loans shows."""
    await lending.count_lots(uow)
    assert (await lending.list_lot(uow, lot=Lot.LATE)).items


async def _tape(uow: UnitOfWork) -> None:
    """Read the tape and write it as CSV."""
    sheets.CSV.write(tape.table_of(await lending.read_tape(uow)), "")


async def _timed(
    db: Database, read: Callable[[UnitOfWork], Awaitable[object]]
) -> tuple[float, float]:
    """Return how long a reading takes: by the clock, and of the processor."""
    begun, worked = time.perf_counter(), time.process_time()
    await db.read(read)
    return time.perf_counter() - begun, time.process_time() - worked
