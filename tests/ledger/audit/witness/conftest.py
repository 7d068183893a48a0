"""A witness with a file of its own, and a log that grows."""

from pathlib import Path

import pytest

from ledger.audit import witness
from tests.ledger.audit.growing import Growing, a_witness


@pytest.fixture
def log() -> Growing:
    return Growing()


@pytest.fixture
def one(tmp_path: Path) -> witness.Witness:
    return a_witness(tmp_path / "witness.db")
