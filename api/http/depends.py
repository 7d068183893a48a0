"""What a handler may ask for beside its caller: the database, and the outside."""

from typing import Annotated

from fastapi import Depends, Request

from api.services import Services
from ledger.database import Database
from ledger.outbox import Actor


def services(request: Request) -> Services:
    """Return what this application was made with."""
    found: Services = request.app.state.services
    return found


def _database(request: Request) -> Database:
    """Return the database, bound to the caller of this request."""
    caller = request.state.caller
    request_id = request.state.request_id
    actor = caller.actor(request_id) if caller else Actor("anyone", "none", request_id)
    return services(request).db.acting(actor)


Db = Annotated[Database, Depends(_database)]
Outside = Annotated[Services, Depends(services)]
