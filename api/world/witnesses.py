"""The demo's witnesses: each a process of its own, with a key and a file of its own.

A child ends when its input does. Whatever ends the demo, the kernel closes that.
"""

import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from api.witness import KEY, make_member
from ledger import private_files
from ledger.audit import LogKey, witness
from ledger.errors import Unavailable

NAMES: Final = ("regulator", "trustee", "auditor")
NEEDED: Final = 2
POLICY: Final = "policy"
GROUP: Final = "group"
START_SECONDS: Final = 30
END_SECONDS: Final = 10

Child = subprocess.Popen[str]


class Asked(NamedTuple):
    """Where it is written whom the log asks: its policy, and the group of BLS keys."""

    policy: Path
    group: Path


@contextmanager
def running(folder: Path, log: LogKey) -> Iterator["Asked"]:
    """Run the witnesses of a log; yield the files that name them.

    Raises:
        Unavailable: One of them did not come up.
    """
    lines, members = [f"log {log}"], [f"group demo.example/two-of-three {NEEDED}"]
    with ExitStack() as children:
        started = {
            name: children.enter_context(_child(folder / name, name, log))
            for name in NAMES
        }
        for name, child in started.items():
            key = witness.load_cosigner(folder / name / KEY).key
            lines.append(f"witness {name} {key} {_address_of(name, child)}")
            member = make_member(folder / name)
            members.append(f"member {name} {member.public.hex()} {member.proof.hex()}")
        lines += [
            f"group two-of-three {NEEDED} {' '.join(NAMES)}",
            "quorum two-of-three",
        ]
        asked = Asked(folder / POLICY, folder / GROUP)
        private_files.write(asked.policy, "\n".join([*lines, ""]).encode())
        private_files.write(asked.group, "\n".join([*members, ""]).encode())
        yield asked


@contextmanager
def _child(folder: Path, name: str, log: LogKey) -> Iterator[Child]:
    witness.make_cosigner(folder / KEY, f"demo.example/{name}")
    make_member(folder)
    words = ["serve", str(folder), "--log", str(log), "--port", "0"]
    child = subprocess.Popen(  # noqa: S603 - our own program, our own words
        [sys.executable, "-m", "api.witness", *words, "--until-input-ends"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C is for the demo, which still has a head to be cosigned.
        start_new_session=True,
    )
    try:
        yield child
    finally:
        _end(child)


def _address_of(name: str, child: Child) -> str:
    """Read where a witness says that it listens; it says one line."""
    ends = time.monotonic() + START_SECONDS
    while child.stdout is not None and time.monotonic() < ends:
        if select.select([child.stdout], [], [], 1.0)[0]:
            _, _, address = child.stdout.readline().strip().partition(" on ")
            if address:
                return address
            break
    raise Unavailable(f"the demo's witness {name} did not come up")


def _end(child: Child) -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
