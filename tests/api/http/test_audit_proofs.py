"""Whoever holds a proof needs nobody: not the platform, only keys it trusts."""

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.auth import Role
from api.jobs.witnesses import Round
from api.services import Services
from ledger.audit import proofs, tree
from ledger.audit.verifier.policy import Now
from ledger.audit.verifier.program import verify
from ledger.canonical import canonical
from ledger.database import Database
from ledger.money import Currency, Money
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import Json, Market, ok, usd
from tests.api.witnesses import Network, policy_of
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import SIGNER, DoorOpened, seal_all, tell

POLICY = policy_of()
YEARS_LATER = Now(int(FIRST_MOMENT.timestamp()) + 10**8)


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, signer=SIGNER, policy=POLICY)


@pytest.fixture
def network(tmp_path: Path) -> Network:
    return Network(tmp_path)


async def grow(db: Database, count: int) -> None:
    await db.transact(tell, *(DoorOpened(f"door_{n}") for n in range(count)))
    await seal_all(db)


def entries_of(receipt: httpx.Response) -> list[Json]:
    """Return the entries a receipt shows."""
    proofs = receipt.json()["proofs"]
    return [json.loads(base64.b64decode(one.split()[2])) for one in proofs]


def to_lenders(receipt: httpx.Response) -> int:
    """Return what the entry of a shared repayment says lenders got; no account is named."""
    entries = entries_of(receipt)
    assert "acct_" not in json.dumps(entries)
    told = [one for one in entries if one["type"] == "repayment.distributed"]
    return int(told[0]["data"]["to_lenders"]["minor"])


def assert_each_has_its_own(
    file: Path, one: httpx.Response, other: httpx.Response
) -> None:
    """Two lenders' parts are counted into the whole, and no other's way will do."""
    (mine,), (theirs,) = one.json()["ways"], other.json()["ways"]
    for answer, way in ((one, mine), (other, theirs)):
        told = judge(file, answer.content)
        assert f"; {way['balance']} counted into " in told
    assert int(mine["balance"]) + int(theirs["balance"]) == to_lenders(one)
    more = {**mine, "balance": mine["balance"] + "0"}
    told = judge(file, canonical(one.json() | {"ways": [more]}))
    assert told.startswith("1 ")
    assert "does not lead to the sum that the log has" in told


async def witnessed(db: Database, network: Network) -> None:
    network.at = db.clock.now()
    await seal_all(db)
    await Round(db, POLICY, network).ask_all()


def judge(file: Path, content: bytes, policy: bytes | None = POLICY.raw) -> str:
    file.write_bytes(content)
    report = verify(file, None, policy=policy, now=YEARS_LATER)
    return f"{report.exit_code} " + "\n".join(report.lines())


async def test_the_newest_head_says_whether_it_is_witnessed(
    client: httpx.AsyncClient, db: Database, network: Network
) -> None:
    await grow(db, 3)
    await witnessed(db, network)
    await grow(db, 2)

    newest = await client.get("/v1/audit/checkpoint")
    cosigned = await client.get("/v1/audit/checkpoint?witnessed=true")
    policy = await client.get("/v1/audit/policy")

    assert newest.headers["tonle-witnessed"] == "no"
    assert newest.text.splitlines()[1] == "5"
    assert cosigned.headers["tonle-witnessed"] == "yes"
    assert cosigned.text.splitlines()[1] == "3"
    assert policy.content == POLICY.raw


async def test_the_tiles_make_the_root_of_the_head(
    client: httpx.AsyncClient, regulator: Person, db: Database
) -> None:
    await grow(db, 300)
    head = (await client.get("/v1/audit/checkpoint")).text.splitlines()
    left = int(head[1]) - 256

    full = await client.get("/v1/audit/tile/0/000")
    rest = await client.get(f"/v1/audit/tile/0/001.p/{left}")
    bundle = await regulator.get(f"/audit/tile/entries/001.p/{left}")

    hashes = [*tree.unpack(full.content), *tree.unpack(rest.content)]
    assert base64.b64encode(tree.root_of(hashes)).decode() == head[2]
    size = int.from_bytes(bundle.content[:2], "big")
    leaf = hashlib.sha256(b"\0" + bundle.content[2 : 2 + size]).digest()
    assert leaf == hashes[256]
    assert "immutable" in full.headers["cache-control"]
    assert "immutable" not in rest.headers["cache-control"]


@pytest.mark.parametrize(
    "place",
    [
        *("0/000.p/301", "0/001", "0/001.p/45", "0/001.p/0", "0/001.p/044", "1/000"),
        *("0/1", "0/x000/001", "0/000.p/256", "0/000.p/", "0/%D9%A0", "0/0000", "1/x1"),
        *("0/000/", "0/-01", "0/999999999999999999999999", "2/000.p/1"),
    ],
)
async def test_a_tile_has_one_path_or_is_not_there(
    client: httpx.AsyncClient, db: Database, place: str
) -> None:
    await grow(db, 300)

    assert (await client.get(f"/v1/audit/tile/{place}")).status_code == 404


async def test_growth_is_proved_between_any_two_sizes(
    client: httpx.AsyncClient, db: Database
) -> None:
    await grow(db, 300)
    leaves = [
        *tree.unpack((await client.get("/v1/audit/tile/0/000")).content),
        *tree.unpack((await client.get("/v1/audit/tile/0/001.p/44")).content),
    ]

    for old, new in ((1, 300), (256, 257), (7, 299), (300, 300)):
        told = ok(await client.get(f"/v1/audit/consistency?old={old}&new={new}"))
        path = [base64.b64decode(one) for one in told["proof"]]
        heads = [(size, tree.root_of(leaves[:size])) for size in (old, new)]
        assert proofs.is_consistent(heads[0], heads[1], path)
    for old, new, status in ((7, 301, 404), (9, 7, 404), (0, 7, 422)):
        told = await client.get(f"/v1/audit/consistency?old={old}&new={new}")
        assert told.status_code == status


