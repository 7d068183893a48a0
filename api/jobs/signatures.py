"""Make the pledges of a funded offer one signature, apart from whoever serves.

Checking a thousand takes seconds in which a process does nothing else, so many are
checked in a process of their own; nobody waits for it, and it may be done twice.
"""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from contracts import signing as contract_signing
from finance import raising, signing
from finance.signing import Gathered, Purpose
from ledger.database import Database

FEW: Final = 16


async def total_pledges(db: Database, offer_id: str) -> None:
    """Verify every signed pledge that was taken up, and keep their one signature."""
    taken = await db.read(raising.list_captured, offer_id=offer_id)
    gathered = await db.read(
        signing.gather,
        purpose=Purpose.PLEDGE,
        concerns=offer_id,
        subjects=[pledge.id for pledge in taken],
    )
    if gathered is None:
        return
    await db.transact(
        signing.keep_total,
        purpose=Purpose.PLEDGE,
        concerns=offer_id,
        gathered=gathered,
        total=await _total(gathered),
    )


async def _total(gathered: Gathered) -> bytes:
    if len(gathered.signed) <= FEW:
        return contract_signing.total_distinct(gathered.signed)
    # Not forked: the process that serves holds threads and connections.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as apart:
        work = asyncio.get_running_loop().run_in_executor(
            apart, contract_signing.total_distinct, gathered.signed
        )
        return await work
