"""The published vectors of the audit log's parts (see tests/data/audit/README.md)."""

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[2] / "data" / "audit" / "vectors.json"
_ALL = json.loads(_FILE.read_text(encoding="utf-8"))

MERKLE: dict[str, Any] = _ALL["merkle_rfc6962_rfc9162"]
JCS: dict[str, Any] = _ALL["jcs_rfc8785"]
NOTES: dict[str, Any] = _ALL["signed_note_checkpoint"]
COSIGNED: dict[str, Any] = _ALL["cosignature_v1_own"]
ED25519: dict[str, Any] = _ALL["ed25519_rfc8032_test1"]


def hashes(encoded: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in encoded]
