"""Signed heads are read and written as other people's programs do."""

import base64
import dataclasses
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.audit.note import Checkpoint, LogKey, NoteRefused, Signer, open_note
from ledger.audit.verifier import signatures
from tests.ledger.audit.vectors import COSIGNED, ED25519, NOTES

SIGNER = Signer("audit.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
HEAD = Checkpoint(SIGNER.name, 7, bytes(range(32)))


def by_name(case: dict[str, Any]) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", NOTES["valid"], ids=by_name)
def test_a_note_of_another_program_opens(case: dict[str, Any]) -> None:
    text = open_note(case["note_text"], LogKey.read(case["vkey"]))

    assert case["note_text"].startswith(text + "\n")


@pytest.mark.parametrize("case", NOTES["invalid"], ids=by_name)
def test_a_note_that_was_changed_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(NoteRefused):
        open_note(case["note_text"], LogKey.read(case["vkey"]))


def test_lines_of_witnesses_are_skipped() -> None:
    note, vkey = COSIGNED["checkpoint_text"], COSIGNED["log_vkey"]

    head = Checkpoint.read(open_note(note, LogKey.read(vkey)))

    assert (head.origin, head.size) == ("audit.example/sme-platform", 700)
    assert signatures.Head.read(note, signatures.Key.read(vkey)).size == 700


def test_the_same_key_makes_the_same_line_as_the_other_implementation() -> None:
    secret = bytes.fromhex(COSIGNED["log_seed"])
    signer = Signer(
        "audit.example/sme-platform", Ed25519PrivateKey.from_private_bytes(secret)
    )
    root = base64.b64decode("Nb6H8aJWKAdtzO2+ltaIbNWHMydHGMKlNVbc/xhR670=")

    note = signer.sign(Checkpoint(signer.name, 700, root))

    assert str(signer.key) == COSIGNED["log_vkey"]
    assert COSIGNED["checkpoint_text"].startswith(note)


def test_what_we_sign_the_verifier_opens() -> None:
    key = signatures.Key.read(str(SIGNER.key))

    head = signatures.Head.read(SIGNER.sign(HEAD), key)

    assert head == (HEAD.origin, HEAD.size, HEAD.root)


@pytest.mark.parametrize("place", range(0, len(SIGNER.sign(HEAD)), 3))
def test_a_head_with_one_letter_changed_is_refused_by_both_readers(place: int) -> None:
    note = SIGNER.sign(HEAD)
    changed = note[:place] + chr(ord(note[place]) ^ 1) + note[place + 1 :]

    with pytest.raises(NoteRefused):
        open_note(changed, SIGNER.key)
    with pytest.raises(ValueError, match=r"."):
        signatures.Head.read(changed, signatures.Key.read(str(SIGNER.key)))


@pytest.mark.parametrize(
    "note", ["", "\n", "a\n\n", "a\n\n\u2014 b\n", "a\n\n\u2014 b c\n\n"]
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteRefused):
        open_note(note, SIGNER.key)


def test_a_head_signed_twice_by_one_key_is_refused() -> None:
    note = SIGNER.sign(HEAD)
    doubled = note + note.splitlines(keepends=True)[-1]

    with pytest.raises(NoteRefused, match="2 signatures"):
        open_note(doubled, SIGNER.key)


@pytest.mark.parametrize("size", ["-1", "07", "1e3", "٣", "1_0", ""])
def test_the_size_of_a_head_is_a_plain_number(size: str) -> None:
    with pytest.raises(NoteRefused):
        Checkpoint.read(f"log\n{size}\n{'A' * 43}=\n")


def test_the_pure_python_check_agrees_with_the_published_signature() -> None:
    public, signature = map(bytes.fromhex, (ED25519["public"], ED25519["signature"]))

    assert signatures.is_signed(public, b"", signature)
    assert not signatures.is_signed(public, b"x", signature)


def test_the_pure_python_check_refuses_a_second_form_of_a_signature() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signature = key.sign(b"text")
    scalar = int.from_bytes(signature[32:], "little") + signatures.ORDER
    twin = signature[:32] + scalar.to_bytes(32, "little")
    public = key.public_key().public_bytes_raw()

    assert signatures.is_signed(public, b"text", signature)
    assert not signatures.is_signed(public, b"text", twin)


def test_a_key_under_another_name_has_another_id() -> None:
    other = dataclasses.replace(SIGNER.key, name="audit.example/staging")

    assert other.id != SIGNER.key.id
