"""Write and read what a log submits to a witness (C2SP tlog-witness, add-checkpoint)."""

from dataclasses import dataclass

from ledger.audit.note import (
    Checkpoint,
    Note,
    NoteRefused,
    base64_of,
    read_size,
    unbase64,
)

SUBMISSION_BYTES = 64 * 1024
PROOF_HASHES = 63
_OLD = "old "
_CHECKPOINT_LINES = 3


@dataclass(frozen=True)
class Submission:
    """The size the witness is thought to know, a proof of growth, the new head."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """Return the body of the request."""
        lines = [f"{_OLD}{self.old_size}", *map(base64_of, self.proof), ""]
        return "\n".join(lines) + f"\n{self.note}"

    @classmethod
    def read(cls, body: bytes) -> "Submission":
        """Read the body of a request.

        Raises:
            NoteRefused: It is malformed.
        """
        try:
            head, gap, note = body.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise NoteRefused("a request is text in UTF-8") from None
        old, *proof = head.split("\n")
        if not gap or not old.startswith(_OLD) or len(proof) > PROOF_HASHES:
            raise NoteRefused("a request is an old size, a proof and a checkpoint")
        size = read_size(old.removeprefix(_OLD))
        return cls(size, tuple(map(unbase64, proof)), note)

    def head(self) -> tuple[Note, Checkpoint]:
        """Open the note; the head may be followed by lines of the log's own.

        Raises:
            NoteRefused: It is no checkpoint.
        """
        note = Note.read(self.note)
        *lines, _ = note.text.split("\n")
        if not all(lines):
            raise NoteRefused("a checkpoint has no empty lines")
        first = "".join(f"{line}\n" for line in lines[:_CHECKPOINT_LINES])
        return note, Checkpoint.read(first)
