"""Keys are recognised, taken back, and never kept in the clear."""

import psycopg
import pytest

from api import auth
from api.auth import Role
from ledger.database import Database
from ledger.errors import NotFound
from ledger.ids import PartyId
from tests.api.conftest import NewParty


@pytest.fixture
async def party(new_party: NewParty) -> PartyId:
    return await new_party()


@pytest.fixture
async def new(db: Database, party: PartyId) -> auth.NewKey:
    return await db.transact(auth.create_key, party=party, role=Role.LENDER)


async def test_a_key_tells_its_party_and_role(
    db: Database, new: auth.NewKey, party: PartyId
) -> None:
    caller = await db.read(auth.find_caller, shown=new.shown)

    assert caller == auth.Caller(party, Role.LENDER, new.key.id)


async def test_a_revoked_key_opens_nothing(db: Database, new: auth.NewKey) -> None:
    await db.transact(auth.revoke_key, key_id=new.key.id)

    assert await db.read(auth.find_caller, shown=new.shown) is None


async def test_taking_a_key_back_twice_keeps_the_first_time(
    db: Database, new: auth.NewKey
) -> None:
    first = await db.transact(auth.revoke_key, key_id=new.key.id)
    again = await db.transact(auth.revoke_key, key_id=new.key.id)

    assert first.revoked_at == again.revoked_at


async def test_an_unknown_key_cannot_be_taken_back(
    db: Database, new: auth.NewKey
) -> None:
    with pytest.raises(NotFound):
        await db.transact(auth.revoke_key, key_id="key_" + "0" * 26)


async def test_a_wrong_secret_an_unknown_id_and_nonsense_are_nobody(
    db: Database, new: auth.NewKey
) -> None:
    head, _, secret = new.shown.rpartition("_")
    other = "0" if secret[-1] != "0" else "1"

    for shown in (
        f"{head}_{secret[:-1]}{other}",
        f"tnl_{'0' * 26}_{secret}",
        f"{head}_{secret.upper()}",
        f"{new.shown} ",
        f"{new.shown}\n",
        head,
        "",
        "tnl__",
        "t" * 10_000,
    ):
        assert await db.read(auth.find_caller, shown=shown) is None


async def test_the_database_holds_no_secret(new: auth.NewKey, owner_url: str) -> None:
    secret = new.shown.rpartition("_")[2]

    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT t::text FROM api_key t UNION ALL SELECT t::text FROM event t"
        ).fetchall()

    assert rows
    assert not any(secret in text for (text,) in rows)
    assert not any(secret.encode().hex() in text for (text,) in rows)


async def test_the_auditor_sees_keys_but_no_hash(
    new: auth.NewKey, auditor_url: str
) -> None:
    with psycopg.connect(auditor_url) as connection:
        seen = connection.execute("SELECT count(id), max(role) FROM api_key").fetchone()
        assert seen == (1, new.key.role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT secret_sha256 FROM api_key")


async def test_the_application_cannot_raise_a_key_s_role(
    new: auth.NewKey, app_url: str
) -> None:
    for change in ("UPDATE api_key SET role = 'operator'", "DELETE FROM api_key"):
        with (
            psycopg.connect(app_url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(change)
