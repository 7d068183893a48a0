"""The ground attacks are played on: an honest export, and the verifier that judges."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from ledger.audit import Signer
from ledger.audit.verifier import program
from tests.ledger.audit import forging
from tests.ledger.audit.builders import SIGNER, VKEY
from tests.ledger.audit.forging import Entry
from tests.ledger.audit.growing import Growing, a_witness

Judge = Callable[[Sequence[str]], tuple[int, str]]


class Answer(NamedTuple):
    """What an attack gets: an exit code or a refusal, and the first place it names."""

    given: str
    place: str


def judge_here(words: Sequence[str]) -> tuple[int, str]:
    """Run the verifier in this process, as its command line does."""
    with redirect_stdout(StringIO()) as told:
        return program.main(list(words)), told.getvalue()


@dataclass
class Ground:
    """A folder for copies, the honest export and its entries, and who judges."""

    room: Path
    honest: Path
    judge: Judge = judge_here
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def log(self) -> list[Entry]:
        """Return the entries of the honest export."""
        return forging.entries_in(self.honest)

    def fresh(self, name: str = "export") -> Path:
        """Return a path where nothing lies yet."""
        folder = self.room / str(next(self.numbers))
        folder.mkdir()
        return folder / name

    def copy(self) -> Path:
        """Return an export to be attacked."""
        return forging.copied(self.honest, self.fresh())

    def forged(self, entries: Sequence[Entry | bytes], signer: Signer = SIGNER) -> Path:
        """Return a whole export over other entries."""
        return forging.write_log(self.fresh(), entries, signer)

    def file(self, content: str | bytes) -> str:
        """Return the path of a new file."""
        path = self.fresh("file")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def judged(self, export: Path, *words: str, key: str = VKEY) -> Answer:
        """Judge an export; with no key none is given."""
        trust = ("--key", key) if key else ()
        code, told = self.judge([*trust, *words, str(export)])
        lines = told.splitlines()
        named = [line for line in lines if line.startswith(("CHANGED", "?"))]
        first = (named or lines[-1:])[0]
        return Answer(str(code), " ".join(first.removeprefix("CHANGED").split()))

    def kept(self) -> tuple[str, str]:
        """Return the words that name the honest head as one the caller kept."""
        return "--old-checkpoint", str(self.honest / "checkpoint")

    def witnessed(self, *submissions: tuple[Growing, int, int]) -> Answer:
        """Send heads to a witness, one after the other; return the last answer."""
        one = a_witness(self.fresh("witness.db"))
        for log, old, size in submissions:
            answer = one.add_checkpoint(log.body(old, size))
        return Answer(f"HTTP {answer.status}", answer.body.strip())
