"""Check a receipt by docs/audit-format.md alone; Ed25519 is the library cryptography's.

    python by_the_page.py VKEY RECEIPT [SAVE]

Prints the type of each entry; writes the last one to SAVE. Exit 0 when all holds.
"""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

unbase64 = base64.b64decode
sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()  # noqa: E731 - short on purpose


def open_head(note, vkey):  # section 6
    name, key_id, material = vkey.strip().split("+", 2)
    text, block = note.rsplit("\n\n", 1)
    marks = [line.split(" ")[1:] for line in block.splitlines()]
    raw = unbase64(material)
    assert sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "the key's id"
    signed = [unbase64(m) for n, m in marks if n == name]
    (mine,) = [line[4:] for line in signed if line[:4].hex() == key_id]
    key = Ed25519PublicKey.from_public_bytes(raw[1:])
    key.verify(mine, text.encode() + b"\n")  # raises when the head is another
    origin, size, root = text.split("\n")
    assert origin == name, "the head's origin"
    return origin, int(size), unbase64(root)


def check(proof, vkey):  # section 11
    lines, note = proof.split("\n\n", 1)
    mark, extra, index, *path = lines.split("\n")
    assert mark == "c2sp.org/tlog-proof@v1", "the first line"
    raw, at = unbase64(extra.removeprefix("extra ")), int(index.removeprefix("index "))
    origin, size, root = open_head(note, vkey)
    entry, found, last = json.loads(raw), sha256(b"\0", raw), size - 1
    form = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert form.encode() == raw, "the entry is in canonical form"
    assert (entry["seq"], entry["log"]) == (at, origin), "the entry's place"
    for step in map(unbase64, path):
        assert last, "the proof is too long"
        if at & 1 or at == last:
            found = sha256(b"\1", step, found)
            while at and not at & 1:
                at, last = at // 2, last // 2
        else:
            found = sha256(b"\1", found, step)
        at, last = at // 2, last // 2
    assert last == 0 and found == root, "the entry lies under the head"  # noqa: PT018 - one claim
    return entry


if __name__ == "__main__":
    vkey, file, *save = sys.argv[1:]
    receipt = json.load(open(file, encoding="utf-8"))  # noqa: PTH123, SIM115 - short on purpose
    entries = [check(proof, vkey) for proof in receipt["proofs"]]
    assert any(json.dumps(receipt["about"]) in json.dumps(one) for one in entries), (
        "what it is about"
    )
    print(*(one["type"] for one in entries), sep="\n")  # noqa: T201 - its answer
    for to in save:
        print(json.dumps(entries[-1]), file=open(to, "w"))  # noqa: PTH123, SIM115 - short
