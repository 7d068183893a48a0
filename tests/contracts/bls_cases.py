"""Run the published cases of BLS12-381 through a back end (tests/data/audit/README.md)."""

import json
from pathlib import Path
from typing import Any

from py_ecc.bls.g2_primitives import G2_to_signature
from py_ecc.fields import optimized_bls12_381_FQ2 as FQ2

from contracts.bls import Suite

_FILE = Path(__file__).parents[1] / "data" / "audit" / "bls.json"
_ALL = json.loads(_FILE.read_text(encoding="utf-8"))

CASES: list[dict[str, Any]] = _ALL["cases"]
OWN: dict[str, dict[str, Any]] = {case["op"]: case for case in _ALL["own"]}
_HASH_DOMAIN = b"QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_"


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def raws(texts: list[str]) -> list[bytes]:
    return [raw(text) for text in texts]


def of(op: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case["op"] == op]


def wanted(case: dict[str, Any]) -> Any:
    """Return what a case asks for: bytes, yes or no, or None for a refusal."""
    output = case["output"]
    if isinstance(output, dict):
        x, y = (
            FQ2([int(part, 16) for part in output[axis].split(",")]) for axis in "xy"
        )
        return bytes(G2_to_signature((x, y, FQ2.one())))
    return raw(output) if isinstance(output, str) else output


def answer(suite: Suite, case: dict[str, Any]) -> Any:
    """Return what a back end says; None when it refuses."""
    try:
        return _ACTS[case["op"]](suite, case["input"])
    except ValueError:
        return None


def _batch(suite: Suite, given: dict[str, Any]) -> bool:
    rows = zip(
        *(raws(given[name]) for name in ("pubkeys", "messages", "signatures")),
        strict=True,
    )
    return all(suite.verify(*row) for row in rows)


_ACTS: dict[str, Any] = {
    "sign": lambda suite, given: suite.sign(
        int(given["privkey"], 16), raw(given["message"])
    ),
    "verify": lambda suite, given: suite.verify(
        raw(given["pubkey"]), raw(given["message"]), raw(given["signature"])
    ),
    "aggregate": lambda suite, given: suite.aggregate(raws(given)),
    "aggregate_verify": lambda suite, given: suite.aggregate_verify(
        raws(given["pubkeys"]), raws(given["messages"]), raw(given["signature"])
    ),
    "fast_aggregate_verify": lambda suite, given: suite.fast_aggregate_verify(
        raws(given["pubkeys"]), raw(given["message"]), raw(given["signature"])
    ),
    "batch_verify": _batch,
    "deserialization_G1": lambda suite, given: suite.is_key_point(raw(given["pubkey"])),
    "deserialization_G2": lambda suite, given: suite.is_signature_point(
        raw(given["signature"])
    ),
    "hash_to_G2": lambda suite, given: suite.hash_to_curve(
        given["msg"].encode(), _HASH_DOMAIN
    ),
}
