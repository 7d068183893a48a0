"""A witness answers as the protocol says, case by case."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.audit import Signer, cosigning, witness
from ledger.audit.note import Checkpoint, Note
from ledger.audit.tree import EMPTY_ROOT
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import SIGNER
from tests.ledger.audit.growing import Growing, a_witness

STRANGER = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
ELSEWHERE = replace(SIGNER, name="audit.example/staging")


def cosigned(one: witness.Witness, note: str, line: str) -> bool:
    """Tell whether a line is the witness's right cosignature of a note."""
    read = Note.read(note + line)
    found = cosigning.read_cosignatures(read, [one.cosigner.key], FIRST_MOMENT)
    return len(found) == 1


def test_a_first_head_is_cosigned(one: witness.Witness, log: Growing) -> None:
    answer = one.add_checkpoint(log.body(0, 7))

    assert answer.status == 200
    assert cosigned(one, log.note(7), answer.body)


def test_a_grown_head_is_cosigned(one: witness.Witness, log: Growing) -> None:
    one.add_checkpoint(log.body(0, 7))

    answer = one.add_checkpoint(log.body(7, 300))

    assert answer.status == 200
    assert cosigned(one, log.note(300), answer.body)


def test_the_same_head_is_cosigned_again(one: witness.Witness, log: Growing) -> None:
    one.add_checkpoint(log.body(0, 7))

    assert one.add_checkpoint(log.body(7, 7)).status == 200


def test_a_log_that_forgot_is_told_the_size(one: witness.Witness, log: Growing) -> None:
    one.add_checkpoint(log.body(0, 7))

    answer = one.add_checkpoint(log.body(0, 9))

    assert answer == witness.Answer(409, "7\n", "text/x.tlog.size")


def test_a_log_that_overstates_what_was_seen_is_told_the_size(
    one: witness.Witness, log: Growing
) -> None:
    answer = one.add_checkpoint(log.body(5, 9))

    assert answer == witness.Answer(409, "0\n", "text/x.tlog.size")


def test_a_rollback_is_not_cosigned(one: witness.Witness, log: Growing) -> None:
    one.add_checkpoint(log.body(0, 9))

    rolled_back = one.add_checkpoint(log.body(7, 7))
    asked_back = one.add_checkpoint(
        witness.Submission(9, (), log.note(7)).text().encode()
    )

    assert rolled_back == witness.Answer(409, "9\n", "text/x.tlog.size")
    assert asked_back.status == 400
    assert one.store.get(SIGNER.name).size == 9


def test_a_split_view_is_not_cosigned(one: witness.Witness, log: Growing) -> None:
    one.add_checkpoint(log.body(0, 9))
    fork = log.fork(5)

    same_size = one.add_checkpoint(fork.body(9, 9))
    grown = one.add_checkpoint(fork.body(9, 12))

    assert (same_size.status, grown.status) == (422, 422)
    assert one.store.get(SIGNER.name).note.startswith(log.note(9))


@pytest.mark.parametrize("old", range(1, 12))
def test_a_fork_after_what_was_seen_is_growth(old: int, tmp_path: Path) -> None:
    one = a_witness(tmp_path / "w.db")
    one.add_checkpoint(Growing().body(0, old))

    assert one.add_checkpoint(Growing().fork(old).body(old, 12)).status == 200


def changed_proof(log: Growing, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    honest = log.submission(7, 300)
    proof = change(list(honest.proof))
    return replace(honest, proof=tuple(proof)).text().encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof[:-1],
        lambda proof: proof[1:],
        lambda proof: [*proof, proof[0]],
        lambda proof: [*proof[:-1], bytes(32)],
        lambda proof: [*proof[:-1], proof[-1][:31]],
        lambda proof: proof[::-1],
        lambda _: [],
    ],
)
def test_a_bad_proof_is_not_cosigned(
    one: witness.Witness,
    log: Growing,
    change: Callable[[list[bytes]], list[bytes]],
) -> None:
    one.add_checkpoint(log.body(0, 7))

    assert one.add_checkpoint(changed_proof(log, change)).status == 422
    assert one.store.get(SIGNER.name).size == 7


