"""Decide whether a witness cosigns: pure, in the order the protocol gives."""

from collections.abc import Collection

from ledger.audit.note import Checkpoint, LogKey, Note, NoteRefused
from ledger.audit.proofs import is_consistent
from ledger.audit.tree import EMPTY_ROOT
from ledger.audit.witness.submission import Submission

Size = int
Root = bytes
NOTHING_SEEN: tuple[Size, Root] = (0, EMPTY_ROOT)


class Objection(Exception):  # noqa: N818 - an answer
    """A head that is not cosigned: the HTTP status to say, and why."""

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        super().__init__(why)


class Outdated(Objection):
    """The log is wrong about the size the witness knows (409); here it is."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(409, str(size))


def judge(
    submission: Submission, keys: Collection[LogKey], seen: tuple[Size, Root]
) -> tuple[Note, Checkpoint]:
    """Return the head to cosign; ``seen`` is the one cosigned before.

    Raises:
        Objection: The head is not cosigned.
    """
    try:
        note, head = submission.head()
    except NoteRefused as error:
        raise Objection(400, str(error)) from None
    known = [key for key in keys if key.name == head.origin]
    _require(known, 404, "this log is not known here")
    _require(_is_signed(note, known), 403, "the log's signature is missing or wrong")
    old_size = submission.old_size
    _require(old_size <= head.size, 400, "the old size is beyond the new one")
    if old_size != seen[0]:
        raise Outdated(seen[0])
    grown = is_consistent(seen, (head.size, head.root), submission.proof)
    _require(grown, 422, "the log has not grown from the head seen before")
    return note, head


def _is_signed(note: Note, keys: Collection[LogKey]) -> bool:
    """Tell whether a trusted key signed, and no line of one is wrong."""
    text = note.text.encode()
    lines = [key.is_signed(text, line) for key in keys for line in note.by(key)]
    return bool(lines) and all(lines)


def _require(holds: object, status: int, why: str) -> None:
    if not holds:
        raise Objection(status, why)
