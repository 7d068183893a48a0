"""Judge cosignatures of witnesses by the caller's policy (C2SP tlog-policy)."""

import re
from typing import NamedTuple

from ledger.audit.verifier.answers import Tampered, Undecided, require
from ledger.audit.verifier.signatures import OF_WITNESS, Key, Note, is_signed

AHEAD_SECONDS = 30
TIME_BYTES, SIGNED_BYTES = 8, 72
BLANKS = re.compile(r"[ \t]+")
COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


class Policy(NamedTuple):
    """Whom the caller believes; groups in their order: how many of which names."""

    logs: list[Key]
    witnesses: dict[str, Key]
    groups: dict[str, tuple[int, list[str]]]
    quorum: list[str]

    def __str__(self) -> str:
        return f"{len(self.witnesses)} witnesses, quorum {self.quorum[0]!a}"

    @classmethod
    def read(cls, raw: bytes) -> "Policy":
        """Read a policy; ValueError when it is none."""
        if CONTROL.search(raw):
            raise ValueError("it holds control characters")
        policy = cls([], {}, {}, [])
        for number, line in enumerate(raw.decode(errors="surrogateescape").split("\n")):
            kind, *words = BLANKS.split(line.strip(" \t"))
            if kind and not kind.startswith("#") and not policy.take(kind, words):
                raise ValueError(f"line {number + 1} is malformed or repeats a name")
        if not policy.quorum:
            raise ValueError("it has no quorum")
        return policy

    def take(self, kind: str, words: list[str]) -> bool:
        """Take one line; false when it is malformed or repeats a name or key."""
        names = {"none", *self.witnesses, *self.groups}
        match kind, words:
            case "log", [vkey, *rest]:
                key = Key.read(vkey)
                is_new = all(key.public != one.public for one in self.logs)
                self.logs.append(key)
                return is_new and len(rest) <= 1
            case "witness", [name, vkey, *rest]:
                key = Key.read(vkey, OF_WITNESS)
                is_new = all(
                    key.public != one.public for one in self.witnesses.values()
                )
                self.witnesses[name] = key
                return is_new and name not in names and len(rest) <= 1
            case "group", [name, needed, *members]:
                taken = {"none", *(one for _, of in self.groups.values() for one in of)}
                free = names - taken
                most = len(members)
                words_for = {"all": str(most), "any": "1"}
                count = COUNT.fullmatch(words_for.get(needed, needed))
                is_sound = (
                    count and len({*members}) == most and free.issuperset(members)
                )
                self.groups[name] = (int(count[0]) if count else 0, members)
                return (
                    bool(is_sound)
                    and name not in names
                    and self.groups[name][0] <= most
                )
            case "quorum", [name]:
                self.quorum.append(name)
                return name in names and len(self.quorum) == 1
        return False

    def is_met_by(self, found: set[str]) -> bool:
        """Tell whether these witnesses make a quorum."""
        true = {"none", *found}
        for name, (needed, members) in self.groups.items():
            if len(true.intersection(members)) >= needed:
                true.add(name)
        return self.quorum[0] in true


class Now(NamedTuple):
    """What time it is for the caller, how old a cosignature may be, when the key was lost.

    All in seconds.
    """

    seconds: int
    max_age: int | None = None
    key_until: int | None = None


def times_of(note: str, policy: Policy) -> dict[str, int]:
    """Return who of the policy cosigned a head, and when; their lines must be right."""
    read = Note.read(note)
    times = {}
    for name, key in policy.witnesses.items():
        lines = read.lines_of(key)
        require(len(lines) <= 1, "checkpoint", f"is signed twice by witness {name!a}")
        if lines:
            times[name] = time_of(lines[0], key, read.text)
    return times


def check_until(
    heads: dict[str, int], whole: int, policy: Policy | None, now: Now
) -> str:
    """Say how much was witnessed before the log's key was lost; sizes by note."""
    if policy is None or now.key_until is None:
        raise Undecided("it needs a policy: only witnesses tell what was signed before")
    best = 0
    for note, size in heads.items():
        times = times_of(note, policy).items()
        early = {name for name, at in times if at <= now.key_until}
        if early and policy.is_met_by(early):
            best = max(best, size)
    if best < whole:
        raise Undecided(
            f"the first {best} entries lie under a head the quorum saw before the key was"
            f" lost; entry {best} and all that follow may be whoever's has it"
        )
    return "the quorum saw this head before the key was lost"


def check_witnesses(note: str, policy: Policy, now: Now) -> str:
    """Count the cosignatures of a head whose log signature holds."""
    times = times_of(note, policy)
    present = {name for name, at in times.items() if at <= now.seconds + AHEAD_SECONDS}
    told = ", ".join(map(ascii, sorted(present))) or "nobody"
    if not policy.is_met_by(present):
        raise Undecided(f"the quorum {policy.quorum[0]!a} is not met by {told}")
    oldest = now.seconds - (now.seconds if now.max_age is None else now.max_age)
    if not policy.is_met_by({name for name in present if times[name] >= oldest}):
        raise Undecided(f"the quorum is older than {now.max_age} seconds: stale")
    unchecked = sum(map(looks_like_total, Note.read(note).marks))
    beside = "; a BLS quorum line is not checked here, these lines count" * unchecked
    return f"cosigned by {told}{beside}"


def looks_like_total(mark: tuple[str, bytes]) -> bool:
    """Tell whether a line has the shape of a BLS quorum: time, bits, a signature."""
    line = mark[1][4:]
    width = line[8:9]
    return len(line) == 9 + 96 + (width[0] if width else 0)


def time_of(line: bytes, key: Key, text: str) -> int:
    """Return when a witness signed; its line must be right."""
    seconds = int.from_bytes(line[:TIME_BYTES], "big")
    message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    try:
        is_right = is_signed(key.public, message, line[TIME_BYTES:])
    except ValueError:
        is_right = False
    if len(line) != SIGNED_BYTES or not 0 < seconds < 1 << 63 or not is_right:
        raise Tampered("checkpoint", f"has a wrong line of witness {key.name!a}")
    return seconds
