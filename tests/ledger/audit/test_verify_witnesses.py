"""The verifier counts cosignatures by the policy of the caller, and by no other."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.audit.note import Note
from ledger.audit.verifier.policy import Now
from ledger.audit.verifier.policy import Policy as Second
from ledger.audit.verifier.program import verify
from tests.api.witnesses import NAMES, policy_of
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit import forging, test_policy
from tests.ledger.audit.builders import VKEY
from tests.ledger.audit.growing import a_cosigner

POLICY = policy_of()
LATER = int((FIRST_MOMENT + timedelta(days=30)).timestamp())
WORLD = forging.a_world(20)


def line(name: str, note: str, seconds: int = 0) -> str:
    at = FIRST_MOMENT + timedelta(seconds=seconds)
    return a_cosigner(f"{name}.example/w1").cosign(Note.read(note).text, at)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export whose head the regulator and the trustee cosigned."""
    folder = forging.write_log(tmp_path / "export", WORLD)
    relined(folder, lambda note: note + line(NAMES[0], note) + line(NAMES[1], note))
    return folder


def relined(folder: Path, change: Callable[[str], str]) -> None:
    note = (folder / "checkpoint").read_text("utf-8")
    forging.put(folder / "checkpoint", change(note).encode())
    forging.put(folder / "policy", POLICY.raw)
    forging.relist(folder)


def judge(
    folder: Path,
    policy: bytes | None = POLICY.raw,
    vkey: str | None = None,
    now: Now | None = None,
) -> tuple[int, str]:
    report = verify(folder, vkey, policy=policy, now=now or Now(LATER))
    return report.exit_code, "\n".join(report.lines())


def test_a_quorum_under_the_callers_policy_is_valid(export: Path) -> None:
    exit_code, told = judge(export)

    assert exit_code == 0, told
    assert "ok      key: 'audit.example/log' " in told
    assert "witnesses: cosigned by 'regulator', 'trustee'" in told


def test_the_policy_in_the_export_decides_nothing(export: Path) -> None:
    exit_code, told = judge(export, None)

    assert exit_code == 2
    assert "key: give one" in told
    assert judge(export, None, VKEY)[0] == 0


def test_a_stripped_cosignature_leaves_no_quorum(export: Path) -> None:
    relined(export, lambda note: "".join(note.splitlines(keepends=True)[:-1]))

    exit_code, told = judge(export)

    assert exit_code == 2
    assert "the quorum 'all-three' is not met by 'regulator'" in told


def test_what_was_witnessed_before_the_key_was_lost_stays_valid(export: Path) -> None:
    lost = int(FIRST_MOMENT.timestamp())
    signed_before = Now(LATER, key_until=lost)
    signed_after = Now(LATER, key_until=lost - 1)

    exit_code, told = judge(export, now=signed_before)
    undecided, doubt = judge(export, now=signed_after)

    assert exit_code == 0, told
    assert "the quorum saw this head before the key was lost" in told
    assert undecided == 2
    assert "the first 0 entries lie under" in doubt
    assert judge(export, policy_of("quorum none").raw, now=signed_after)[0] == 2
    assert judge(export, None, VKEY, signed_before)[0] == 2


def test_a_kept_head_tells_how_much_stays_valid_when_the_key_is_lost(
    export: Path, tmp_path: Path
) -> None:
    kept = (export / "checkpoint").read_text("utf-8")
    more = forging.chained([*WORLD, *forging.posted(legs=2)])
    grown = forging.write_log(tmp_path / "grown", more)
    relined(
        grown,
        lambda note: note + line(NAMES[0], note, 60) + line(NAMES[1], note, 60),
    )
    now = Now(LATER, key_until=int(FIRST_MOMENT.timestamp()))

    report = verify(grown, None, notes=[kept], policy=POLICY.raw, now=now)

    assert report.exit_code == 2
    assert report.changed == []
    assert "the first 20 entries lie under a head the quorum saw" in str(report.doubts)


def test_more_is_asked_by_a_stricter_policy(export: Path) -> None:
    all_of_them = policy_of("group g all regulator trustee auditor", "quorum g")

    assert judge(export, all_of_them.raw)[0] == 2
    assert judge(export, policy_of("quorum none").raw)[0] == 0


