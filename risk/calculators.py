"""Score statement files without a database: what the command line offers others."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any

from risk.cashflow import RULES_VERSION, measure
from risk.decision import (
    LEAST_HISTORY_DAYS,
    features_json,
    has_history,
    score_json,
    short_history,
)
from risk.scoring import score
from risk.statements import (
    MAX_BYTES,
    ReadStatement,
    StatementRefused,
    merge_accounts,
    read_statements,
)


def score_files(
    files: Iterable[tuple[str, bytes]], as_of: date, instalment_minor: int
) -> dict[str, Any]:
    """Score each file on its own: features, score, grade and reasons, or the refusal.

    A table of two currencies is scored as two accounts.
    """
    return {
        "as_of": as_of.isoformat(),
        "instalment_minor": instalment_minor,
        "category_rules": RULES_VERSION,
        "files": [
            told
            for name, content in files
            for told in _score(name, content, as_of, instalment_minor)
        ],
    }


def _score(
    name: str, content: bytes, as_of: date, instalment_minor: int
) -> list[dict[str, Any]]:
    # Of a file beyond the bound only the start was read: that has no hash to tell.
    whole = len(content) <= MAX_BYTES
    told: dict[str, Any] = {
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest() if whole else None,
    }
    try:
        accounts = read_statements(name, content)
    except StatementRefused as refusal:
        line = refusal.line or None
        why = {"code": refusal.code, "line": line, "message": str(refusal)}
        return [told | {"refused": why}]
    return [told | _account(read, as_of, instalment_minor) for read in accounts]


def _account(read: ReadStatement, as_of: date, instalment_minor: int) -> dict[str, Any]:
    features = measure(merge_accounts([read.parsed]), as_of, instalment_minor)
    scored = score(features)
    is_scored = has_history(features.values(), LEAST_HISTORY_DAYS)
    reasons = scored.reasons if is_scored else short_history(LEAST_HISTORY_DAYS)
    return {
        "format": read.parsed.format.value,
        "account": read.parsed.account,
        "currency": read.currency.value,
        "transactions": len(read.parsed.transactions),
        "verdict": read.integrity.verdict.value,
        "findings": read.integrity.to_json(),
        "left_out": [
            {"line": item.line, "why": item.why} for item in read.parsed.left_out
        ],
        "features": features_json(tuple(features.values())),
        **score_json(scored, is_scored=is_scored),
        "reasons": [reason.to_json() for reason in reasons],
    }
