"""Builders of audit facts that say only what matters."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import audit, entries
from ledger.database import Database, UnitOfWork
from ledger.ids import EntryId, new_id
from ledger.outbox import Event
from tests.ledger.builders import open_accounts

SIGNER = audit.Signer(
    "audit.example/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
)
VKEY = str(SIGNER.key)
CASH, WALLET = (f"acct_{digit * 26}" for digit in "12")
MANY_LEGS = 300


@dataclass(frozen=True)
class PartyNamed(Event):
    """Somebody was given a name."""

    type: ClassVar[str] = "party.named"
    about: ClassVar[str] = "party"
    heard: ClassVar[bool] = True
    personal: ClassVar[frozenset[str]] = frozenset({"name"})

    party: str
    name: str = "Sok Dara"


@dataclass(frozen=True)
class DoorOpened(Event):
    """Something happened that says little."""

    type: ClassVar[str] = "door.opened"
    about: ClassVar[str] = "door"

    door: str
    note: str = ""


async def tell(uow: UnitOfWork, *events: Event) -> None:
    """Record events and nothing else."""
    for event in events:
        uow.record(event)


async def post(uow: UnitOfWork, *, legs: int = 2, units: int = 500) -> str:
    """Post a balanced journal entry; return its id."""
    bank, wallet, _ = await open_accounts(uow)
    shares = [entries.Leg(wallet, -units)] * (legs - 1)
    whole = (entries.Leg(bank, units * (legs - 1)), *shares)
    entry = EntryId(new_id("entry", uow.now()))
    await entries.post(uow, [entries.NewEntry(entry, "deposit", whole, uow.today())])
    return entry


async def post_many(uow: UnitOfWork, *, count: int) -> None:
    """Record many small journal entries in one commit."""
    for units in range(1, count + 1):
        await post(uow, units=units)


async def seal_all(db: Database, *, limit: int = 5_000) -> list[audit.Sealed]:
    """Seal until nothing waits."""
    heads = []
    while sealed := await db.transact(audit.seal, SIGNER, limit=limit):
        heads.append(sealed)
    return heads


async def a_log(db: Database) -> None:
    """Seal a small world: personal facts, Khmer text, a journal entry of many legs."""
    await db.transact(tell, PartyNamed("party_1"), DoorOpened("door_1", "ទន្លេសាប"))
    await db.transact(post, legs=MANY_LEGS)
    await db.transact(post_many, count=280)
    await seal_all(db, limit=200)


async def an_export(db: Database, folder: Path) -> Path:
    """Export what is sealed."""
    exported = await db.read(audit.export_bundle, folder, key=SIGNER.key)
    return exported.folder
