"""A server with its default, durable settings, and databases of ours in it."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api import postgres, schema

_numbers = itertools.count(1)


@contextmanager
def server() -> Iterator[str]:
    """Yield a superuser's URL."""
    with (
        tempfile.TemporaryDirectory(prefix="tonle-benchmark-") as folder,
        postgres.running(Path(folder)) as admin,
    ):
        yield admin


def database(admin: str) -> schema.Urls:
    """Make a database and migrate it."""
    passwords = dict.fromkeys(schema.ROLES, "only-for-tests")
    schema.make_roles(admin, passwords)
    name = f"benchmark_{next(_numbers)}"
    schema.make_database(admin, name)
    urls = schema.Urls.of(admin, name, passwords)
    schema.migrate(urls.owner)
    return urls
