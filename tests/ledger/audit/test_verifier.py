"""Whatever is done to an export, the verifier says so and names the place."""

import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.audit import Signer
from tests.ledger.audit import forging
from tests.ledger.audit.builders import SIGNER, VKEY
from tests.ledger.audit.forging import chained, edited, judge, relist, write_log

FLIPS_A_FILE = 1
OTHER = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
WORLD = forging.a_world()


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("honest") / "export", WORLD)


@pytest.fixture
def export(honest: Path, tmp_path: Path) -> Path:
    """A copy of an honest export, to be attacked."""
    return forging.copied(honest, tmp_path / "export")


def test_an_honest_export_is_valid(honest: Path) -> None:
    exit_code, told = judge(honest)

    assert exit_code == 0, told
    assert "300 chained" in told
    assert told.endswith("VALID")


def test_without_a_key_nothing_is_decided(honest: Path) -> None:
    exit_code, told = judge(honest, None)

    assert exit_code == 2
    assert "CANNOT DECIDE" in told


@pytest.mark.parametrize("vkey", ["", "x", VKEY[:-4], VKEY.replace("+", "-")])
def test_a_key_that_is_none_decides_nothing(honest: Path, vkey: str) -> None:
    assert judge(honest, vkey)[0] == 2


def test_a_folder_that_is_not_there_decides_nothing(tmp_path: Path) -> None:
    assert judge(tmp_path / "nowhere")[0] == 2


def test_an_empty_folder_is_no_export(tmp_path: Path) -> None:
    exit_code, told = judge(tmp_path)

    assert exit_code == 1
    assert "manifest.json: is missing" in told


@pytest.mark.parametrize(
    "flips", [FLIPS_A_FILE, pytest.param(40, marks=pytest.mark.slow)]
)
def test_one_flipped_bit_anywhere_is_found_and_its_file_named(
    export: Path, flips: int
) -> None:
    draw = random.Random(flips)
    for path in sorted(path for path in export.rglob("*") if path.is_file()):
        size = path.stat().st_size
        places = {0, size - 1, *(draw.randrange(size) for _ in range(flips))}
        for place in places:
            forging.flip(path, place)
            exit_code, told = judge(export)
            forging.flip(path, place)

            name = path.relative_to(export).as_posix()
            assert exit_code == 1, (name, place)
            assert name in told, (name, place)
    assert judge(export)[0] == 0


@pytest.mark.parametrize(
    "name", ["verify.py", "VERIFY.md", "log.vkey", "checkpoint", "ads/journal.csv"]
)
def test_a_missing_file_is_named(export: Path, name: str) -> None:
    (export / name).unlink()

    exit_code, told = judge(export)

    assert exit_code == 1
    assert name in told


@pytest.mark.parametrize("name", ["extra.txt", "tile/0/003", "tile/entries/001.p/9"])
def test_an_extra_file_is_named_even_when_listed(export: Path, name: str) -> None:
    forging.put(export / name, b"more")
    unlisted = judge(export)
    relist(export)
    listed = judge(export)

    for exit_code, told in (unlisted, listed):
        assert exit_code == 1
        assert name in told


def test_a_link_is_refused_before_reading(export: Path) -> None:
    (export / "checkpoint").unlink()
    (export / "checkpoint").symlink_to("/etc/hostname")

    exit_code, told = judge(export)

    assert exit_code == 1
    assert "checkpoint: is a link" in told


def test_a_linked_folder_is_refused(export: Path, tmp_path: Path) -> None:
    (export / "more").symlink_to(tmp_path)

    assert judge(export)[0] == 1


@pytest.mark.parametrize(
    "name", ["a b", "a\nb", "-x/..y/\u0661", ".hidden", "a\u202eb"]
)
def test_an_odd_name_is_refused_and_shown_safely(export: Path, name: str) -> None:
    forging.put(export / name, b"x")

    exit_code, told = judge(export)

    assert exit_code == 1
    assert told.isascii()


def test_names_that_differ_by_case_alone_are_refused(export: Path) -> None:
    shutil.copy(export / "checkpoint", export / "Checkpoint")
    relist(export)

    exit_code, told = judge(export)

    assert exit_code == 1
    assert "upper and lower case" in told


def test_a_giant_is_refused_before_reading(export: Path) -> None:
    with (export / "manifest.json").open("r+b") as file:
        file.truncate(2**40)

    exit_code, told = judge(export)

    assert exit_code == 1
    assert "larger than any part" in told


@pytest.mark.parametrize(
    "form",
    [
        b"",
        b"[]",
        b"{}\n",
        b'{"files":[{"path":"../x"}],"format":"tonle-audit-export/1"}\n',
        b'{"files":[],"format":"other"}\n',
        b'{"files":[],"files":[],"format":"tonle-audit-export/1"}\n',
        b"[" * 100_000,
    ],
)
def test_a_manifest_that_is_none_is_named(export: Path, form: bytes) -> None:
    forging.put(export / "manifest.json", form)

    exit_code, told = judge(export)

    assert exit_code == 1
    assert "manifest.json" in told


def test_an_edited_entry_is_named(export: Path) -> None:
    forged = write_log(export.parent / "forged", edited(WORLD, 17, actor="nobody"))
    bundle = "tile/entries/000"
    shutil.copy(forged / bundle, export / bundle)
    relist(export)

    exit_code, told = judge(export)

    assert exit_code == 1
    assert "entry 17 in tile/entries/000: does not have its hash in tile/0/000" in told


