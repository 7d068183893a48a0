"""Ids sort by time, cannot be guessed, and are read back to what they were."""

from datetime import UTC, datetime
from uuid import RFC_4122

import pytest

from ledger.ids import IdMalformed, new_id, new_uuid, read_id, show_id

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TAIL = (1 << 62) - 1


def test_ids_of_one_instant_keep_their_order_and_share_no_tail() -> None:
    made = [new_uuid(NOW) for _ in range(1_000)]

    assert made == sorted(made)
    assert len({one.int & TAIL for one in made}) == len(made)


def test_an_id_is_a_uuid_of_version_7_that_sorts_no_earlier_than_its_instant() -> None:
    made = new_uuid(NOW)

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 >= int(NOW.timestamp() * 1000)


def test_what_is_shown_is_read_back_under_its_own_prefix_alone() -> None:
    shown = new_id("loan", NOW)

    assert show_id("loan", read_id("loan", shown)) == shown
    with pytest.raises(IdMalformed):
        read_id("note", shown)
