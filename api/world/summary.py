"""What the world came to, counted from the books and checked by their laws."""

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from api import laws, quorum
from api.jobs import totals, witnesses
from api.world.borrowing import Borrowing
from api.world.stage import Stage
from finance import equity
from finance.lending import Application, Loan, Receipt
from finance.raising import Offer, Pledge
from finance.signing import Purpose, SignatureTotal
from finance.wallets import Payout
from ledger import audit, invariants, statements
from ledger.clock import SystemClock
from ledger.database import Database, UnitOfWork
from ledger.errors import existing


@dataclass(frozen=True)
class Verified:
    """What verify.py said of the exported log."""

    exit_code: int
    entries: int
    says: list[str]
    witnesses: list[str]


async def summarise(
    stage: Stage, found: Borrowing, share_id: str, verified: Verified
) -> dict[str, Any]:
    """Return the summary that ``--once`` prints."""
    counted = await stage.db.read(_count)
    breaches = await stage.db.read(invariants.find_breaches, laws.BOOKS)
    holdings = await stage.db.read(equity.list_holdings, share_id=share_id)
    return {
        **counted,
        "statement_files": dict(sorted(found.files.items())),
        "shareholders": len(holdings),
        "shares_issued": sum(holding.units for holding in holdings),
        "refusals_shown": dict(sorted(stage.refused.items())),
        "reconciliations_matched": stage.reconciled,
        "invariants": {
            "laws": sum(len(invariants.read_laws(book)) for book in laws.BOOKS),
            "broken": [f"{b.law.name}: {b.where}" for b in breaches],
        },
        "audit": {
            "entries": verified.entries,
            "witnesses": verified.witnesses,
            "verify_exit_code": verified.exit_code,
            "says": verified.says,
        },
    }


async def _count(uow: UnitOfWork) -> dict[str, Any]:
    lines = await statements.trial_balance(uow)
    sums: Counter[str] = Counter()
    distributed: Counter[str] = Counter()
    for line in lines:
        sums[line.asset] += line.debits - line.credits
        if line.kind == "collections":
            distributed[line.asset] += line.debits
    received = await uow.session.execute(
        select(Receipt.currency, func.sum(Receipt.amount_minor)).group_by(
            Receipt.currency
        )
    )
    return {
        "applications": await _by_status(uow, Application),
        "offers": await _by_status(uow, Offer),
        "pledges": await _by_status(uow, Pledge),
        "loans": await _by_status(uow, Loan),
        "agreements_by_signers": await _by_signers(uow),
        "payouts": await _by_state(uow),
        "cents_received": {str(c): int(units) for c, units in received},
        "cents_distributed": dict(distributed),
        "trial_balance": dict(sums),
    }


async def _by_status(
    uow: UnitOfWork, table: type[Application | Offer | Loan | Pledge]
) -> Mapping[str, int]:
    rows = await uow.session.execute(
        select(table.status, func.count()).group_by(table.status).order_by(table.status)
    )
    return {str(status): int(count) for status, count in rows}


async def _by_signers(uow: UnitOfWork) -> Mapping[str, int]:
    """Count agreements by how many distinct keys made their one signature."""
    rows = await uow.session.execute(
        select(SignatureTotal.keys, func.count())
        .where(SignatureTotal.purpose == Purpose.AGREEMENT.value)
        .group_by(SignatureTotal.keys)
        .order_by(SignatureTotal.keys)
    )
    return {str(keys): int(count) for keys, count in rows}


async def _by_state(uow: UnitOfWork) -> Mapping[str, int]:
    rows = await uow.session.execute(
        select(Payout.state, func.count()).group_by(Payout.state).order_by(Payout.state)
    )
    return {str(state): int(count) for state, count in rows}


async def export_and_verify(stage: Stage, folder: Path) -> Verified:
    """Seal what waits, have it cosigned, export it, and have its own verify.py judge it."""
    signer = existing(stage.services.signer, "the demo keeps an audit log")
    sealer = audit.Sealer(stage.db, signer)
    while await sealer.seal():
        pass
    policy = stage.services.policy
    trust, given = ["--key", str(signer.key)], b""
    if policy is not None:
        await _have_cosigned(stage, policy)
        # Given another way than the export, whose own copy proves nothing.
        trust, given = ["--policy", "/dev/stdin"], policy.raw
    exported = await stage.db.read(
        audit.export_bundle, folder, key=signer.key, policy=policy
    )
    judged = subprocess.run(  # noqa: S603, ASYNC221 - our own export, nothing else runs now
        [sys.executable, str(exported.folder / "verify.py"), *trust, str(folder)],
        check=False,
        input=given,
        capture_output=True,
    )
    says = (judged.stdout or judged.stderr).decode(errors="replace").splitlines()
    head = existing(
        await stage.db.read(audit.find_head, policy, size=exported.size),
        "what was exported has a head",
    )
    return Verified(judged.returncode, exported.size, says, [*head.witnesses])


async def _have_cosigned(stage: Stage, policy: audit.Policy) -> None:
    # Witnesses live today, not in the world's past; their times must not look like tomorrow.
    today = Database(stage.db.engine, SystemClock())
    await quorum.reach(today, policy, asking=witnesses.Round(today, policy))
    if stage.services.group is not None:
        await totals.Gathering(today, policy, stage.services.group).gather()


def is_sound(summary: Mapping[str, Any]) -> bool:
    """Say whether everything that must hold does."""
    return (
        not summary["invariants"]["broken"]
        and not any(summary["trial_balance"].values())
        and summary["cents_received"] == summary["cents_distributed"]
        and summary["audit"]["verify_exit_code"] == 0
    )
