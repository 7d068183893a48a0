"""What handlers need from outside the request, given once when the app is made."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ledger.database import Database


@dataclass(frozen=True)
class Services:
    """The database and whatever else the routes reach for."""

    db: Database


def services(request: Request) -> Services:
    """Return what this application was made with."""
    found: Services = request.app.state.services
    return found


def _database(request: Request) -> Database:
    """Return the database, bound to the caller when there is one."""
    db = services(request).db
    caller = request.state.caller
    return db if caller is None else db.acting(caller.actor(request.state.request_id))


Db = Annotated[Database, Depends(_database)]
