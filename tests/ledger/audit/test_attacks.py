"""Each of the 35 attacks gets the answer that docs/audit-attacks.md says."""

from pathlib import Path

import pytest

from ledger.database import Database
from tests.ledger.audit.attacks.listed import NUMBERS
from tests.ledger.audit.attacks.playing import play_all

PAGE = Path(__file__).parents[3] / "docs" / "audit-attacks.md"


@pytest.mark.slow
async def test_every_attack_gets_the_answer_that_the_page_says(
    db: Database, admin_of: str, tmp_path: Path
) -> None:
    page = PAGE.read_text(encoding="utf-8")

    played = await play_all(db, admin_of, tmp_path)

    answers = {attack.row(): answer.given for attack, answer in played}
    assert answers == {attack.row(): attack.wanted for attack, _ in played}
    assert [row for row in answers if row not in page] == []
    assert {attack.number for attack, _ in played} == {*NUMBERS}
