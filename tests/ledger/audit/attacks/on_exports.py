"""Attacks on what is exported, by somebody who holds every file and perhaps the keys."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from ledger.audit import pack
from ledger.audit.note import Checkpoint
from ledger.canonical import canonical
from tests.ledger.audit import forging
from tests.ledger.audit.attacks.ground import Answer, Ground
from tests.ledger.audit.forging import chained, edited
from tests.ledger.audit.test_lies import LIES
from tests.ledger.audit.test_verifier import OTHER
from tests.ledger.audit.test_zip import TRICKS

# What the last entry may end with, where ``,"v":1}`` is right.
FORMS = {
    "a key twice": b',"v":1,"v":1}',
    "a float": b',"v":1.0}',
    "a whole number beyond 2**53": b',"v":9007199254740993}',
    "half a surrogate": b',"v":"\\ud800"}',
    "a space": b',"v": 1}',
}


def edit(ground: Ground, *names: str) -> Answer:
    """Put parts of a log with one entry edited into an honest export."""
    forged, export = ground.forged(edited(ground.log, 17, actor="x")), ground.copy()
    for name in names:
        shutil.copy(forged / name, export / name)
    forging.relist(export)
    return ground.judged(export)


def rewrite(ground: Ground) -> Path:
    """Return a log changed and hashed anew under the right key, and longer."""
    changed = edited(ground.log, 17, actor="nobody")
    return ground.forged(chained([*changed, *forging.posted(legs=2)]))


def rewrite_without_key(ground: Ground) -> Answer:
    folder = ground.forged(chained(edited(ground.log, 17, actor="x")), OTHER)
    shutil.copy(ground.honest / "log.vkey", folder / "log.vkey")
    forging.relist(folder)
    return ground.judged(folder)


def fork(ground: Ground) -> Answer:
    other = chained(edited(ground.log, len(ground.log) - 1, actor="nobody"))
    return ground.judged(ground.forged(other), *ground.kept())


def shorten(ground: Ground) -> Answer:
    return ground.judged(ground.forged(ground.log[:-1]), *ground.kept())


def drop_tail(ground: Ground) -> Answer:
    export = ground.copy()
    last = max((export / "tile/entries").rglob("*.p/*"))
    last.unlink()
    forging.relist(export)
    return ground.judged(export)


def lie(name: str) -> Callable[[Ground], Answer]:
    """Tell a lie under the right signature."""
    return lambda ground: ground.judged(ground.forged(LIES[name][0](ground.log)))


def show_staging(ground: Ground) -> Answer:
    staging = replace(forging.SIGNER, name="audit.example/staging")
    renamed = [{**entry, "log": staging.name} for entry in ground.log]
    return ground.judged(ground.forged(chained(renamed), staging))


def turn_clock(ground: Ground) -> Answer:
    first, *rest = ground.log
    ahead = forging.later(first, timedelta(hours=1))
    return ground.judged(ground.forged(chained([ahead, *rest])))


def lose_file(ground: Ground) -> Answer:
    export = ground.copy()
    (export / "VERIFY.md").unlink()
    return ground.judged(export)


def add_file(ground: Ground) -> Answer:
    export = ground.copy()
    forging.put(export / "extra.txt", b"more")
    return ground.judged(export)


def cut_zip(ground: Ground) -> Answer:
    archive = pack(ground.honest, ground.fresh("export.zip"))
    archive.write_bytes(archive.read_bytes()[:-30])
    return ground.judged(archive)


def trick(name: str) -> Callable[[Ground], Answer]:
    """Play a trick in a zip."""

    def play(ground: Ground) -> Answer:
        archive = pack(ground.honest, ground.fresh("export.zip"))
        with ZipFile(archive, "a", ZIP_DEFLATED) as packed:
            TRICKS[name][0](packed)
        return ground.judged(archive)

    return play


def form(name: str) -> Callable[[Ground], Answer]:
    """Write the last entry in a form that is not the canonical one."""

    def play(ground: Ground) -> Answer:
        *rest, last = ground.log
        whole = canonical(last).removesuffix(b',"v":1}')
        return ground.judged(ground.forged([*rest, whole + FORMS[name]]))

    return play


def without_key(ground: Ground) -> Answer:
    return ground.judged(ground.honest, key="")


def open_falsely(ground: Ground) -> Answer:
    return _open(ground, b"Sok Dara", b"Sok Vuth")


def open_other_field(ground: Ground) -> Answer:
    return _open(ground, b'"field":"name"', b'"field":"note"')


def _open(ground: Ground, right: bytes, wrong: bytes) -> Answer:
    """Open what is committed to with something else in its place."""
    export = ground.copy()
    openings = export / "private/openings.jsonl"
    forging.put(openings, openings.read_bytes().replace(right, wrong))
    forging.relist(export)
    return ground.judged(export)


def hide_nodes(ground: Ground) -> Answer:
    """Show the two hashes below the root as an entry, so that the root is its hash."""
    log = [canonical(entry) for entry in ground.log[:2]]
    whole = ground.forged(log)
    hashes = (whole / "tile/0/000.p/2").read_bytes()
    as_leaf = ground.forged([hashes])
    root = forging.Edge().append([forging.leaf_hash(raw) for raw in log])[0].root()
    head = forging.SIGNER.sign(Checkpoint(forging.SIGNER.name, 1, root))
    forging.put(as_leaf / "checkpoint", head.encode())
    forging.relist(as_leaf)
    return ground.judged(as_leaf)
