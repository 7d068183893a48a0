"""Wait, within a bound, for a head's witnesses; judge the line they gave together."""

import asyncio
import time
from datetime import datetime
from typing import Final

from api.jobs import witnesses
from contracts.quorum import Group, Quorum, QuorumRefused
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


def check_line(note: str, group: Group, policy: audit.Policy, now: datetime) -> Quorum:
    """Check a group's line under a head, and that each who is named signed alone too.

    Without the second a member could name others whose keys cancel each other out.

    Raises:
        QuorumRefused: The line is not right, or names somebody who did not sign alone.
    """
    found = group.check(note)
    keys = {one.key: one.name for one in policy.witnesses}
    try:
        alone = audit.read_cosignatures(audit.Note.read(note), [*keys], now)
    except audit.NoteRefused as error:
        raise QuorumRefused(str(error)) from None
    missing = {*found.names} - {keys[one.key] for one in alone}
    if missing:
        raise QuorumRefused(f"{', '.join(sorted(missing))} did not sign alone")
    return found
