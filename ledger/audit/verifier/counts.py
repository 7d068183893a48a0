"""Check that a balance was counted into all clients' money, or a share into a repayment."""

import hashlib
from typing import Any

from ledger.audit.verifier.answers import require
from ledger.audit.verifier.forms import fits
from ledger.audit.verifier.signatures import HASH_BYTES

# What counts: the type of entry, and where it has its id, root and sum.
COUNTS = {
    "client_money.counted": [("proof_id", "root", "wallets")],
    "repayment.distributed": [("receipt_id", "shares_root", "to_lenders")],
}
WAY: dict[str, type] = {"account": str, "balance": str, "salt": str, "steps": list}
WAY_STEP: dict[str, type] = {"hash": str, "side": str, "sum": str}
WAY_SUM: dict[str, type] = {"currency": str, "minor": str}
WAY_STEPS = 64
SUM_BYTES = 8
SUM_LIMIT = 1 << 63
ITS_WAY = "the way"


def read_sum(text: str) -> int:
    """Read a sum: whole, in decimal, from 0 to below 2^63."""
    is_plain = text.isascii() and text.isdigit() and len(text) <= len(str(SUM_LIMIT))
    require(is_plain and text == str(int(text)), ITS_WAY, "has a sum that is no number")
    require(int(text) < SUM_LIMIT, ITS_WAY, "has a sum of 2^63 or more")
    return int(text)


def read_digest(text: str) -> bytes:
    """Read 32 bytes in small hex digits."""
    is_hex = len(text) == 2 * HASH_BYTES and not set(text) - set("0123456789abcdef")
    require(is_hex, ITS_WAY, "has a hash or salt that is none")
    return bytes.fromhex(text)


def top_of(way: Any) -> tuple[bytes, int]:
    """Return the hash and the sum that a way leads to from its balance."""
    account, salt = way["account"].encode(), read_digest(way["salt"])
    total = read_sum(way["balance"])
    blinded = hashlib.sha256(b"client-money/v1\0" + account + b"\0" + salt).digest()
    start = b"\x10" + blinded + total.to_bytes(SUM_BYTES, "big")
    reached = hashlib.sha256(start).digest()
    for step in way["steps"]:
        is_step = fits(step, WAY_STEP) and step["side"] in ("left", "right")
        require(is_step, ITS_WAY, "has a step that is none")
        beside = read_sum(step["sum"])
        pair = [
            read_digest(step["hash"]) + beside.to_bytes(SUM_BYTES, "big"),
            reached + total.to_bytes(SUM_BYTES, "big"),
        ]
        if step["side"] == "right":
            pair.reverse()
        total += beside
        require(total < SUM_LIMIT, ITS_WAY, "adds up to 2^63 or more")
        reached = hashlib.sha256(b"\x11" + b"".join(pair)).digest()
    return reached, total


def check_way(way: Any, about: str, entries: list[Any]) -> str:
    """Check a way against the log's entry of the count it is about."""
    is_way = fits(way, WAY) and len(way["steps"]) <= WAY_STEPS
    require(is_way, ITS_WAY, "is none")
    counts = [
        (entry["data"].get(root), entry["data"].get(total))
        for entry in entries
        for id_, root, total in COUNTS.get(entry["type"], ())
        if entry["data"].get(id_) == about
    ]
    require(len(counts) == 1, ITS_WAY, "has not one entry of its count")
    (root, told), (reached, total) = counts[0], top_of(way)
    is_top = root == reached.hex() and fits(told, WAY_SUM)
    is_top = is_top and told["minor"] == str(total)
    require(is_top, ITS_WAY, "does not lead to the sum that the log has")
    unit = f"{told['currency']!a} in minor units"
    return f"; {way['balance']} counted into {total} of {unit}"
