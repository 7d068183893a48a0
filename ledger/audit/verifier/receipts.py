"""Check a receipt: entries with proofs that they lie under a signed head."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from ledger.audit.verifier.answers import Tampered, Undecided, require
from ledger.audit.verifier.chain import ENTRY, ENTRY_BYTES
from ledger.audit.verifier.counts import check_way
from ledger.audit.verifier.forms import fits, read_canonical
from ledger.audit.verifier.signatures import HASH_BYTES, Head

PROOF_MARK = "c2sp.org/tlog-proof@v1"
RECEIPT_FORMAT = "tonle-receipt/1"
RECEIPT_BYTES = 16 * 1024 * 1024
RECEIPT_COMMAS = 100_000
RECEIPT_HEADS = 16
RECEIPT: dict[str, type] = {"about": str, "format": str, "policy": str, "proofs": list}
COUNT_RECEIPT: dict[str, type] = {**RECEIPT, "ways": list}
PATH_HASHES = 63


class Proof(NamedTuple):
    """A C2SP tlog-proof whose extra data are the entry it speaks of."""

    entry: bytes
    seq: int
    path: list[bytes]
    note: str

    @classmethod
    def read(cls, text: str) -> "Proof":
        """Read a proof; ValueError when it is malformed."""
        head, _, note = text.partition("\n\n")
        mark, extra, index, *path = head.split("\n")
        number = index.removeprefix("index ")
        is_plain = (
            number.isascii() and number.isdigit() and len(number) < len(str(1 << 63))
        )
        if (
            mark != PROOF_MARK
            or not extra.startswith("extra ")
            or len(path) > PATH_HASHES
        ):
            raise ValueError("it is no proof that carries its entry")
        if not is_plain or index != f"index {int(number)}":
            raise ValueError("its index is malformed")
        entry = base64.b64decode(extra.removeprefix("extra "), validate=True)
        hashes = [base64.b64decode(one, validate=True) for one in path]
        return cls(entry, int(number), hashes, note)


def root_along(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root a path leads to (RFC 9162, 2.1.3.2); None when it does not fit."""
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0 or len(step) != HASH_BYTES:
            return None
        is_right = at & 1 or at == last
        pair = step + found if is_right else found + step
        found = hashlib.sha256(b"\x01" + pair).digest()
        while is_right and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return found if last == 0 and index < size else None


def check_proof(proof: Proof, head: Head, place: str) -> Any:
    """Check that an entry lies under a head; return it."""
    require(len(proof.entry) <= ENTRY_BYTES, place, "holds a giant")
    entry = read_canonical(proof.entry, place)
    require(fits(entry, ENTRY) and entry["v"] == 1, place, "is no entry of version 1")
    is_there = (entry["log"], entry["seq"]) == (head.origin, proof.seq)
    require(is_there, place, "is an entry of another place or log")
    leaf = hashlib.sha256(b"\0" + proof.entry).digest()
    root = root_along(leaf, proof.seq, head.size, proof.path)
    require(root == head.root, place, "is not proved to lie under the signed head")
    return entry


class Receipt(NamedTuple):
    """What a receipt is about, and its proofs; a single proof is about nothing.

    ``ways`` lead from balances or shares to the sum of the count they were counted into.
    """

    about: str
    proofs: list[Proof]
    ways: Any = ()

    def __str__(self) -> str:
        return f"{len(self.proofs)} entries about {self.about!a}"

    def notes(self) -> list[str]:
        """Return the signed heads the entries lie under, each once."""
        return sorted({one.note for one in self.proofs})

    @classmethod
    def read(cls, path: Path) -> "Receipt":
        """Read a receipt, or a single proof."""
        with path.open("rb") as file:
            raw = file.read(RECEIPT_BYTES + 1)
        place = ascii(path.name)
        is_small = len(raw) <= RECEIPT_BYTES and raw.count(b",") <= RECEIPT_COMMAS
        require(is_small, place, "is larger than any receipt")
        about, ways, proofs = "", (), [raw.decode(errors="replace")]
        if not raw.startswith(PROOF_MARK.encode()):
            read = read_canonical(raw.removesuffix(b"\n"), place)
            is_ours = fits(read, RECEIPT) or fits(read, COUNT_RECEIPT)
            is_ours = is_ours and read["format"] == RECEIPT_FORMAT
            is_ours = is_ours and all(isinstance(one, str) for one in read["proofs"])
            is_ours = is_ours and read["about"] and read["proofs"]
            require(is_ours, place, "is no receipt")
            about, proofs = read["about"], read["proofs"]
            ways = read.get("ways", ())
        try:
            receipt = cls(about, [Proof.read(one) for one in proofs], ways)
        except ValueError as error:
            raise Tampered(place, f"has a malformed proof: {error}") from None
        has_few_heads = len(receipt.notes()) <= RECEIPT_HEADS
        require(has_few_heads, place, "rests on more heads than any receipt")
        return receipt


def check_receipt(receipt: Receipt, heads: dict[str, Head | None]) -> str:
    """Check every proof; one of the entries must name what the receipt is about."""
    types, entries = [], []
    for number, proof in enumerate(receipt.proofs):
        head = heads[proof.note]
        if head is None:
            raise Undecided("their head does not open")
        entry = check_proof(proof, head, f"proof {number}")
        entries.append(entry)
        types.append(f"{entry['type']!a} at {proof.seq}")
    named = json.dumps(receipt.about).encode()
    is_named = not receipt.about or any(named in one.entry for one in receipt.proofs)
    require(is_named, "the receipt", "has no entry that names what it is about")
    ways = [check_way(way, receipt.about, entries) for way in receipt.ways]
    return "".join([", ".join(types), *ways])
