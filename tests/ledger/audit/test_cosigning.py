"""Cosignatures are those other programs accept, and only right ones count."""

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.audit.cosigning import AHEAD, Cosigner, WitnessKey, read_cosignatures
from ledger.audit.note import Note, NoteRefused
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.growing import Growing, a_cosigner
from tests.ledger.audit.vectors import COSIGNED

NOTE = Growing().note(7)
TEXT = Note.read(NOTE).text
REGULATOR, TRUSTEE = a_cosigner("regulator.example/w1"), a_cosigner("trustee.example")


def found(note: str, *keys: WitnessKey) -> set[str]:
    read = read_cosignatures(Note.read(note), keys, FIRST_MOMENT)
    return {one.key.name for one in read}


def test_cosignatures_that_other_programs_accepted_are_right() -> None:
    keys = [WitnessKey.read(vkey) for vkey in COSIGNED["witness_vkeys"]]

    read = read_cosignatures(
        Note.read(COSIGNED["checkpoint_text"]),
        keys,
        FIRST_MOMENT + timedelta(days=3650),
    )

    assert [one.key for one in read] == keys


def test_the_same_key_makes_the_line_other_programs_accepted() -> None:
    note = Note.read(COSIGNED["checkpoint_text"])
    for name, seed in COSIGNED["witness_seeds"].items():
        secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        one = Cosigner(name, secret)
        (read,) = read_cosignatures(
            note, [one.key], FIRST_MOMENT + timedelta(days=3650)
        )

        assert str(one.key) in COSIGNED["witness_vkeys"]
        assert one.cosign(note.text, read.at) in COSIGNED["checkpoint_text"]


def test_lines_of_unknown_witnesses_are_skipped() -> None:
    note = NOTE + REGULATOR.cosign(TEXT, FIRST_MOMENT)

    assert found(note, TRUSTEE.key) == set()
    assert found(note, TRUSTEE.key, REGULATOR.key) == {REGULATOR.name}


def test_a_witness_counts_once() -> None:
    line = REGULATOR.cosign(TEXT, FIRST_MOMENT)

    with pytest.raises(NoteRefused, match="signed 2 times"):
        found(NOTE + line + line, REGULATOR.key)


def test_a_cosignature_of_another_head_is_refused() -> None:
    line = REGULATOR.cosign(Note.read(Growing().note(8)).text, FIRST_MOMENT)

    with pytest.raises(NoteRefused, match="does not fit"):
        found(NOTE + line, REGULATOR.key)


@pytest.mark.parametrize("place", [4, 11, 12, 75])
def test_a_flipped_cosignature_is_refused(place: int) -> None:
    *words, line = REGULATOR.cosign(TEXT, FIRST_MOMENT).split(" ")
    signed = bytearray(base64.b64decode(line))
    signed[place] ^= 1
    changed = " ".join([*words, base64.b64encode(signed).decode()])

    with pytest.raises(NoteRefused):
        found(f"{NOTE}{changed}\n", REGULATOR.key)


@pytest.mark.parametrize("length", [1, 8, 71, 73])
def test_a_cosignature_of_another_length_is_refused(length: int) -> None:
    line = REGULATOR.key.line(b"\x00" * 7 + b"\x01" * (length - 7))

    with pytest.raises(NoteRefused):
        found(NOTE + line, REGULATOR.key)


def test_a_cosignature_without_a_time_is_refused() -> None:
    signed = REGULATOR.private.sign(f"cosignature/v1\ntime 0\n{TEXT}".encode())

    with pytest.raises(NoteRefused, match="no timed signature"):
        found(NOTE + REGULATOR.key.line(bytes(8) + signed), REGULATOR.key)


def test_a_cosignature_from_the_future_does_not_count() -> None:
    near, far = (
        REGULATOR.cosign(TEXT, FIRST_MOMENT + AHEAD + timedelta(seconds=more))
        for more in (0, 1)
    )

    assert found(NOTE + near, REGULATOR.key) == {REGULATOR.name}
    assert found(NOTE + far, REGULATOR.key) == set()


def test_a_time_beyond_all_calendars_does_not_count() -> None:
    time = 2**62
    signed = REGULATOR.private.sign(f"cosignature/v1\ntime {time}\n{TEXT}".encode())
    line = REGULATOR.key.line(time.to_bytes(8, "big") + signed)

    assert found(NOTE + line, REGULATOR.key) == set()