CHANGES: dict[str, Callable[[str], str]] = {
    "a witness's line twice": lambda note: note + line(NAMES[0], note),
    "a line of another head": lambda note: (
        note + line("auditor", note.replace("\n20\n", "\n19\n"))
    ),
    "a line cut short": lambda note: (
        note + a_cosigner("auditor.example/w1").key.line(b"x")
    ),
    "a line without a time": lambda note: (
        note + a_cosigner("auditor.example/w1").key.line(bytes(72))
    ),
    "a line that is none": lambda note: note + "\u2014 nobody\n",
    "a line with a space too many": lambda note: note + "\u2014 a b c\n",
    "a line that is no base64": lambda note: note + "\u2014 nobody !!!!\n",
    "a flipped cosignature": lambda note: flipped(note, -1),
    "a flipped log signature": lambda note: flipped(note, -3),
    "a carriage return": lambda note: note.replace("\n20\n", "\n20\r\n"),
}


def flipped(note: str, number: int) -> str:
    lines = note.splitlines(keepends=True)
    *words, signed = lines[number].split(" ")
    content = bytearray(base64.b64decode(signed))
    content[-1] ^= 1
    encoded = base64.b64encode(content).decode()
    lines[number] = " ".join([*words, f"{encoded}\n"])
    return "".join(lines)


@pytest.mark.parametrize("change", CHANGES)
def test_a_bad_line_is_found_and_named(export: Path, change: str) -> None:
    relined(export, CHANGES[change])

    exit_code, told = judge(export)

    assert exit_code == 1
    assert "checkpoint: " in told


def test_lines_of_strangers_are_skipped(export: Path) -> None:
    relined(export, lambda note: note + 3 * line("stranger", note))

    assert judge(export)[0] == 0


def test_a_cosignature_from_the_future_does_not_count(export: Path) -> None:
    start = int(FIRST_MOMENT.timestamp())

    assert judge(export, now=Now(start - 30))[0] == 0
    assert judge(export, now=Now(start - 31))[0] == 2


def test_a_quorum_beyond_the_age_asked_for_is_stale(export: Path) -> None:
    month = 30 * 24 * 3600

    assert judge(export, now=Now(LATER, month))[0] == 0
    exit_code, told = judge(export, now=Now(LATER, month - 1))

    assert exit_code == 2
    assert "stale" in told


def test_an_old_quorum_is_not_freshened_by_one_new_line(export: Path) -> None:
    def refreshed(note: str) -> str:
        first = note.rpartition("\n\n")[2].splitlines(keepends=True)[0]
        text = note.partition("\n\n")[0]
        whole = f"{text}\n\n{first}"
        return whole + line(NAMES[0], note) + line(NAMES[1], note, 1000)

    relined(export, refreshed)
    start = int(FIRST_MOMENT.timestamp())

    assert judge(export, now=Now(start + 1000, 1000))[0] == 0
    assert judge(export, now=Now(start + 1000, 999))[0] == 2


def test_a_key_must_be_one_of_the_policys_logs(export: Path) -> None:
    other = test_policy.read("quorum none").raw

    assert judge(export, POLICY.raw, VKEY)[0] == 0
    assert judge(export, other)[0] == 2
    assert judge(export, other, VKEY)[0] == 0


@pytest.mark.parametrize(
    ("lines", "why"), test_policy.REFUSED, ids=lambda part: str(part)[:40]
)
def test_what_one_reader_of_policies_refuses_the_other_does(
    lines: list[str], why: str
) -> None:
    with pytest.raises(ValueError, match=r"."):
        Second.read("".join(f"{line}\n" for line in lines).encode())
    assert why


@pytest.mark.parametrize("raw", [b"", b"log x", b"\xff\xfe\n", b"quorum none\x00"])
def test_a_policy_that_is_none_decides_nothing(export: Path, raw: bytes) -> None:
    assert judge(export, raw, VKEY)[0] == 2


def test_both_readers_of_policies_count_alike() -> None:
    raw = test_policy.read(*test_policy.LINES).raw
    second = Second.read(raw)

    for names in test_policy.every_choice():
        keys = {test_policy.KEYS[name] for name in names}
        first = test_policy.read(*test_policy.LINES).is_met_by(keys)
        assert second.is_met_by(set(names)) == first
