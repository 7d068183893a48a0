"""Verify an exported audit log with nothing but Python 3.11 and its standard library.

    python3 verify.py --key-file KEY_YOU_WERE_GIVEN FOLDER_OR_ZIP
    python3 verify.py --policy POLICY_YOU_WERE_GIVEN FOLDER_ZIP_OR_RECEIPT

Exit 0: all holds under the key or policy you gave. Exit 1: something was changed; the places are
named. Exit 2: it cannot be decided, for example because you gave no key. Take program,
policy and key from somewhere you trust, not from the export you check. The format and every
check are described in docs/audit-format.md.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ledger.audit.verifier.answers import Report, Tampered, Undecided, require
from ledger.audit.verifier.archives import is_archive
from ledger.audit.verifier.books import JOURNAL_HEAD, LEG_HEAD, Books, Flat
from ledger.audit.verifier.chain import Chain, split_entries
from ledger.audit.verifier.files import (
    BALANCES,
    JOURNAL,
    NOTE_BYTES,
    Export,
    check_manifest,
)
from ledger.audit.verifier.openings import Openings, opened
from ledger.audit.verifier.policy import Now, Policy, check_until, check_witnesses
from ledger.audit.verifier.receipts import Receipt, check_receipt
from ledger.audit.verifier.signatures import Head, Key
from ledger.audit.verifier.stamps import check_token, read_stamps
from ledger.audit.verifier.tree import WIDTH, check_tree, read_hashes, tiles

Trust = tuple[str | None, Policy | None, Now]
Kept = tuple[Sequence[str], Sequence[bytes]]
EXPORT, RECEIPT_OR_PROOF = "an export", "a receipt or a proof"


def kind_of(place: Path) -> str:
    """Say what lies at a path; OSError when that cannot be told."""
    is_other = place.is_file() and not is_archive(place)
    return RECEIPT_OR_PROOF if is_other else EXPORT


def check_entries(export: Export, head: Head) -> str:
    """Walk all entries: form, chain, leaf hashes, ledger laws and flat files."""
    chain = Chain(head.origin)
    with (
        export.open(JOURNAL) as journal,
        export.open(BALANCES) as balances,
        opened(export) as private,
    ):
        books = Books(Flat(JOURNAL, journal))
        books.journal.expect((*JOURNAL_HEAD, *LEG_HEAD))
        openings = Openings(private)
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
                openings.match(entry)
                if entry["type"] == "entry.posted":
                    books.post(entry["seq"], entry["data"], place)
        books.close(Flat(BALANCES, balances))
        told = openings.close()
    return f"{chain.seq} chained, {len(books.seen)} journal entries balance{told}"


def given_policy(raw: bytes) -> Policy:
    """Read the caller's policy."""
    try:
        return Policy.read(raw)
    except ValueError as error:
        raise Undecided(f"it cannot be used: {error}") from None


class Keys(tuple[Key, ...]):
    """The keys of the logs the caller believes."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self))


def given_key(vkey: str | None, policy: Policy | None) -> Keys:
    """Return the keys of the logs the caller believes."""
    logs = policy.logs if policy else []
    try:
        keys = Keys([Key.read(vkey)] if vkey is not None else logs)
    except ValueError as error:
        raise Undecided(f"it cannot be used: {error}") from None
    if not keys:
        raise Undecided(
            "give one with --key or --key-file; one in the export is no proof"
        )
    if logs and not set(keys) <= set(logs):
        raise Undecided("it is no log of the policy")
    return keys


def open_head(export: Export, keys: Keys | None) -> Head:
    """Open the checkpoint by a key of the caller, or the export's for a first look."""
    try:
        own = Key.read(export.read("log.vkey", NOTE_BYTES).decode())
    except ValueError:
        raise Tampered("log.vkey", "is no verifier key") from None
    require(keys is None or own in keys, "log.vkey", "is not the key you gave")
    try:
        head = Head.read(export.read("checkpoint", NOTE_BYTES).decode(), own)
    except ValueError as error:
        raise Tampered("checkpoint", str(error)) from None
    most = WIDTH * len(export.sizes)
    require(head.size <= most, "checkpoint", "counts more entries than files can hold")
    return head


def open_signed(note: str, keys: Keys | None) -> Head:
    """Open the head of a receipt by a key of the caller."""
    if keys is None:
        raise Undecided("it needs the log's key")
    named = [key for key in keys if note.startswith(f"{key.name}\n")]
    require(named, "the receipt", "is of another log")
    try:
        return Head.read(note, named[0])
    except ValueError as error:
        raise Tampered("the receipt's head", str(error)) from None


