"""The demo's people: whoever runs a demo may sign in as any of them with one press."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.auth import Role
from ledger import private_files


@dataclass(frozen=True)
class Person:
    """Somebody of the demo world: a name, a role, one line of story, and a key."""

    name: str
    role: Role
    key: str
    story: str = ""


def read_people(file: Path) -> Sequence[Person]:
    """Read the people a demo world wrote down; nobody when there is no such file."""
    if not file.exists():
        return ()
    return tuple(
        Person(item["name"], Role(item["role"]), item["key"], item.get("story", ""))
        for item in json.loads(file.read_text("utf-8"))
    )


def write_people(file: Path, people: Sequence[Person]) -> None:
    """Write down a demo world's people, readable by the owner of the file only."""
    written = [
        {"name": p.name, "role": p.role, "key": p.key, "story": p.story} for p in people
    ]
    told = json.dumps(written, ensure_ascii=False, indent=1)
    private_files.write(file, told.encode())
