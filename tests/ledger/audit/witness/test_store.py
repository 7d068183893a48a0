"""What a witness has seen outlives it, and of two at once only one is cosigned."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.audit import witness
from ledger.audit.witness import store
from ledger.errors import Unavailable
from tests.ledger.audit.builders import SIGNER
from tests.ledger.audit.growing import Growing, a_witness

AT_ONCE = 8


def test_a_restarted_witness_remembers(tmp_path: Path) -> None:
    log = Growing()
    a_witness(tmp_path / "w.db").add_checkpoint(log.body(0, 9))

    again = a_witness(tmp_path / "w.db")

    assert again.add_checkpoint(log.fork(5).body(0, 9)).status == 409
    assert again.add_checkpoint(log.fork(5).body(9, 9)).status == 422
    assert again.add_checkpoint(log.body(9, 12)).status == 200


def test_a_head_that_was_overtaken_is_not_put(tmp_path: Path) -> None:
    kept = store.Store(tmp_path / "w.db")
    first, second = (store.Seen(7, bytes([n]) * 32, str(n)) for n in (1, 2))

    done = [
        kept.put("log", store.NOTHING, one, origin_hash="x") for one in (first, second)
    ]

    assert done == [True, False]
    assert kept.get("log") == first


@pytest.mark.parametrize("old", [0, 5])
def test_of_two_views_at_once_one_is_cosigned(tmp_path: Path, old: int) -> None:
    log = Growing()
    a_witness(tmp_path / "w.db").add_checkpoint(log.body(0, old))
    views = [Growing(kind=f"view {n}", same_until=old) for n in range(AT_ONCE)]
    together = threading.Barrier(AT_ONCE)

    def ask(view: Growing) -> int:
        one, body = a_witness(tmp_path / "w.db"), view.body(old, 9)
        together.wait()
        return one.add_checkpoint(body).status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = sorted(pool.map(ask, views))

    assert statuses == [200] + [409] * (AT_ONCE - 1)


def test_a_smaller_head_never_replaces_a_larger_one(tmp_path: Path) -> None:
    log = Growing()
    a_witness(tmp_path / "w.db").add_checkpoint(log.body(0, 5))
    together = threading.Barrier(AT_ONCE)

    def ask(size: int) -> int:
        one, body = a_witness(tmp_path / "w.db"), log.body(5, size)
        together.wait()
        return size if one.add_checkpoint(body).status == 200 else 0

    with ThreadPoolExecutor(AT_ONCE) as pool:
        cosigned = list(filter(None, pool.map(ask, range(9, 9 + AT_ONCE))))

    assert len(cosigned) == 1
    assert a_witness(tmp_path / "w.db").store.get(SIGNER.name).size == cosigned[0]


def test_a_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    made = witness.make_cosigner(tmp_path / "key", "regulator.example/w1")

    again = witness.make_cosigner(tmp_path / "key", "regulator.example/w1")

    assert again.key == made.key == witness.load_cosigner(tmp_path / "key").key
    with pytest.raises(Unavailable, match="already"):
        witness.make_cosigner(tmp_path / "key", "trustee.example/w1")


def test_a_key_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="init"):
        witness.load_cosigner(tmp_path / "key")
    (tmp_path / "key").write_text("tonle-witness-key/v1 w zz\n")
    with pytest.raises(Unavailable, match="chmod"):
        witness.load_cosigner(tmp_path / "key")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(Unavailable, match="damaged"):
        witness.load_cosigner(tmp_path / "key")
    with pytest.raises(Unavailable, match="no spaces"):
        witness.make_cosigner(tmp_path / "other", "a name")
