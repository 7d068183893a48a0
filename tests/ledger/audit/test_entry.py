"""An entry is in canonical form, whatever it tells of."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.entry import Head, Told, entry_of
from ledger.audit.verifier.chain import Chain
from ledger.canonical import canonical, instant_text, plain
from ledger.ids import show_id
from tests.ledger.audit.test_canonical import KEYS, TEXTS, VALUES

COMPOSED = TEXTS.map(plain)
INSTANTS = st.datetimes(timezones=st.just(UTC))


@settings(max_examples=40)
@given(
    st.tuples(COMPOSED, COMPOSED, COMPOSED, COMPOSED, COMPOSED),
    st.dictionaries(KEYS, VALUES, max_size=5),
    st.uuids(),
    st.integers(0, 3),
    INSTANTS,
)
def test_the_verifier_takes_every_entry(
    texts: tuple[str, ...], data: dict[str, Any], key: UUID, part: int, at: datetime
) -> None:
    kept = canonical(plain(data)).decode()
    kept_as = kept, "{}", '["entry_1"]', show_id("evt", key)
    told = Told(key.bytes, part, 3, 1, *texts, instant_text(at), *kept_as)

    entry = entry_of(told, Head("audit.example/log"))

    read = Chain("audit.example/log").follow(entry, "here")
    assert entry == canonical(json.loads(entry))
    assert (read["type"], read["subject"], read["actor"]) == texts[:3]
    assert (read["actor_auth"], read["request_id"]) == texts[3:]
    assert read["data"] == plain(data)