def open_kept(note: str, keys: Keys | None) -> Head:
    """Open a head the caller kept."""
    try:
        for key in keys or ():
            if note.startswith(f"{key.name}\n") or keys == (key,):
                return Head.read(note, key)
    except ValueError as error:
        raise Undecided(f"it cannot be used: {error}") from None
    raise Undecided("it needs the log's key")


def verify(
    folder: Path,
    vkey: str | None,
    *,
    notes: Sequence[str] = (),
    tokens: Sequence[bytes] = (),
    policy: bytes | None = None,
    now: Now | None = None,
) -> Report:
    """Check an export or a receipt; all that is believed or kept comes from the caller."""
    report = Report()
    believed = None if policy is None else report.run("policy", given_policy, policy)
    now = now or Now(int(time.time()))
    given = report.run("given", kind_of, folder)
    if given == RECEIPT_OR_PROOF:
        _verify_receipt(report, folder, (vkey, believed, now))
    if given != EXPORT:
        return report
    with ExitStack() as held:
        export = report.run("files", Export.find, folder, held)
        if export:
            trust = (vkey, believed, now)
            _verify_export(report, export, trust, (notes, tokens))
    return report


def _verify_export(report: Report, export: Export, trust: Trust, kept: Kept) -> None:
    (vkey, policy, now), (notes, tokens) = trust, kept
    report.run("manifest", check_manifest, export)
    keys = report.run("key", given_key, vkey, policy)
    opened = {note: report.run("kept head", open_kept, note, keys) for note in notes}
    heads = {note: one.size for note, one in opened.items() if one}
    stamps = report.run("timestamps", read_stamps, export)
    for token in tokens:
        report.run("kept token", check_token, token, export, notes, stamps)
    head = report.run("checkpoint", open_head, export, keys)
    if head:
        note = export.read("checkpoint").decode()
        if policy:
            report.run("witnesses", check_witnesses, note, policy, now)
        if now.key_until is not None:
            heads[note] = head.size
            report.run("key until", check_until, heads, head.size, policy, now)
        known = [*filter(None, opened.values()), *(stamps.heads if stamps else ())]
        report.run("tree", check_tree, export, head, known)
        report.run("entries", check_entries, export, head)


def _verify_receipt(report: Report, path: Path, trust: Trust) -> None:
    vkey, policy, now = trust
    keys = report.run("key", given_key, vkey, policy)
    read = report.run("receipt", Receipt.read, path)
    if read is None:
        return
    heads = {
        note: report.run("checkpoint", open_signed, note, keys) for note in read.notes()
    }
    for note, head in heads.items():
        if head and policy:
            report.run("witnesses", check_witnesses, note, policy, now)
        if head and now.key_until is not None:
            sizes = {note: head.size}
            report.run("key until", check_until, sizes, head.size, policy, now)
    report.run("proofs", check_receipt, read, heads)


def main(words: list[str] | None = None) -> int:
    """Verify as told on the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "export", type=Path, help="a folder, a zip, or the file of a receipt"
    )
    parser.add_argument("--key", help="the log's key: name+id+base64")
    parser.add_argument(
        "--key-file", dest="key", type=_text, help="a file with the key"
    )
    parser.add_argument("--old-checkpoint", type=_text, action="append", default=[])
    parser.add_argument(
        "--token", type=_bytes, action="append", default=[], help="one you kept (.tsr)"
    )
    parser.add_argument(
        "--key-until", type=int, metavar="TIME", help="when the key was lost, Unix time"
    )
    parser.add_argument("--policy", type=_bytes, help="a file: C2SP tlog-policy")
    parser.add_argument(
        "--max-age", type=int, metavar="SECONDS", help="of the quorum's cosignatures"
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    given = parser.parse_args(words)
    now = Now(int(time.time()), given.max_age, given.key_until)
    report = verify(
        given.export,
        given.key,
        notes=given.old_checkpoint,
        tokens=given.token,
        policy=given.policy,
        now=now,
    )
    answer = {"exit": report.exit_code, **vars(report)}
    lines = [json.dumps(answer)] if given.json else report.lines()
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return report.exit_code


def _text(path: str) -> str:
    return _bytes(path).decode(errors="replace")


def _bytes(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(NOTE_BYTES + 1)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path}: {error.strerror}") from None
