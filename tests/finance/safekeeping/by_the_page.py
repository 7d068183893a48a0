"""Check a client's path with nothing but docs/audit-format.md, section 10.

    python by_the_page.py ANSWER ENTRY

ANSWER is what /v1/wallets/{currency}/proof gave; ENTRY is the log's entry about that count.
Says ok and ends with 0, or names what does not hold and ends with 1.
"""

import hashlib
import json
import pathlib
import sys

MOST = 2**63 - 1


def require(holds, what):
    if not holds:
        raise SystemExit(f"does not hold: {what}")


def eight(number):
    require(0 <= number <= MOST, "a sum from 0 to 2^63 - 1")
    return number.to_bytes(8, "big")


def whole(text):
    require(text.isascii() and text.isdigit(), "a sum in decimal")
    return int(text)


def leaf(account, salt, balance):
    named = b"client-money/v1\0" + account.encode() + b"\0" + salt
    blinded = hashlib.sha256(named).digest()
    return hashlib.sha256(b"\x10" + blinded + eight(balance)).digest(), balance


def node(left, right):
    parts = left[0] + eight(left[1]) + right[0] + eight(right[1])
    eight(left[1] + right[1])
    return hashlib.sha256(b"\x11" + parts).digest(), left[1] + right[1]


def check(answer, entry):
    told, count = entry["data"], answer["count"]
    require(entry["type"] == "client_money.counted", "the kind of entry")
    require(told["proof_id"] == count["id"], "the entry about this count")
    require(answer["balance"]["currency"] == told["wallets"]["currency"], "currency")
    salt = bytes.fromhex(answer["salt"])
    reached = leaf(answer["account"], salt, answer["balance"]["minor"])
    for step in answer["steps"]:
        require(step["side"] in ("left", "right"), "a side")
        require(len(step["hash"]) == 64, "a hash of 32 bytes")
        other = bytes.fromhex(step["hash"]), whole(step["sum"])
        reached = (
            node(other, reached) if step["side"] == "left" else node(reached, other)
        )
    require(reached[0].hex() == told["root"], "the root")
    require(reached[1] == whole(told["wallets"]["minor"]), "the sum of all wallets")
    owed = reached[1] + sum(map(int, told["others"].values()))
    there = int(told["bank"]["minor"]) + int(told["transit"]["minor"])
    require(owed == there, "what is owed is what is there")


if __name__ == "__main__":
    check(*(json.loads(pathlib.Path(name).read_bytes()) for name in sys.argv[1:3]))
    sys.stdout.write("ok\n")
