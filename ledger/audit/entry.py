"""Write one sealed entry: the exact bytes that are chained, hashed and published."""

import hashlib
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.canonical import instant_text, quoted
from ledger.ids import show_id

VERSION = 1
NO_ENTRY_BEFORE = "0" * 64


class Told(NamedTuple):
    """What is to be sealed, as the sealer reads it; JSON is canonical text.

    An event is part 0 of itself; the parts of a journal entry count from 1.
    """

    id: UUID
    part: int
    stream: int
    number: int
    type: str
    subject: str
    actor: str
    actor_auth: str
    request_id: str
    recorded_at: datetime
    data: str
    commitments: str
    refs: str

    @property
    def event(self) -> str:
        """Return the id the log shows; it never comes again."""
        if not self.part:
            return show_id("evt", self.id)
        behind = "" if self.part == 1 else f".{self.part}"
        return show_id("entry", self.id) + behind


class Head(NamedTuple):
    """Where the chain stands: the log, the next sequence number, the last hash."""

    log: str
    seq: int = 0
    prev: str = NO_ENTRY_BEFORE

    def after(self, entry: bytes) -> "Head":
        """Return where the chain stands when this entry has been added."""
        return Head(self.log, self.seq + 1, hashlib.sha256(entry).hexdigest())


def entry_of(told: Told, head: Head) -> bytes:
    """Return the canonical entry of a stored event at the head of the chain.

    Written out by hand, names in their order: this is the inner loop of sealing, and
    three of the parts are canonical text already.
    """
    return (
        f'{{"actor":{quoted(told.actor)},"actor_auth":{quoted(told.actor_auth)}'
        f',"commitments":{told.commitments},"data":{told.data}'
        f',"event":"{told.event}","log":{quoted(head.log)}'
        f',"number":{told.number},"prev":"{head.prev}","refs":{told.refs}'
        f',"request_id":{quoted(told.request_id)},"seq":{head.seq}'
        f',"stream":{told.stream},"subject":{quoted(told.subject)}'
        f',"ts":"{instant_text(told.recorded_at)}","type":{quoted(told.type)}'
        f',"v":{VERSION}}}'
    ).encode()