async def test_an_entry_is_proved_under_a_witnessed_head(
    regulator: Person, db: Database, network: Network, tmp_path: Path
) -> None:
    await grow(db, 300)
    await witnessed(db, network)

    proof = await regulator.get("/audit/entries/299/proof")

    told = judge(tmp_path / "p.tlog-proof", proof.content)
    assert told.startswith("0 "), told
    assert " at 299" in told
    assert (await regulator.get("/audit/entries/999/proof")).status_code == 404


@pytest.fixture
async def pledged(market: Market, lender: Person, sme: Person) -> Json:
    """A pledge to the first offer of a market."""
    await market.join(sme)
    offer = await market.offer(await market.apply(sme, 500_000))
    await market.join(lender, 200_000)
    path = f"/offers/{offer['id']}/pledges"
    return ok(await lender.post(path, {"amount": usd(200_000)}))


@pytest.mark.slow
async def test_a_lender_proves_its_own_pledge_and_nobody_elses(
    db: Database,
    network: Network,
    lender: Person,
    pledged: Json,
    tmp_path: Path,
    sme: Person,
    new_person: NewPerson,
) -> None:
    await witnessed(db, network)
    path = f"/pledges/{pledged['id']}/proof"

    receipt = await lender.get(path)
    others = await sme.get(path)
    stranger = await (await new_person(Role.LENDER)).get(path)

    assert receipt.headers["tonle-witnessed"] == "yes"
    told = judge(tmp_path / "receipt.json", receipt.content)
    assert told.startswith("0 "), told
    assert "'pledge.placed' at" in told
    assert "'signature.made' at" in told
    assert (others.status_code, stranger.status_code) == (403, 404)
    without = judge(tmp_path / "receipt.json", receipt.content, None)
    assert without.startswith("2 ")


@pytest.mark.slow
async def test_a_receipt_that_was_changed_is_found(
    db: Database, network: Network, lender: Person, pledged: Json, tmp_path: Path
) -> None:
    await witnessed(db, network)
    receipt = (await lender.get(f"/pledges/{pledged['id']}/proof")).content
    file = tmp_path / "receipt.json"
    place = receipt.index(b"extra ") + 100

    changed = {
        "an entry": receipt[:place]
        + bytes([receipt[place] ^ 1])
        + receipt[place + 1 :],
        "what it is about": receipt.replace(pledged["id"].encode(), b"plg_other"),
        "a proof": receipt.replace(b"\\nindex ", b"\\nindex 1", 1),
        "a field": receipt.replace(b'"about"', b'"About"'),
        "nothing of it": b"{}",
        "cut": receipt[: len(receipt) // 2],
    }

    for what, content in changed.items():
        assert judge(file, content).startswith("1 "), what


@pytest.mark.slow
async def test_an_entry_of_another_is_not_shown(
    db: Database, lender: Person, sme: Person, pledged: Json
) -> None:
    await seal_all(db)
    seen = {
        person.party: [
            index
            for index in range(40)
            if (await person.get(f"/audit/entries/{index}/proof")).status_code == 200
        ]
        for person in (lender, sme)
    }

    assert pledged["id"]
    assert seen[lender.party]
    assert not set(seen[lender.party]) & set(seen[sme.party])


async def test_without_a_policy_there_is_none_to_show(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    app.state.services = replace(app.state.services, policy=None)

    assert (await client.get("/v1/audit/policy")).status_code == 404


@pytest.mark.slow
async def test_contract_and_share_are_proved_to_those_they_concern(
    market: Market,
    sme: Person,
    lender: Person,
    pledged: Json,
    new_person: NewPerson,
    network: Network,
    tmp_path: Path,
) -> None:
    other, stranger = await new_person(Role.LENDER), await new_person(Role.LENDER)
    await market.join(other, 300_000)
    path = f"/offers/{pledged['offer']}/pledges"
    ok(await other.post(path, {"amount": usd(300_000)}))
    await market.pass_days(5)
    await market.work()
    (loan,) = ok(await sme.get("/loans"))["items"]
    document = await sme.get(f"/loans/{loan['id']}/agreement")
    digest = hashlib.sha256(document.content).hexdigest()
    ok(await sme.post(f"/loans/{loan['id']}/accept", {"document_sha256": digest}))
    await market.pass_days(31)
    market.rail.receive(loan["id"], Money(46_000, Currency.USD))
    await market.work()
    await witnessed(market.services.db, network)
    (paid,) = ok(await sme.get(f"/loans/{loan['id']}/receipts"))["items"]

    contract = f"/loans/{loan['id']}/proof"
    share = f"/loans/{loan['id']}/receipts/{paid['id']}/proof"
    agreed = await sme.get(contract)
    shares = {one.party: await one.get(share) for one in (lender, other, sme)}

    told = judge(tmp_path / "r.json", agreed.content)
    assert told.startswith("0 "), told
    assert "'loan.agreed'" in told
    assert "'agreement.accepted'" in told
    assert "'signature.made'" in told
    for one in (lender, other):
        own = judge(tmp_path / "r.json", (await one.get(contract)).content)
        assert own.startswith("0 "), own
        assert "'loan.disbursed'" in own
    for answer in shares.values():
        told = judge(tmp_path / "r.json", answer.content)
        assert told.startswith("0 "), told
        assert "'repayment.distributed'" in told
    assert_each_has_its_own(
        tmp_path / "r.json", shares[lender.party], shares[other.party]
    )
    assert "ways" not in shares[sme.party].json()
    for hidden in (contract, share):
        assert (await stranger.get(hidden)).status_code == 404
