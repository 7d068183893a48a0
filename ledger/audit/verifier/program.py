"""Verify an exported audit log with nothing but Python 3.11 and its standard library.

    python3 verify.py --key-file KEY_YOU_WERE_GIVEN DIRECTORY

Exit 0: all holds under the key you gave. Exit 1: something was changed; the places are
named. Exit 2: it cannot be decided, for example because you gave no key. Take program
and key from somewhere you trust, not from the export you check. The format and every
check are described in docs/audit-format.md.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

from ledger.audit.verifier.answers import Report, Tampered, Undecided, require
from ledger.audit.verifier.books import JOURNAL_HEAD, LEG_HEAD, Books, Flat
from ledger.audit.verifier.chain import Chain, split_entries
from ledger.audit.verifier.files import BALANCES, JOURNAL, Export, check_manifest
from ledger.audit.verifier.signatures import Head, Key
from ledger.audit.verifier.tree import check_tree, read_hashes, tiles


def check_entries(export: Export, head: Head) -> str:
    """Walk all entries: form, chain, leaf hashes, ledger laws and flat files."""
    chain = Chain(head.origin)
    with export.open(JOURNAL) as journal, export.open(BALANCES) as balances:
        books = Books(Flat(JOURNAL, journal))
        books.journal.expect((*JOURNAL_HEAD, *LEG_HEAD))
        leaves = tiles(0, head.size)
        for (path, width), leaf in zip(
            tiles("entries", head.size), leaves, strict=True
        ):
            hashes = read_hashes(export, *leaf)
            bundle = split_entries(export.read(path), path, width)
            for raw, expected in zip(bundle, hashes, strict=True):
                place = f"entry {chain.seq} in {path}"
                entry = chain.follow(raw, place)
                is_leaf = hashlib.sha256(b"\0" + raw).digest() == expected
                require(is_leaf, place, f"does not have its hash in {leaf[0]}")
                if entry["type"] == "entry.posted":
                    books.post(entry["seq"], entry["data"], place)
        books.close(Flat(BALANCES, balances))
    return f"{chain.seq} chained, {len(books.seen)} journal entries balance"


def given_key(vkey: str | None) -> Key:
    """Read the caller's key."""
    if vkey is None:
        raise Undecided(
            "give one with --key or --key-file; one in the export is no proof"
        )
    try:
        return Key.read(vkey)
    except ValueError as error:
        raise Undecided(f"it cannot be used: {error}") from None


def open_head(export: Export, key: Key | None) -> Head:
    """Open the checkpoint by the caller's key, or by the export's own for a first look."""
    try:
        own = Key.read(export.read("log.vkey").decode())
    except ValueError:
        raise Tampered("log.vkey", "is no verifier key") from None
    require(key in (None, own), "log.vkey", "is not the key you gave")
    try:
        return Head.read(export.read("checkpoint").decode(), own)
    except ValueError as error:
        raise Tampered("checkpoint", str(error)) from None


def open_kept(note: str, key: Key | None) -> Head:
    """Open a head the caller kept."""
    try:
        if key:
            return Head.read(note, key)
    except ValueError as error:
        raise Undecided(f"it cannot be used: {error}") from None
    raise Undecided("it needs the log's key")


def verify(folder: Path, vkey: str | None, notes: list[str]) -> Report:
    """Check an export; keys and kept heads come from the caller."""
    report = Report()
    export = report.run("files", Export.find, folder)
    if export is None:
        return report
    report.run("manifest", check_manifest, export)
    key = report.run("key", given_key, vkey)
    kept = [report.run("kept head", open_kept, note, key) for note in notes]
    head = report.run("checkpoint", open_head, export, key)
    if head:
        report.run("tree", check_tree, export, head, list(filter(None, kept)))
        report.run("entries", check_entries, export, head)
    return report


def main(words: list[str] | None = None) -> int:
    """Verify as told on the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--key", help="the log's key: name+id+base64")
    parser.add_argument(
        "--key-file", dest="key", type=_text, help="a file with the key"
    )
    parser.add_argument("--old-checkpoint", type=_text, action="append", default=[])
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    given = parser.parse_args(words)
    report = verify(given.directory, given.key, given.old_checkpoint)
    answer = {"exit": report.exit_code, **vars(report)}
    lines = [json.dumps(answer)] if given.json else report.lines()
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return report.exit_code


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path}: {error.strerror}") from None
