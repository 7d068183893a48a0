"""The log's key is made once, kept to its owner, and never taken for another's."""

from pathlib import Path

import pytest

from ledger.audit import LogKey, load_or_create_signer
from ledger.errors import InvariantBroken, Unavailable

ORIGIN = "audit.example/log"


def test_a_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    made = load_or_create_signer(tmp_path / "keys" / "log.key", ORIGIN)
    read = load_or_create_signer(tmp_path / "keys" / "log.key", ORIGIN)

    assert made.key == read.key
    assert LogKey.read(str(made.key)) == made.key
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["log.key"]


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    load_or_create_signer(tmp_path / "log.key", ORIGIN)

    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600


def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    load_or_create_signer(tmp_path / "log.key", ORIGIN)
    (tmp_path / "log.key").chmod(0o644)

    with pytest.raises(Unavailable, match="chmod 600"):
        load_or_create_signer(tmp_path / "log.key", ORIGIN)


def test_a_key_of_another_origin_is_refused(tmp_path: Path) -> None:
    load_or_create_signer(tmp_path / "log.key", ORIGIN)

    with pytest.raises(Unavailable, match="not a key of"):
        load_or_create_signer(tmp_path / "log.key", "audit.example/staging")


@pytest.mark.parametrize("content", ["", "x", "tonle-log-key/v1 audit.example/log zz"])
def test_a_damaged_key_is_refused_and_not_replaced(
    tmp_path: Path, content: str
) -> None:
    file = tmp_path / "log.key"
    file.write_text(content)
    file.chmod(0o600)

    with pytest.raises(Unavailable):
        load_or_create_signer(file, ORIGIN)

    assert file.read_text() == content


def test_an_origin_is_one_plain_word(tmp_path: Path) -> None:
    with pytest.raises(InvariantBroken, match="no spaces"):
        load_or_create_signer(tmp_path / "log.key", "two words")
