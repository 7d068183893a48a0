"""A log whose meaning is wrong is found even under the right signature."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.canonical import canonical
from tests.ledger.audit import forging
from tests.ledger.audit.forging import Entry, chained, edited, judge, write_log

WORLD = forging.a_world()


def _without_tail_of_parts(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry["data"].get("part") != 2]


def _swapped(entries: list[Entry]) -> list[Entry]:
    return [*entries[:7], entries[8], entries[7], *entries[9:]]


# Each rewrites the log with the right key: only the meaning is wrong.
LIES: dict[str, tuple[Callable[[list[Entry]], list[Entry | bytes]], str]] = {
    "an entry dropped, numbers kept": (
        lambda log: [*log[:7], *log[8:]],
        "entry 7 in tile/entries/000: calls itself entry 8",
    ),
    "two entries swapped": (_swapped, "entry 7 in tile/entries/000: calls itself"),
    "an event told twice": (
        lambda log: chained([*log, {**log[1]}]),
        "entry 300 in tile/entries/001.p/45: repeats an event",
    ),
    "a journal entry posted twice": (
        lambda log: chained([*log, {**log[-1], "event": "evt_other"}]),
        "entry 300 in tile/entries/001.p/45: posts a journal entry twice",
    ),
    "a journal entry out of balance": (
        lambda log: chained([*log, *forging.posted(legs=2, off_by=1)]),
        "entry 300 in tile/entries/001.p/45: is a journal entry out of balance",
    ),
    "a journal entry that is not what its hash says": (
        lambda log: chained(
            edited(log, 9, data={**log[9]["data"], "kind": "withdrawal"})
        ),
        "entry 9 in tile/entries/000: is not what its hash says",
    ),
    "a journal entry without its last part": (
        lambda log: chained(_without_tail_of_parts(log)),
        "ads/journal.csv: lacks parts of a journal entry",
    ),
    "parts out of turn": (
        lambda log: chained([log[2], log[4], log[3], *log[5:]]),
        "entry 1 in tile/entries/000: is out of turn",
    ),
    "units that are no number": (
        lambda log: chained(
            edited(log, 9, data={**log[9]["data"], "legs": [["a", "USD", "1e3"]]})
        ),
        "entry 9 in tile/entries/000: has a malformed leg",
    ),
    "a posting without its fields": (
        lambda log: chained(edited(log, 9, data={"entry": "entry_1"})),
        "entry 9 in tile/entries/000: is no well-formed posting",
    ),
    "a record lost before sealing": (
        lambda log: [{**entry, "number": entry["number"] + 1} for entry in log],
        "entry 0 in tile/entries/000: leaves a gap in stream 0",
    ),
    "a clock turned back": (
        lambda log: chained([forging.later(log[0], timedelta(seconds=301)), *log[1:]]),
        "entry 1 in tile/entries/000: lies 0:05:01 before an earlier entry",
    ),
    "an impossible time": (
        lambda log: chained(edited(log, 5, ts="2026-13-45T00:00:00.000000Z")),
        "entry 5 in tile/entries/000: has an impossible time",
    ),
    "an entry of another log": (
        lambda log: chained(edited(log, 5, log="audit.example/staging")),
        "entry 5 in tile/entries/000: belongs to another log",
    ),
    "an entry with a field too many": (
        lambda log: chained(edited(log, 5, more="x")),
        "entry 5 in tile/entries/000: is no entry of version 1",
    ),
    "an entry of a later version": (
        lambda log: chained(edited(log, 5, v=2)),
        "entry 5 in tile/entries/000: is no entry of version 1",
    ),
    "an entry with a float": (
        lambda log: [
            *log[:-1],
            canonical(log[-1]).replace(b'"part":0', b'"part":0.0'),
        ],
        "entry 299 in tile/entries/001.p/44: is not JSON of text and whole numbers",
    ),
    "an entry with a key twice": (
        lambda log: [*log[:-1], canonical(log[-1])[:-1] + b',"v":1}'],
        "entry 299 in tile/entries/001.p/44: is not in canonical form",
    ),
    "an entry with spaces": (
        lambda log: [*log[:-1], json.dumps(log[-1], sort_keys=True).encode()],
        "entry 299 in tile/entries/001.p/44: is not in canonical form",
    ),
    "an entry that is too long": (
        lambda log: chained(edited(log, 5, subject="x" * 17_000)),
        "tile/entries/000: is cut short or holds a giant",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_under_the_right_signature_is_found(tmp_path: Path, lie: str) -> None:
    tell, expected = LIES[lie]

    exit_code, told = judge(write_log(tmp_path / "forged", tell(WORLD)))

    assert exit_code == 1
    assert expected in told


def test_small_steps_of_the_clock_backwards_are_normal(tmp_path: Path) -> None:
    entries = chained([forging.later(WORLD[0], timedelta(seconds=300)), *WORLD[1:]])

    assert judge(write_log(tmp_path / "log", entries))[0] == 0
