"""Tell the audit log of posted journal entries, so that it proves the books alone.

One entry becomes one event, or several parts when it has many legs. Every part carries
the hash of the whole entry, so a verifier can recompute each entry, its balance and the
trial balance from the exported log and nothing else.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import ClassVar

from ledger.canonical import instant_text, quoted
from ledger.outbox import Event

LEGS_PER_PART = 128
JOURNAL_DOMAIN = b"journal/v1\n"


@dataclass(frozen=True)
class EntryPosted(Event):
    """A journal entry was posted; a leg is account, asset and signed units (debit > 0)."""

    type: ClassVar[str] = "entry.posted"
    about: ClassVar[str] = "entry"

    entry: str
    kind: str
    effective_on: str
    booked_at: str
    legs: tuple[tuple[str, str, str], ...]
    part: int
    parts: int
    journal_hash: str

    def written(self) -> str | None:
        """Write the fields by hand: there is one such event for every entry booked."""
        if not self.kind.isascii():
            return None
        return (
            f'{{"booked_at":"{self.booked_at}","effective_on":"{self.effective_on}",'
            f'"entry":"{self.entry}","journal_hash":"{self.journal_hash}",'
            f'"kind":{_word(self.kind)},"legs":{_written_legs(self.legs)},'
            f'"part":{self.part},"parts":{self.parts}}}'
        )


# Kinds and assets are few words that come again and again.
_word = lru_cache(1024)(quoted)


def _written_legs(legs: Sequence[tuple[str, str, str]]) -> str:
    written = [
        f'["{account}",{_word(asset)},"{units}"]' for account, asset, units in legs
    ]
    return f"[{','.join(written)}]"


def journal_events(
    entry_id: str,
    kind: str,
    *,
    effective_on: date,
    booked_at: datetime,
    legs: Sequence[tuple[str, str, int]],
) -> list[EntryPosted]:
    """Return the events that record one entry: one for each 128 legs."""
    written = [(account, asset, str(units)) for account, asset, units in legs]
    on, at = effective_on.isoformat(), instant_text(booked_at)
    whole = journal_hash(entry_id, kind, effective_on=on, booked_at=at, legs=written)
    cuts = range(0, max(len(written), 1), LEGS_PER_PART)
    return [
        EntryPosted(
            entry=entry_id,
            kind=kind,
            effective_on=on,
            booked_at=at,
            legs=tuple(written[cut : cut + LEGS_PER_PART]),
            part=part,
            parts=len(cuts),
            journal_hash=whole,
        )
        for part, cut in enumerate(cuts)
    ]


def journal_hash(
    entry_id: str,
    kind: str,
    *,
    effective_on: str,
    booked_at: str,
    legs: Sequence[tuple[str, str, str]],
) -> str:
    """Hash a whole entry: SHA-256 of ``journal/v1``, a newline and its canonical form."""
    form = (
        f'{{"booked_at":"{booked_at}","effective_on":"{effective_on}",'
        f'"entry":"{entry_id}","kind":{_word(kind)},"legs":{_written_legs(legs)}}}'
    )
    return hashlib.sha256(JOURNAL_DOMAIN + form.encode()).hexdigest()