def test_a_proof_from_nothing_must_be_empty(one: witness.Witness, log: Growing) -> None:
    body = replace(log.submission(0, 7), proof=(bytes(32),)).text().encode()

    assert one.add_checkpoint(body).status == 422


def test_the_empty_tree_has_one_root(one: witness.Witness) -> None:
    def body(root: bytes) -> bytes:
        note = SIGNER.sign(Checkpoint(SIGNER.name, 0, root))
        return witness.Submission(0, (), note).text().encode()

    assert one.add_checkpoint(body(bytes(32))).status == 422
    assert one.add_checkpoint(body(EMPTY_ROOT)).status == 200


def test_an_unknown_log_is_told_so(one: witness.Witness) -> None:
    log = Growing(signer=ELSEWHERE)

    assert one.add_checkpoint(log.body(0, 7)).status == 404


def test_a_head_by_another_key_is_forbidden(one: witness.Witness) -> None:
    log = Growing(signer=STRANGER)

    assert one.add_checkpoint(log.body(0, 7)).status == 403


def test_a_flipped_signature_is_forbidden(one: witness.Witness, log: Growing) -> None:
    text, _, line = log.note(7).rpartition(" ")
    signature = bytearray(base64.b64decode(line))
    signature[-1] ^= 1
    note = f"{text} {base64.b64encode(signature).decode()}\n"

    body = witness.Submission(0, (), note).text().encode()

    assert one.add_checkpoint(body).status == 403


def test_lines_of_others_are_skipped(one: witness.Witness, log: Growing) -> None:
    more = STRANGER.sign(Checkpoint(SIGNER.name, 7, bytes(32))).rpartition("\n\n")[2]
    body = replace(log.submission(0, 7), note=log.note(7) + more).text().encode()

    assert one.add_checkpoint(body).status == 200
    assert more not in one.store.get(SIGNER.name).note


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda _: b"\n\n",
        lambda _: b"\xff\xfe",
        lambda body: body[4:],
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0", b"old 1e3"),
        lambda body: body.replace(b"old 0", b"old " + b"9" * 5000),
        lambda body: body.replace(b"old 0", b"old 9223372036854775808"),
        lambda body: body.replace(b"old 0", b"old 8"),
        lambda body: body.replace(b"old 0\n", b"old 0\nno base64\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"AAAA\n" * 64),
        lambda body: body[:-1],
        lambda body: body + b"\n",
        lambda body: body.replace(b"\n7\n", b"\n07\n"),
        lambda body: body.replace(b"\n7\n", b"\n7\r\n"),
        lambda body: body.partition(b"\n\n")[0] + b"\n\n",
    ],
)
def test_what_is_malformed_is_refused(
    one: witness.Witness, log: Growing, change: Callable[[bytes], bytes]
) -> None:
    answer = one.add_checkpoint(change(log.body(0, 7)))

    assert answer.status == 400
    assert one.store.get(SIGNER.name).size == 0


def test_a_monitor_is_shown_the_newest_head(one: witness.Witness, log: Growing) -> None:
    one.add_checkpoint(log.body(0, 7))
    line = one.add_checkpoint(log.body(7, 9)).body
    place = hashlib.sha256(SIGNER.name.encode()).hexdigest()

    assert one.find_checkpoint(place) == witness.Answer(200, log.note(9) + line)
    assert one.find_checkpoint("0" * 64).status == 404


def test_a_witness_tells_the_time_of_its_cosignature(
    tmp_path: Path, log: Growing
) -> None:
    later = FIRST_MOMENT + timedelta(hours=1)
    one = a_witness(tmp_path / "w.db", at=later)

    note = Note.read(log.note(7) + one.add_checkpoint(log.body(0, 7)).body)

    (found,) = cosigning.read_cosignatures(note, [one.cosigner.key], later)
    assert found.at == later
    assert not cosigning.read_cosignatures(note, [one.cosigner.key], FIRST_MOMENT)
