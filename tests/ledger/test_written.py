"""What is written by hand for speed is byte for byte the canonical form."""

import hashlib
from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from ledger.audit.journal import JOURNAL_DOMAIN, journal_events
from ledger.canonical import canonical, plain
from ledger.outbox import Recorded, _Line

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
ENTRY = "entry_01ke5y3x80e4a95pafzya3gq10"


def events(kind: str, legs: int = 2):
    asset = 'share "A" \\ ខ'
    written = [(f"acct_{n:026}", asset, (-1) ** n * n) for n in range(legs)]
    return journal_events(
        ENTRY, kind, effective_on=date(2026, 1, 5), booked_at=NOW, legs=written
    )


@pytest.mark.parametrize("kind", ["transfer", 'a "quoted" \\ kind', "ប្រាក់", ""])
@pytest.mark.parametrize("legs", [0, 1, 2, 300])
def test_a_journal_event_is_stored_in_canonical_form(kind, legs) -> None:
    for event in events(kind, legs):
        line = _Line.of(Recorded(event, (ENTRY,)), NOW)
        form = {
            "id": str(line.id),
            "type": event.type,
            "subject": ENTRY,
            "data": plain(asdict(event)),
            "commitments": {},
            "refs": [ENTRY],
        }
        assert line.stored == canonical(form).decode()


def test_a_journal_hash_is_that_of_the_canonical_form() -> None:
    (event,) = events('a "quoted" kind')
    form = {
        "booked_at": event.booked_at,
        "effective_on": event.effective_on,
        "entry": event.entry,
        "kind": event.kind,
        "legs": event.legs,
    }
    expected = hashlib.sha256(JOURNAL_DOMAIN + canonical(form)).hexdigest()

    assert event.journal_hash == expected
