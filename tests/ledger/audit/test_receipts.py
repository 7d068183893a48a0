"""A receipt holds all that concerns somebody, however much else is told, and no more."""

import base64
import json
from pathlib import Path

import pytest

from ledger import audit
from ledger.audit.errors import ReceiptTooLong
from ledger.audit.proving import MOST_PROOFS
from ledger.audit.verifier.receipts import Receipt
from ledger.database import Database
from tests.ledger.audit.builders import DoorOpened, seal_all, tell

MANY = 700


def shown(receipt: audit.Receipt) -> list[dict[str, object]]:
    """Return the entries of a receipt."""
    proofs = json.loads(receipt.content)["proofs"]
    extras = [proof.split("\n")[1].removeprefix("extra ") for proof in proofs]
    return [json.loads(base64.b64decode(extra)) for extra in extras]


async def test_the_last_of_many_events_has_its_receipt(db: Database) -> None:
    openings = [DoorOpened("door_1", f"visit_{n}") for n in range(MANY)]
    await db.transact(tell, *openings)
    await seal_all(db)

    one = audit.Concern(f"visit_{MANY - 1}", "door_1")
    last = await db.read(audit.give_receipt, one, policy=None)
    whole = await db.read(
        audit.give_receipt, audit.Concern("door_1", "door_1"), policy=None
    )

    assert [entry["data"] for entry in shown(last)] == [
        {"door": "door_1", "note": f"visit_{MANY - 1}"}
    ]
    assert whole.entries == MANY


async def test_more_than_one_file_can_hold_is_refused_not_cut(db: Database) -> None:
    await db.transact(tell, *(DoorOpened("door_1") for _ in range(MOST_PROOFS + 1)))
    await seal_all(db)

    concern = audit.Concern("door_1", "door_1")
    with pytest.raises(ReceiptTooLong, match="2000"):
        await db.read(audit.give_receipt, concern, policy=None)


STEP = {"hash": "ab" * 32, "side": "left", "sum": "1234"}
WAY = {"account": "note_1", "balance": "1", "salt": "cd" * 32, "steps": [STEP] * 14}


async def test_what_is_given_out_is_what_the_verifier_reads(
    db: Database, tmp_path: Path
) -> None:
    await db.transact(tell, DoorOpened("door_1"))
    await seal_all(db)
    concern = audit.Concern("door_1", "door_1")

    one = await db.read(audit.give_receipt, concern, policy=None, ways=[WAY] * 2_000)
    (tmp_path / "receipt.json").write_bytes(one.content)

    assert len(Receipt.read(tmp_path / "receipt.json").ways) == 2_000
    with pytest.raises(ReceiptTooLong):
        await db.read(audit.give_receipt, concern, policy=None, ways=[WAY] * 2_500)
