"""Whoever is to hear an event has somebody who listens."""

from collections.abc import Iterator

import finance
import ledger
import risk
from api.jobs.work import listeners_of
from api.services import Services
from ledger.outbox import Event
from tests.modules import load_all


def events(kind: type[Event] = Event) -> Iterator[type[Event]]:
    for one in kind.__subclasses__():
        if one.__module__.partition(".")[0] != "tests":
            yield one
        yield from events(one)


def test_every_event_that_waits_for_a_listener_has_one(services: Services) -> None:
    load_all(ledger, risk, finance)

    waiting = {event.type for event in events() if event.heard}

    assert waiting == set(listeners_of(services))
