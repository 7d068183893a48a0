"""A second line of another kind stands under a head and hurts no verifier of the first."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from ledger.audit import (
    Checkpoint,
    NoteRefused,
    SecondKey,
    check_second,
    load_or_create_second,
    seal,
)
from ledger.audit.note import Note, open_note
from ledger.audit.verifier import signatures
from ledger.errors import Unavailable
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import DoorOpened, tell
from tests.ledger.audit.forging import SIGNER

HEAD = Checkpoint(SIGNER.name, 700, bytes(range(32)))


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory):
    return load_or_create_second(tmp_path_factory.mktemp("x") / "key", SIGNER.name)


def signed(second, at: datetime = FIRST_MOMENT, head: Checkpoint = HEAD) -> str:
    return replace(SIGNER, second=second.line).sign(head, at)


def test_the_second_line_says_when_the_head_was_the_largest(second) -> None:
    assert check_second(signed(second), second.key) == FIRST_MOMENT


def test_the_first_line_is_read_as_if_there_were_no_second(second) -> None:
    note = signed(second)
    key = signatures.Key.read(str(SIGNER.key))

    assert open_note(note, SIGNER.key) == HEAD.text()
    assert signatures.Head.read(note, key).size == HEAD.size
    assert note.startswith(SIGNER.sign(HEAD))


def test_what_is_signed_is_laid_out_as_the_standard_says(second) -> None:
    (line,) = Note.read(signed(second)).by(second.key)
    name = SIGNER.name.encode()
    time = int(FIRST_MOMENT.timestamp()).to_bytes(8, "big")
    named = bytes([len(name)]) + name
    message = b"subtree/v1\n\0" + named + time + named
    message += bytes(8) + (700).to_bytes(8, "big") + HEAD.root

    assert line[:8] == time
    MLDSA44PublicKey.from_public_bytes(second.key.public).verify(line[8:], message)


def test_a_line_of_another_head_time_or_key_is_refused(second, tmp_path: Path) -> None:
    first, _, line = signed(second).rpartition("\n\n")[2].partition("\n")
    later = signed(second, FIRST_MOMENT + timedelta(seconds=1))
    other = signed(second, head=replace(HEAD, size=701))
    stranger = load_or_create_second(tmp_path / "key", SIGNER.name)
    body = HEAD.text() + "\n"
    (of_first,) = Note.read(signed(second)).by(second.key)
    (of_later,) = Note.read(later).by(second.key)
    mixed = second.key.line(of_later[:8] + of_first[8:])

    for lines in ("", line * 2, other.rpartition("\n\n")[2].partition("\n")[2], mixed):
        with pytest.raises(NoteRefused):
            check_second(f"{body}{first}\n{lines}", second.key)
    with pytest.raises(NoteRefused):
        check_second(signed(second), stranger.key)


def test_a_key_is_read_back_and_belongs_to_its_kind(second, tmp_path: Path) -> None:
    assert SecondKey.read(str(second.key)) == second.key
    for other in (str(SIGNER.key), str(second.key)[:-8]):
        with pytest.raises(NoteRefused):
            SecondKey.read(other)
    (tmp_path / "key").write_text("tonle-log-key/v1 x 00")
    with pytest.raises(Unavailable):
        load_or_create_second(tmp_path / "key", SIGNER.name)


async def test_the_log_writes_both_lines_when_it_seals(db, second) -> None:
    await db.transact(tell, DoorOpened("door_1"))
    sealed = await db.transact(seal, replace(SIGNER, second=second.line))

    assert sealed is not None
    assert check_second(sealed.note, second.key) == db.clock.now()
    assert open_note(sealed.note, SIGNER.key) == sealed.checkpoint.text()
