"""Wait, within a bound, until the newest head of the log has its witnesses."""

import asyncio
import time
from typing import Final

from api.jobs import witnesses
from ledger import audit
from ledger.database import Database

WAIT_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.25


async def reach(
    db: Database,
    policy: audit.Policy | None,
    *,
    asking: witnesses.Round | None = None,
    seconds: float = WAIT_SECONDS,
) -> bool:
    """Wait for the quorum of the present head; say whether it came.

    The job of a running server asks the witnesses; with ``asking`` we do so ourselves.
    """
    newest = await db.read(audit.find_head, policy)
    if policy is None or newest is None:
        return False
    ends = time.monotonic() + seconds
    while True:
        if asking is not None:
            await asking.ask_all()
        witnessed = await db.read(audit.find_witnessed_head, policy)
        if witnessed is not None and witnessed.size >= newest.size:
            return True
        if time.monotonic() >= ends:
            return False
        await asyncio.sleep(LOOK_SECONDS)
