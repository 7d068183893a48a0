"""Say what held, what was changed and where, and what cannot be decided."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar
from zipfile import BadZipFile

T = TypeVar("T")
DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError)


class Tampered(Exception):  # noqa: N818 - an answer
    """Something is not as it was signed: the place, and what is wrong there."""


class Undecided(Exception):  # noqa: N818 - an answer
    """Without more from the caller nothing can be said."""


def require(holds: object, place: str, wrong: str) -> None:
    """Stop a check at the place where something is wrong."""
    if not holds:
        raise Tampered(place, wrong)


@dataclass
class Report:
    """What held, what was found changed and where, and what cannot be decided."""

    held: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)

    def run(self, name: str, check: Callable[..., T], *given: object) -> T | None:
        """Run one check and keep its answer."""
        try:
            answer = check(*given)
        except Tampered as found:
            self.changed.append((name, *found.args))
        except Undecided as doubt:
            self.doubts.append((name, str(doubt)))
        except DAMAGED as error:
            self.changed.append((name, "the zip", f"cannot be unpacked: {error!a}"))
        except OSError as error:
            self.doubts.append((name, f"cannot read: {error.strerror}"))
        else:
            self.held.append((name, str(answer)))
            return answer
        return None

    @property
    def exit_code(self) -> int:
        """0 valid, 1 tampered, 2 cannot decide."""
        return 1 if self.changed else 2 if self.doubts else 0

    def lines(self) -> Iterator[str]:
        """Say it for people: a line for each check, the verdict last."""
        yield from (f"ok      {name}: {told}" for name, told in self.held)
        yield from (f"CHANGED {name}: {at}: {what}" for name, at, what in self.changed)
        yield from (f"?       {name}: {why}" for name, why in self.doubts)
        yield ("VALID", "TAMPERED", "CANNOT DECIDE")[self.exit_code]
