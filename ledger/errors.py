"""The three kinds of trouble, and how a promise is checked."""

from typing import ClassVar, TypeVar

T = TypeVar("T")


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The rules say no. Normal; the caller is told why and what to do next.

    A subclass names its stable ``code``, its ``kind`` (which the edge maps to a
    status once) and a ``message``: a sentence with ``{fact}`` places that is the key
    of its translation. ``facts`` hold what fills them, never a caller's raw input.
    """

    code: ClassVar[str] = "refused"
    kind: ClassVar[str] = "conflict"
    message: ClassVar[str] = "The rules do not allow this."

    def __init__(self, **facts: str | int) -> None:
        self.facts = facts
        super().__init__(self.message.format_map(facts))


class Conflict(Refusal):
    """The state of things does not allow it now (409)."""

    kind: ClassVar[str] = "conflict"


class NotFound(Refusal):
    """There is no such thing, or it is not yours to see (404)."""

    kind: ClassVar[str] = "not_found"
    code: ClassVar[str] = "not_found"
    message: ClassVar[str] = "There is no such {thing}. Check the id."


class Forbidden(Refusal):
    """This person may not do this (403)."""

    kind: ClassVar[str] = "forbidden"
    code: ClassVar[str] = "forbidden"
    message: ClassVar[str] = "Your role may not do this. Ask the operator."


class Invalid(Refusal):
    """What was sent cannot be understood or never allowed (422)."""

    kind: ClassVar[str] = "invalid"
    code: ClassVar[str] = "invalid"


class Unavailable(Exception):  # noqa: N818 - the same family of names as Refusal
    """Someone else's system failed, or an outcome is unknown. Try again later."""


class InvariantBroken(Exception):  # noqa: N818 - as above
    """Our own promise failed. Nothing was saved; somebody must look."""


def ensure(condition: object, promise: str) -> None:
    """Stop the command when something we promised does not hold."""
    if not condition:
        raise InvariantBroken(promise)


def existing(value: T | None, promise: str) -> T:
    """Return what we promised is there; stop the command when it is not."""
    if value is None:
        raise InvariantBroken(promise)
    return value
