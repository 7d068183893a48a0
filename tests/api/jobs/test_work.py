"""Whoever is to hear an event has somebody who listens."""

import importlib
import pkgutil
from collections.abc import Iterator

import finance
import ledger
import risk
from api.jobs.work import listeners_of
from api.services import Services
from ledger.outbox import Event


def events(kind: type[Event] = Event) -> Iterator[type[Event]]:
    for one in kind.__subclasses__():
        if one.__module__.partition(".")[0] != "tests":
            yield one
        yield from events(one)


def test_every_event_that_waits_for_a_listener_has_one(services: Services) -> None:
    for package in (ledger, risk, finance):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)

    waiting = {event.type for event in events() if event.heard}

    assert waiting == set(listeners_of(services))
