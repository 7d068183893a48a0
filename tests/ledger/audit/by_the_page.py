"""Check a receipt by docs/audit-format.md alone, with nothing but the standard library.

    python by_the_page.py VKEY RECEIPT [SAVE]

Prints the type of each entry; writes the last one to SAVE. Exit 0 when all holds.
"""

import base64
import hashlib
import json
import sys

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
unbase64 = base64.b64decode
sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()  # noqa: E731 - short on purpose


def add(a, b):
    t = D * a[0] * b[0] * a[1] * b[1]
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P


def times(n, point):
    total = (0, 1)
    for bit in f"{n:b}":
        total = add(total, total)
        total = add(total, point) if bit == "1" else total
    return total


def point(raw):
    sign, y = divmod(int.from_bytes(raw, "little"), 1 << 255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square, "a point is not on the curve"
    return (x if x & 1 == sign else P - x), y


def open_head(note, vkey):  # section 6
    name, key_id, material = vkey.strip().split("+", 2)
    text, block = note.rsplit("\n\n", 1)
    marks = [line.split(" ")[1:] for line in block.splitlines()]
    raw, public = unbase64(material), unbase64(material)[1:]
    assert sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "the key's id"
    (mine,) = [
        unbase64(m)[4:]
        for n, m in marks
        if (n, unbase64(m)[:4].hex()) == (name, key_id)
    ]
    digest = hashlib.sha512(mine[:32] + public + text.encode() + b"\n").digest()
    right = add(
        point(mine[:32]), times(int.from_bytes(digest, "little"), point(public))
    )
    left = times(
        int.from_bytes(mine[32:], "little"),
        point((4 * pow(5, -1, P) % P).to_bytes(32, "little")),
    )
    assert left == right, "the head's signature"
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
