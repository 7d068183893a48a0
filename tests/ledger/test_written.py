"""What is written by hand for speed is byte for byte what the encoder would write."""

import hashlib
import json
from datetime import date

import pytest

from ledger.audit import EntryTold, entry_parts, leg_text
from ledger.audit.journal import JOURNAL_DOMAIN
from ledger.canonical import canonical
from ledger.ids import AccountId, EntryId
from ledger.journal import Booking, Leg, Pending

ENTRY = EntryId("entry_01ke5y3x80e4a95pafzya3gq10")
ASSET = 'share "A" \\ ខ'
KINDS = ["transfer", 'a "quoted" \\ kind', "ប្រាក់", ""]


def some_legs(count: int) -> list[Leg]:
    return [Leg(AccountId(f"acct_{n:026}"), (-1) ** n * n) for n in range(count)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 2, 128, 300])
def test_the_parts_of_an_entry_are_canonical_and_hash_the_whole(kind, count) -> None:
    whole = [[account, ASSET, str(units)] for account, units in some_legs(count)]
    form = {
        "booked_at": "2026-01-05T02:00:00.000000Z",
        "effective_on": "2026-01-05",
        "entry": ENTRY,
        "kind": kind,
    }
    digest = hashlib.sha256(JOURNAL_DOMAIN + canonical(form | {"legs": whole}))
    cuts = range(0, max(count, 1), 128)
    expected = [
        {
            **form,
            "journal_hash": digest.hexdigest(),
            "legs": whole[cut : cut + 128],
            "part": part,
            "parts": len(cuts),
        }
        for part, cut in enumerate(cuts)
    ]

    told = EntryTold(ENTRY, kind, form["effective_on"], form["booked_at"])
    texts = [leg_text(account, ASSET, units) for account, units in some_legs(count)]

    assert [part.encode() for part in entry_parts(told, texts)] == [
        canonical(part) for part in expected
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"memo": 'rent "May"'},
        {"details": {"b": "2", "a": "ក"}},
        {"reverses": ENTRY},
        {"hold": ENTRY, "pending": (Pending(AccountId("acct_1"), -5, 0),)},
    ],
)
def test_a_request_hash_is_that_of_all_it_asks_for(kind, rest) -> None:
    booking = Booking(
        ENTRY, kind, "posted", date(2026, 1, 5), tuple(some_legs(3)), **rest
    )
    form = [
        ENTRY,
        kind,
        "posted",
        "2026-01-05",
        booking.legs,
        booking.pending,
        booking.memo,
        dict(booking.details),
        booking.reverses,
        booking.hold,
    ]
    written = json.dumps(form, sort_keys=True, separators=(",", ":"))

    assert booking.request_hash() == hashlib.sha256(written.encode()).digest()
