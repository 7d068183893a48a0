"""Be a witness: judge a request, remember the head, and only then answer."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from ledger.audit.cosigning import Cosigner
from ledger.audit.note import LogKey, NoteRefused
from ledger.audit.witness.judging import Objection, Outdated, judge
from ledger.audit.witness.store import Seen, Store
from ledger.audit.witness.submission import Submission
from ledger.clock import Clock

PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True)
class Answer:
    """What is answered over HTTP."""

    status: int
    body: str
    media_type: str = PLAIN


@dataclass(frozen=True)
class Witness:
    """A witness of the logs whose keys it was given."""

    cosigner: Cosigner
    logs: Collection[LogKey]
    store: Store
    clock: Clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a log that submits a head."""
        try:
            return Answer(200, self._cosign(Submission.read(body)))
        except Outdated as outdated:
            return Answer(outdated.status, f"{outdated.size}\n", SIZE)
        except Objection as objection:
            return Answer(objection.status, f"{objection}\n")
        except NoteRefused as error:
            return Answer(400, f"{error}\n")

    def find_checkpoint(self, origin_hash: str) -> Answer:
        """Answer a monitor that asks for the newest head of a log."""
        seen = self.store.find_by_hash(origin_hash)
        return Answer(200, seen.note) if seen else Answer(404, "nothing seen\n")

    def _cosign(self, submission: Submission) -> str:
        origin = submission.note.partition("\n")[0]
        before = self.store.get(origin)
        note, head = judge(submission, self.logs, (before.size, before.root))
        line = self.cosigner.cosign(note.text, self.clock.now())
        mine = "".join(
            key.line(signed)
            for key in self.logs
            if key.name == origin
            for signed in note.by(key)
        )
        after = Seen(head.size, head.root, f"{note.text}\n{mine}{line}")
        origin_hash = hashlib.sha256(origin.encode()).hexdigest()
        if not self.store.put(origin, before, after, origin_hash=origin_hash):
            # Somebody was first; what was signed here is never told.
            raise Outdated(self.store.get(origin).size)
        return line
