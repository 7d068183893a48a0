"""Check that entries are well formed and follow each other without a gap."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.audit.verifier.answers import Tampered, require
from ledger.audit.verifier.forms import fits, read_canonical

ENTRY_BYTES = 16 * 1024
CLOCK_SKEW = timedelta(minutes=5)
FIRST_INSTANT = datetime.min.replace(tzinfo=UTC)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
ENTRY: dict[str, type] = {
    **dict.fromkeys(("actor", "actor_auth", "event", "log", "prev"), str),
    **dict.fromkeys(("request_id", "subject", "ts", "type"), str),
    **dict.fromkeys(("number", "seq", "stream", "v"), int),
    "commitments": dict,
    "data": dict,
    "refs": list,
}


def split_entries(raw: bytes, path: str, width: int) -> Iterator[bytes]:
    """Cut a bundle of entries: two bytes of length before each."""
    at = 0
    for _ in range(width):
        start = at + 2
        at = start + int.from_bytes(raw[at:start], "big")
        require(
            start < at <= min(len(raw), start + ENTRY_BYTES),
            path,
            "is cut short or holds a giant",
        )
        yield raw[start:at]
    require(at == len(raw), path, "holds more than its entries")


@dataclass
class Chain:
    """Checks that entries follow each other; sets keep hashes to stay small."""

    origin: str
    seq: int = 0
    prev: str = "0" * 64
    latest: datetime = FIRST_INSTANT
    numbers: Counter[int] = field(default_factory=Counter)
    events: set[int] = field(default_factory=set)

    def follow(self, raw: bytes, place: str) -> Any:
        """Check the next entry and return it."""
        entry = read_canonical(raw, place)
        require(
            fits(entry, ENTRY) and entry["v"] == 1, place, "is no entry of version 1"
        )
        require(entry["log"] == self.origin, place, "belongs to another log")
        require(entry["seq"] == self.seq, place, f"calls itself entry {entry['seq']}")
        require(
            entry["prev"] == self.prev, place, "does not follow the entry before it"
        )
        require(hash(entry["event"]) not in self.events, place, "repeats an event")
        self.numbers[entry["stream"]] += 1
        is_next = entry["number"] == self.numbers[entry["stream"]]
        require(is_next, place, f"leaves a gap in stream {entry['stream']}")
        require(INSTANT.fullmatch(entry["ts"]), place, "has a malformed time")
        self._pass_time(entry["ts"], place)
        self.events.add(hash(entry["event"]))
        self.seq, self.prev = self.seq + 1, hashlib.sha256(raw).hexdigest()
        return entry

    def _pass_time(self, ts: str, place: str) -> None:
        try:
            instant = datetime.fromisoformat(ts)
        except ValueError:
            raise Tampered(place, "has an impossible time") from None
        back = self.latest - instant
        require(back <= CLOCK_SKEW, place, f"lies {back} before an earlier entry")
        self.latest = max(self.latest, instant)
