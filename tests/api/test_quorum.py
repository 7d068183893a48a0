"""What waits for witnesses waits no longer than it was told to."""

from pathlib import Path

import pytest

from api import quorum
from api.jobs.witnesses import Round
from ledger.database import Database
from tests.api.witnesses import Network, policy_of
from tests.ledger.audit.builders import DoorOpened, seal_all, tell

POLICY = policy_of()


@pytest.fixture
async def network(db: Database, tmp_path: Path) -> Network:
    await db.transact(tell, DoorOpened("door_1"))
    await seal_all(db)
    return Network(tmp_path)


async def test_the_quorum_is_reached_by_asking(db: Database, network: Network) -> None:
    asking = Round(db, POLICY, network)

    assert not await quorum.reach(db, POLICY, seconds=0)
    assert await quorum.reach(db, POLICY, asking=asking, seconds=0)
    assert await quorum.reach(db, POLICY, seconds=0)


async def test_witnesses_who_are_away_are_not_waited_for_longer(
    db: Database, network: Network
) -> None:
    network.away = {"regulator", "trustee"}
    asking = Round(db, POLICY, network)

    assert not await quorum.reach(db, POLICY, asking=asking, seconds=0)


async def test_without_a_policy_nothing_is_waited_for(
    db: Database, network: Network
) -> None:
    assert not await quorum.reach(db, None)
