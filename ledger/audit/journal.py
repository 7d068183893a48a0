"""Tell the audit log of journal entries, so that it proves the books alone.

An entry is its own record: its data are written from the journal when it is sealed.
Many legs make several parts; each carries the hash of the whole entry, so a verifier
recomputes each entry, its balance and the trial balance from the exported log alone.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.canonical import quoted
from ledger.journal import LEGS_PER_PART

POSTED: Final = "entry.posted"
JOURNAL_DOMAIN: Final = b"journal/v1\n"


class EntryTold(NamedTuple):
    """What the log tells of a journal entry, legs apart; date and instant as text."""

    entry: str
    kind: str
    effective_on: str
    booked_at: str


@lru_cache(1024)
def _word(text: str) -> str:
    """Quote one of the few kinds and assets that come again and again."""
    return quoted(unicodedata.normalize("NFC", text))


def leg_text(account: str, asset: str, units: int) -> str:
    """Return the canonical form of one leg; a debit's units are positive."""
    return f'["{account}",{_word(asset)},"{units}"]'


def entry_parts(told: EntryTold, legs: Sequence[str]) -> list[str]:
    """Return the canonical data of each part; legs as ``leg_text`` gives them."""
    before, behind = _head(told)
    whole = ",".join(legs)
    digest = _hash(before, behind, whole)
    shares = [whole] if len(legs) <= LEGS_PER_PART else _cut(legs)
    return [
        f'{{{before},"journal_hash":"{digest}",{behind},"legs":[{share}],'
        f'"part":{part},"parts":{len(shares)}}}'
        for part, share in enumerate(shares)
    ]


def journal_hash(told: EntryTold, legs: Sequence[str]) -> str:
    """Hash a whole entry: SHA-256 of ``journal/v1``, a newline and its canonical form."""
    return _hash(*_head(told), ",".join(legs))


def _cut(legs: Sequence[str]) -> list[str]:
    cuts = range(0, len(legs), LEGS_PER_PART)
    return [",".join(legs[cut : cut + LEGS_PER_PART]) for cut in cuts]


def _hash(before: str, behind: str, legs: str) -> str:
    form = f'{{{before},{behind},"legs":[{legs}]}}'
    return hashlib.sha256(JOURNAL_DOMAIN + form.encode()).hexdigest()


def _head(told: EntryTold) -> tuple[str, str]:
    """Return the fields before and behind the place where the hash stands."""
    entry, kind, effective_on, booked_at = told
    times = f'"booked_at":"{booked_at}","effective_on":"{effective_on}"'
    return f'{times},"entry":"{entry}"', f'"kind":{_word(kind)}'
