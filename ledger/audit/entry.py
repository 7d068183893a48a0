"""Write one sealed entry: the exact bytes that are chained, hashed and published."""

import hashlib
from dataclasses import dataclass

from ledger.canonical import canonical, instant_text
from ledger.outbox import EventRow

VERSION = 1
NO_ENTRY_BEFORE = "0" * 64


@dataclass(frozen=True)
class Head:
    """Where the chain stands: the log, the next sequence number, the last hash."""

    log: str
    seq: int = 0
    prev: str = NO_ENTRY_BEFORE

    def after(self, entry: bytes) -> "Head":
        """Return where the chain stands when this entry has been added."""
        return Head(self.log, self.seq + 1, hashlib.sha256(entry).hexdigest())


def entry_of(event: EventRow, head: Head) -> bytes:
    """Return the canonical entry of a stored event at the head of the chain."""
    return canonical(
        {
            "v": VERSION,
            "log": head.log,
            "seq": head.seq,
            "prev": head.prev,
            "ts": instant_text(event.recorded_at),
            "event": event.id,
            "stream": event.stream,
            "number": event.number,
            "type": event.type,
            "subject": event.subject,
            "actor": event.actor,
            "actor_auth": event.actor_auth,
            "request_id": event.request_id,
            "data": event.data,
            "commitments": event.commitments,
            "refs": event.refs,
        }
    )
