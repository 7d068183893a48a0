"""Write one sealed entry: the exact bytes that are chained, hashed and published."""

import hashlib
from functools import lru_cache
from typing import NamedTuple

from ledger.canonical import quoted

VERSION = 1
NO_ENTRY_BEFORE = "0" * 64


class Told(NamedTuple):
    """What is to be sealed, as the sealer reads it; JSON is canonical text.

    ``id`` is a UUID's 16 bytes. An event is part 0 of itself; the parts of a journal entry
    count from 1. ``event`` is the id the log shows, which never comes again; ``ts`` is an
    instant as the log has it.
    """

    id: bytes
    part: int
    stream: int
    number: int
    type: str
    subject: str
    actor: str
    actor_auth: str
    request_id: str
    ts: str
    data: str
    commitments: str
    refs: str
    event: str


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
        f'{{"actor":{_word(told.actor)},"actor_auth":{_word(told.actor_auth)}'
        f',"commitments":{told.commitments},"data":{told.data}'
        f',"event":"{told.event}","log":{_word(head.log)}'
        f',"number":{told.number},"prev":"{head.prev}","refs":{told.refs}'
        f',"request_id":{quoted(told.request_id)},"seq":{head.seq}'
        f',"stream":{told.stream},"subject":{quoted(told.subject)}'
        f',"ts":"{told.ts}","type":{_word(told.type)}'
        f',"v":{VERSION}}}'
    ).encode()


@lru_cache(1024)
def _word(text: str) -> str:
    """Quote one of the few words that come again and again."""
    return quoted(text)
