"""The attacks: number, what is done, what must be answered, and how it is done."""

from collections.abc import Callable
from typing import NamedTuple

from tests.ledger.audit.attacks import on_exports as exports
from tests.ledger.audit.attacks import on_heads as heads
from tests.ledger.audit.attacks import on_signatures as signatures
from tests.ledger.audit.attacks.ground import Answer, Ground


class Attack(NamedTuple):
    """One attack, and what must be answered; some numbers have several."""

    number: int
    name: str
    wanted: str

    def row(self) -> str:
        """Return the first columns of its row in docs/audit-attacks.md."""
        return f"| {self.number} | {self.name} | {self.wanted} |"


_ENTRIES, _LEAVES = "tile/entries/000", "tile/0/000"
HOUR = 3600
NUMBERS = range(1, 36)
_ALL = (
    (1, "an entry edited", "1", lambda on: exports.edit(on, _ENTRIES)),
    (
        2,
        "an entry and its leaf hash edited",
        "1",
        lambda on: exports.edit(on, _ENTRIES, _LEAVES),
    ),
    (3, "all hashed anew without the log's key", "1", exports.rewrite_without_key),
    (4, "the same with the stolen log key; a head was kept", "1", heads.steal_log_key),
    (4, "the same; a policy is given", "2", heads.steal_log_key_under_witnesses),
    (5, "all keys stolen; nothing was kept", "0", heads.steal_all_keys),
    (5, "all keys stolen; a head was kept", "1", heads.steal_all_keys_from_keeper),
    (6, "tail deleted, old head shown; a newer was kept", "1", exports.shorten),
    (6, "an old head, and an age is asked for", "2", heads.show_stale),
    (6, "an older head, to a witness", "HTTP 409", heads.ask_back),
    (7, "tail deleted, head kept", "1", exports.drop_tail),
    (8, "deleted from the middle", "1", exports.lie("an entry dropped, numbers kept")),
    (9, "two entries swapped", "1", exports.lie("two entries swapped")),
    (10, "an event told twice", "1", exports.lie("an event told twice")),
    (10, "a journal entry twice", "1", exports.lie("a journal entry posted twice")),
    (11, "two heads of one size; one was kept", "1", exports.fork),
    (11, "two heads of one size, to a witness", "HTTP 422", heads.split_view),
    (12, "two heads of different sizes", "1", heads.steal_log_key),
    (12, "the same, to a witness", "HTTP 422", heads.split_growth),
    (13, "the log's signature flipped", "1", heads.flip_signature),
    (13, "a cosignature flipped", "1", heads.flip_cosignature),
    (13, "a head by another key, to a witness", "HTTP 403", heads.strange_key),
    (14, "a cosignature stripped", "2", heads.strip_cosignature),
    (15, "one witness key under two names", "2", heads.name_witness_twice),
    (16, "a cosignature of another head", "1", heads.move_cosignature),
    (17, "a head of staging", "1", exports.show_staging),
    (17, "the same, to a witness", "HTTP 404", heads.strange_log),
    (18, "a clock turned back", "1", exports.turn_clock),
    (18, "cosignatures from the future", "2", heads.cosign_in_future),
    (19, "a file missing", "1", exports.lose_file),
    (19, "a file too many", "1", exports.add_file),
    (19, "a zip cut short", "1", exports.cut_zip),
    *(
        (20, f"a zip with {name}", "1", exports.trick(name))
        for name in ("a path upwards", "a link", "a twin by case", "a bomb")
    ),
    (21, "two hashes shown as an entry", "1", exports.hide_nodes),
    (
        22,
        "a proof too short, to a witness",
        "HTTP 422",
        lambda on: heads.prove_badly(on, lambda proof: proof[:-1]),
    ),
    (
        22,
        "a proof too long",
        "HTTP 422",
        lambda on: heads.prove_badly(on, lambda proof: [*proof, proof[0]]),
    ),
    (
        22,
        "a hash of 31 bytes",
        "HTTP 422",
        lambda on: heads.prove_badly(on, lambda proof: [*proof[:-1], bytes(31)]),
    ),
    (22, "a proof from beyond the head", "HTTP 400", heads.overstate),
    *((23, f"an entry with {name}", "1", exports.form(name)) for name in exports.FORMS),
    (24, "the key of the export believed", "2", exports.without_key),
    (
        25,
        "the log's key lost after the quorum signed",
        "0",
        lambda on: heads.lose_key_after(on, HOUR),
    ),
    (
        25,
        "the log's key lost before",
        "2",
        lambda on: heads.lose_key_after(on, -HOUR),
    ),
    (28, "a BLS key made to cancel another", "refused", signatures.rogue_key),
    (29, "BLS keys that sum to nothing", "refused", signatures.zero_sum),
    (30, "a BLS signer twice", "refused", signatures.doubled_signer),
    (31, "a BLS key at infinity", "refused", signatures.infinity),
    (31, "a signature of nobody", "refused", signatures.nobody),
    (32, "an opening forged", "1", exports.open_falsely),
    (32, "an opening of another field", "1", exports.open_other_field),
    (33, "a value guessed from its commitment", "not found", signatures.guess),
    (34, "two forks to a witness at once", "HTTP 200, 409", heads.ask_at_once),
    (35, "nothing published for a day", "2", heads.show_stale),
)
ON_EXPORT: dict[Attack, Callable[[Ground], Answer]] = {
    Attack(*attack): play for *attack, play in _ALL
}
TWO_SEALERS = Attack(26, "a second sealer", "refused")
LOST_RECORD = Attack(27, "a record deleted before it is sealed", "1")
