"""Sealers killed without a warning lose nothing, double nothing, and leave no gap.

The full size is set by TONLE_SEALING=writers,commands,kills; see CONTRIBUTING.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger import audit
from ledger.audit.model import CheckpointRow
from ledger.database import Database
from tests.ledger.audit import forging
from tests.ledger.audit.builders import an_export, seal_all
from tests.ledger.audit.killing import seal_and_kill
from tests.ledger.audit.test_sealer import assert_whole
from tests.ledger.builders import open_pair

SMALL = "3,20,4"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_sealers_killed_at_random_keep_the_log_dense(
    db: Database, app_url: str, owner_url: str, tmp_path: Path
) -> None:
    size = os.environ.get("TONLE_SEALING", SMALL).split(",")
    writers, commands, kills = map(int, size)
    pair = await db.transact(open_pair)

    told = seal_and_kill(
        app_url, owner_url, pair, writers=writers, commands=commands, kills=kills
    )
    before = await db.read(audit.find_checkpoint)
    await seal_all(db)

    assert before is not None
    assert before.size > len(told) // 2
    assert len(set(told)) == writers * commands
    await assert_whole(db, set(told))
    assert await db.read(audit.reconcile, since=LONG_AGO) == []
    epochs = await db.read(
        lambda uow: uow.session.scalars(
            select(CheckpointRow.epoch).order_by(CheckpointRow.size)
        )
    )
    assert (taken := list(epochs)) == sorted(taken)
    assert len(set(taken)) > 1
    assert forging.judge(await an_export(db, tmp_path / "export"))[0] == 0