def test_an_edited_entry_with_its_leaf_hash_breaks_chain_and_tree(export: Path) -> None:
    forged = write_log(export.parent / "forged", edited(WORLD, 17, actor="nobody"))
    for name in ("tile/entries/000", "tile/0/000"):
        shutil.copy(forged / name, export / name)
    relist(export)

    exit_code, told = judge(export)

    assert exit_code == 1
    assert "entry 18 in tile/entries/000: does not follow" in told
    assert "tile/1/000.p/1: does not follow from the tiles below" in told


def test_a_log_hashed_anew_without_the_key_is_found(tmp_path: Path) -> None:
    entries = chained(edited(WORLD, 17, actor="nobody"))
    folder = write_log(tmp_path / "forged", entries, OTHER)
    forging.put(folder / "log.vkey", f"{VKEY}\n".encode())
    relist(folder)

    exit_code, told = judge(folder)

    assert exit_code == 1
    assert "checkpoint: it does not carry one right signature" in told


def test_a_log_with_its_own_key_is_not_the_log_you_asked_for(tmp_path: Path) -> None:
    folder = write_log(tmp_path / "forged", WORLD, OTHER)

    exit_code, told = judge(folder)

    assert exit_code == 1
    assert "log.vkey: is not the key you gave" in told
    assert judge(folder, None)[0] == 2


def test_a_log_rewritten_with_the_stolen_key_is_found_by_a_kept_head(
    honest: Path, tmp_path: Path
) -> None:
    kept = [(honest / "checkpoint").read_text("utf-8")]
    entries = chained([*edited(WORLD, 17, actor="nobody"), *forging.posted(legs=2)])
    folder = write_log(tmp_path / "forged", entries)

    exit_code, told = judge(folder, kept=kept)

    assert judge(folder)[0] == 0
    assert exit_code == 1
    assert "the first 300 entries: were changed" in told


def test_a_fork_of_the_same_size_is_found_by_a_kept_head(
    honest: Path, tmp_path: Path
) -> None:
    folder = write_log(tmp_path / "fork", chained(edited(WORLD, 299, actor="nobody")))

    exit_code, told = judge(folder, kept=[(honest / "checkpoint").read_text("utf-8")])

    assert exit_code == 1
    assert "the first 300 entries: were changed" in told


def test_a_log_cut_short_is_behind_a_kept_head(honest: Path, tmp_path: Path) -> None:
    folder = write_log(tmp_path / "short", WORLD[:299])

    exit_code, told = judge(folder, kept=[(honest / "checkpoint").read_text("utf-8")])

    assert exit_code == 1
    assert "is behind the kept head of 300 entries" in told


@pytest.mark.parametrize("size", [1, 255, 256, 257, 300])
def test_an_honest_kept_head_of_any_size_agrees(
    honest: Path, tmp_path: Path, size: int
) -> None:
    short = write_log(tmp_path / "short", WORLD[:size])
    if size == 1:
        assert judge(short)[0] == 0

    exit_code, told = judge(honest, kept=[(short / "checkpoint").read_text("utf-8")])

    assert exit_code == 0, told
    assert "1 kept heads agree" in told


def test_a_kept_head_that_is_none_decides_nothing(honest: Path) -> None:
    exit_code, told = judge(honest, kept=["nothing"])

    assert exit_code == 2
    assert "kept head" in told


def test_a_deleted_tail_under_the_old_head_is_missing_data(export: Path) -> None:
    (export / "tile/entries/001.p/44").unlink()
    relist(export)

    exit_code, told = judge(export)

    assert exit_code == 1
    assert "tile/entries/001.p/44: is missing" in told


def test_the_head_of_another_environment_is_refused(export: Path) -> None:
    staging = replace(SIGNER, name="audit.example/staging")
    shutil.rmtree(export)
    write_log(export, [{**entry, "log": staging.name} for entry in WORLD], staging)

    assert judge(export)[0] == 1


@pytest.mark.parametrize("name", ["ads/journal.csv", "ads/trial_balance.csv"])
@pytest.mark.parametrize("change", ["edit", "more", "less"])
def test_flat_files_must_say_what_the_entries_say(
    export: Path, name: str, change: str
) -> None:
    content = (export / name).read_bytes()
    changed = {
        "edit": content.replace(b"USD", b"KHR", 1),
        "more": content + b"x",
        "less": content[:-1],
    }[change]
    forging.put(export / name, changed)
    relist(export)

    exit_code, told = judge(export)

    assert exit_code == 1
    assert name in told


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-I", "-S", str(folder / "verify.py")]
    return subprocess.run(
        [*program, *words, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


def test_the_program_of_the_export_runs_alone(export: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(VKEY)

    done = _run(export, "--key-file", str(tmp_path / "key"))
    undecided = _run(export)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("VALID\n")
    assert undecided.returncode == 2


def test_the_program_answers_in_json(export: Path) -> None:
    forging.flip(export / "tile/0/000", 5)

    done = _run(export, "--json", "--key", VKEY)

    answer = json.loads(done.stdout)
    assert done.returncode == answer["exit"] == 1
    assert ["manifest", "'tile/0/000'"] in [found[:2] for found in answer["changed"]]


def test_a_key_file_that_is_missing_decides_nothing(export: Path) -> None:
    done = _run(export, "--key-file", "/nowhere")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
