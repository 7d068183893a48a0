"""A policy says whom to believe, in one way only."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from ledger.audit.policy import Policy, PolicyRefused
from tests.ledger.audit.builders import VKEY
from tests.ledger.audit.growing import a_cosigner

NAMES = ("x1", "x2", "x3", "y1", "y2")
KEYS = {name: a_cosigner(f"{name}.example/w").key for name in NAMES}
LINES = [
    "# Who is believed.",
    f"log {VKEY} https://log.example/",
    "",
    *(f"witness {name} {KEYS[name]} https://{name}.example/" for name in NAMES),
    "group x-two 2 x1 x2 x3",
    "\tgroup  y-any \t any y1 y2 ",
    "group both all x-two y-any",
    "quorum both",
]
REFUSED: list[tuple[list[str], str]] = [
    ([], "has a quorum line"),
    (["quorum x1"], "not defined above"),
    (["quorum none", "quorum none"], "quorum is there already"),
    (["quorum none none"], "one name"),
    (["watch x1"], "unknown word"),
    ([LINES[1], f"log {VKEY}"], "this log is there already"),
    (["log"], "a key and perhaps"),
    (["log nonsense"], "line 1"),
    ([f"log {KEYS['x1']}"], "no verifier key"),
    ([f"witness x1 {VKEY}"], "no verifier key"),
    ([f"witness none {KEYS['x1']}"], "the name is there already"),
    ([LINES[3], f"witness x1 {KEYS['x2']}"], "the name is there already"),
    ([LINES[3], "group x1 any x1"], "the name is there already"),
    (["group g any g"], "not defined above"),
    ([*LINES[3:5], "group g any x1 x1"], "counted already"),
    ([*LINES[3:5], "group g any x1", "group h any x1"], "counted already"),
    ([*LINES[3:5], "group g any none"], "not defined above"),
    ([*LINES[3:5], "group g any"], "has a name"),
    ([*LINES[3:5], "group g 0 x1"], "all, any or a number"),
    ([*LINES[3:5], "group g 3 x1 x2"], "beyond the members"),
    ([*LINES[3:5], "group g 01 x1 x2"], "all, any or a number"),
    ([*LINES[3:5], "group g most x1"], "all, any or a number"),
    (["quorum\u00a0none"], "unknown word"),
    (["quorum none\r"], "control"),
    (["# \x7f"], "control"),
]


def read(*lines: str) -> Policy:
    return Policy.read("".join(f"{line}\n" for line in lines).encode())


def every_choice() -> Iterator[tuple[str, ...]]:
    for size in range(len(NAMES) + 1):
        yield from combinations(NAMES, size)


def test_a_policy_of_groups_counts_as_it_says() -> None:
    policy = read(*LINES)

    for names in every_choice():
        by_x, by_y = (sum(name[0] == kind for name in names) for kind in "xy")
        met = policy.is_met_by({KEYS[name] for name in names})
        assert met == (by_x >= 2 and by_y >= 1), names


def test_a_policy_keeps_keys_and_addresses() -> None:
    policy = read(*LINES)

    assert [str(key) for key in policy.logs] == [VKEY]
    assert policy.witnesses[0].url == "https://x1.example/"
    assert policy.raw.startswith(b"# Who")


def test_a_stranger_is_not_counted() -> None:
    policy = read(*LINES[:-1], "quorum x1")

    assert not policy.is_met_by({a_cosigner("stranger.example").key})
    assert policy.is_met_by({KEYS["x1"], a_cosigner("stranger.example").key})


def test_no_quorum_is_always_met() -> None:
    assert read("quorum none").is_met_by(set())


def test_a_witness_has_one_key_whatever_its_name() -> None:
    twin = type(KEYS["x1"])("other.example/w", KEYS["x1"].public)

    assert not read(*LINES[:-1], "quorum x1").is_met_by({twin})
    with pytest.raises(PolicyRefused, match="there already"):
        read(*LINES, f"witness twin {twin}")


@pytest.mark.parametrize(("lines", "why"), REFUSED)
def test_what_is_no_policy_is_refused(lines: list[str], why: str) -> None:
    with pytest.raises(PolicyRefused, match=why):
        read(*lines)


def test_a_policy_is_read_as_octets() -> None:
    name = b"\xff\xfe"
    raw = b"witness %s %s\nquorum %s\n" % (name, str(KEYS["x1"]).encode(), name)

    assert Policy.read(raw).is_met_by({KEYS["x1"]})


def test_a_key_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="line 1"):
        Policy.read(b"log \xff" + VKEY.encode() + b"\nquorum none\n")


def test_a_giant_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="at most"):
        Policy.read(b"#" * 70_000)
