"""Read whom to believe: a policy of logs, witnesses and a quorum (C2SP tlog-policy)."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from ledger.audit.cosigning import WitnessKey
from ledger.audit.note import LogKey, NoteKey, NoteRefused

POLICY_BYTES = 64 * 1024
NOBODY: Final = "none"
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_GAP = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class PolicyRefused(ValueError):  # noqa: N818 - a refusal, as in ledger.errors
    """The text is no policy; the message names the line."""


@dataclass(frozen=True)
class Witness:
    """A witness by the name the policy gives it, its key, and where it is asked."""

    name: str
    key: WitnessKey
    url: str


@dataclass(frozen=True)
class Group:
    """So many of these witnesses and groups must have witnessed a head."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """Which logs are believed, and whose cosignatures make a head a witnessed one.

    ``beside`` are verifier keys of more lines that are kept and shown, and count for
    nothing: they are not in the file.
    """

    raw: bytes
    logs: tuple[LogKey, ...]
    witnesses: tuple[Witness, ...]
    groups: Mapping[str, Group]
    quorum: str
    beside: tuple[str, ...] = ()

    def is_met_by(self, keys: Collection[NoteKey]) -> bool:
        """Tell whether a head cosigned by these keys is witnessed."""
        true = {one.name for one in self.witnesses if one.key in keys}
        for name, group in self.groups.items():  # members stand before their groups
            if len(true.intersection(group.members)) >= group.needed:
                true.add(name)
        return self.quorum in {NOBODY, *true}

    @classmethod
    def read(cls, raw: bytes) -> "Policy":
        """Read a policy file.

        Raises:
            PolicyRefused: A line is malformed, or a name or key comes twice.
        """
        if len(raw) > POLICY_BYTES:
            raise PolicyRefused(f"a policy has at most {POLICY_BYTES} bytes")
        if _CONTROL.search(raw):
            raise PolicyRefused("a policy holds no control characters")
        return _Reading().read(raw)


class _Reading:
    """The lines read so far; a line may only speak of what stands before it."""

    def __init__(self) -> None:
        self.logs: list[LogKey] = []
        self.witnesses: list[Witness] = []
        self.groups: dict[str, Group] = {}
        self.members: set[str] = set()
        self.quorum = ""

    def read(self, raw: bytes) -> Policy:
        kinds = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        # Names are octets: what is no UTF-8 is kept, and compared, as it is.
        text = raw.decode("utf-8", "surrogateescape")
        for number, line in enumerate(text.split("\n"), 1):
            word, *rest = _GAP.split(line.strip(" \t"))
            if word and not word.startswith("#"):
                self._take(kinds.get(word), rest, number)
        if not self.quorum:
            raise PolicyRefused("a policy has a quorum line")
        return Policy(raw, (*self.logs,), (*self.witnesses,), self.groups, self.quorum)

    def _take(
        self, kind: Callable[[list[str]], None] | None, words: list[str], number: int
    ) -> None:
        if kind is None:
            raise PolicyRefused(f"line {number} begins with an unknown word")
        try:
            kind(words)
        except (PolicyRefused, NoteRefused, UnicodeError) as error:
            raise PolicyRefused(f"line {number}: {error}") from None

    def _log(self, words: list[str]) -> None:
        _require(len(words) in {1, 2}, "a log has a key and perhaps an address")
        key = LogKey.read(words[0])
        known = {one.public for one in self.logs}
        _require(key.public not in known, "this log is there already")
        self.logs.append(key)

    def _witness(self, words: list[str]) -> None:
        _require(len(words) in {2, 3}, "a witness has a name, a key, an address")
        name, vkey, url = [*words, ""][:3]
        key = WitnessKey.read(vkey)
        known = {one.key.public for one in self.witnesses}
        _require(key.public not in known, "this witness is there already")
        self._name(name)
        self.witnesses.append(Witness(name, key, url))

    def _group(self, words: list[str]) -> None:
        name, threshold, *members = [*words, "", ""][: max(len(words), 2)]
        _require(members, "a group has a name, a threshold, members")
        for member in members:
            _require(member in self._names(), "a member is not defined above")
            _require(member not in self.members, "a member is counted already")
            self.members.add(member)
        most = len(members)
        needed = {"all": most, "any": 1}.get(threshold) or _number(threshold)
        _require(1 <= needed <= most, "the threshold is beyond the members")
        self._name(name)
        self.groups[name] = Group(needed, tuple(members))

    def _quorum(self, words: list[str]) -> None:
        _require(not self.quorum, "the quorum is there already")
        _require(len(words) == 1, "the quorum is one name")
        known = words[0] in {NOBODY, *self._names()}
        _require(known, "the quorum is not defined above")
        self.quorum = words[0]

    def _name(self, name: str) -> None:
        _require(name not in {NOBODY, *self._names()}, "the name is there already")

    def _names(self) -> set[str]:
        return {one.name for one in self.witnesses} | self.groups.keys()


def _number(text: str) -> int:
    _require(_NUMBER.fullmatch(text), "a threshold is all, any or a number")
    return int(text)


def _require(holds: object, rule: str) -> None:
    if not holds:
        raise PolicyRefused(rule)
