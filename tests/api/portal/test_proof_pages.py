"""Pages that prove: the log for everyone, receipts and counts for their owners, keys."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api import portal
from api.auth import Role
from api.jobs.witnesses import Round
from api.services import Services
from finance import raising, safekeeping
from finance.raising import Offer, Pledge
from ledger import audit
from ledger.audit.verifier.policy import Now
from ledger.audit.verifier.program import verify
from ledger.clock import StoppedClock
from ledger.ids import PartyId
from risk.identity import PartyKind
from tests.api.portal.conftest import Reader, SignedIn, plain
from tests.api.portal.world import FIRM, World, usd
from tests.api.witnesses import Network, policy_of
from tests.ledger.audit.builders import SIGNER

POLICY = policy_of()


@pytest.fixture
def signer() -> audit.Signer:
    return SIGNER


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, policy=POLICY)


@pytest.fixture
def network(tmp_path: Path) -> Network:
    return Network(tmp_path)


@pytest.fixture
async def offer(world: World) -> Offer:
    firm = await world.join(FIRM, PartyKind.FIRM)
    return await world.offer(await world.apply(firm, usd(6_000)))


@pytest.fixture
async def lender(world: World) -> PartyId:
    return await world.join("Chanthou", pays_in=2_000)


@pytest.fixture
async def pledge(world: World, offer: Offer, lender: PartyId) -> Pledge:
    return await world.db.transact(
        raising.place_pledge, offer_id=offer.id, party_id=lender, amount=usd(1_000)
    )


async def witness(world: World, network: Network) -> None:
    network.at = world.clock.now()
    await world.seal()
    await Round(world.db, POLICY, network).ask_all()


def judge(file: Path, content: bytes, clock: StoppedClock) -> int:
    file.write_bytes(content)
    now = Now(int(clock.now().timestamp()))
    return verify(file, None, policy=POLICY.raw, now=now).exit_code


async def test_everyone_sees_the_head_its_witnesses_and_the_money(
    world: World, network: Network, reader: Reader, lender: PartyId
) -> None:
    await world.db.transact(safekeeping.count_all)
    network.away = {"trustee"}
    await witness(world, network)

    page = await reader.open("/audit")

    assert page.status_code == 200
    assert "2 of 3" in page.text
    assert page.text.count("Signed the newest") == 2
    assert "Has not signed" in page.text
    assert "2,000.00" in page.text
    assert "Matches" in page.text
    for inside in ("Trial balance", "Statement of a wallet", "Check again"):
        assert inside not in page.text


async def test_a_head_that_nobody_cosigned_is_called_that(
    world: World, network: Network, reader: Reader, lender: PartyId
) -> None:
    await witness(world, network)
    await world.join("Dara")
    network.away = {"trustee", "auditor"}
    await witness(world, network)

    page = await reader.open("/audit")

    assert "Not witnessed yet" in page.text
    assert "entries behind" in page.text
    assert "Proof that the newest head carries the witnessed one on" in page.text


async def test_a_lender_downloads_the_receipt_of_its_pledge_and_checks_it(
    world: World,
    network: Network,
    signed_in: SignedIn,
    lender: PartyId,
    pledge: Pledge,
    tmp_path: Path,
) -> None:
    await witness(world, network)
    reader = await signed_in(Role.LENDER, lender)
    path = f"/proofs/pledges/{pledge.id}"

    pages = [await reader.open(one) for one in ("/proofs", "/portfolio")]
    receipt = await reader.client.get(path)
    stranger = await signed_in(Role.LENDER)
    hidden = await stranger.open(path)

    assert all(path in page.text for page in pages)
    assert judge(tmp_path / "receipt.json", receipt.content, world.clock) == 0
    assert hidden.status_code == 404
    assert pledge.id not in (await stranger.open("/proofs")).text


async def test_contract_and_shares_of_others_are_not_there(
    world: World, signed_in: SignedIn, lender: PartyId, offer: Offer
) -> None:
    rich = await world.join("Rithy", pays_in=6_000)
    loan = await world.fund(offer, rich)
    await world.seal()
    reader = await signed_in(Role.LENDER, rich)
    own = await reader.client.get(f"/proofs/loans/{loan.id}")
    shown = await reader.open(f"/loans/{loan.id}")
    other = await signed_in(Role.LENDER, lender)

    assert own.status_code == 200
    assert f"/proofs/loans/{loan.id}" in shown.text
    for path in (
        f"/proofs/loans/{loan.id}",
        f"/proofs/loans/{loan.id}/receipts/rcpt_{'0' * 26}",
        f"/proofs/holdings/share_{'0' * 26}",
        f"/proofs/pledges/plg_{'0' * 26}",
        "/proofs/wallets/XYZ",
    ):
        assert (await other.open(path)).status_code == 404, path


async def test_an_owner_sees_the_count_of_a_wallet_and_checks_its_receipt(
    world: World,
    network: Network,
    signed_in: SignedIn,
    lender: PartyId,
    clock: StoppedClock,
    tmp_path: Path,
) -> None:
    reader = await signed_in(Role.LENDER, lender)
    early = await reader.open("/proofs")
    await world.join("Dara", pays_in=70)
    await world.db.transact(safekeeping.count_all)
    await witness(world, network)

    page = await reader.open("/proofs")
    given = await reader.client.get("/proofs/wallets/USD")
    lower = given.content.replace(b'"balance":"200000"', b'"balance":"199999"')
    file = tmp_path / "counted-USD.json"

    assert "yours comes with the next count" in early.text
    assert "Your balance in the count" in page.text
    assert "attachment" in given.headers["content-disposition"]
    assert judge(file, given.content, clock) == 0
    assert given.content != lower
    assert judge(file, lower, clock) == 1


async def test_statements_are_for_their_owner_and_for_staff(
    world: World, signed_in: SignedIn, lender: PartyId
) -> None:
    days = "currency=USD&starts_on=2026-01-01&ends_on=2026-01-05&form=csv"
    path = f"/wallets/statement?{days}"
    reader = await signed_in(Role.LENDER, lender)
    own = await reader.client.get(path)
    stranger = await signed_in(Role.LENDER)
    hidden = await stranger.open(f"{path}&party={lender}")
    regulator = await signed_in(Role.REGULATOR)
    staff = await regulator.client.get(f"{path}&party={lender}")

    assert "2000.00" in own.text
    assert staff.content == own.content
    assert hidden.status_code == 404


async def test_a_key_is_made_stopped_and_told(
    signed_in: SignedIn, lender: PartyId
) -> None:
    reader = await signed_in(Role.LENDER, lender)
    page = await reader.open("/keys")
    assert "You have no key yet." in page.text

    page = await reader.send("/keys/held")

    assert "The platform has made a key for you." in page.text
    assert "Held by the platform" in page.text
    (action,) = {
        piece.split('"')[0]
        for piece in page.text.split('action="')
        if piece.startswith("/keys/sgn_")
    }
    page = await reader.send(action, reason="Phone lost.")
    assert "Taken back" in page.text
    assert "The key signs no more." in page.text


async def test_a_key_of_another_is_not_stopped(
    signed_in: SignedIn, lender: PartyId, world: World
) -> None:
    reader = await signed_in(Role.LENDER, lender)
    await reader.open("/keys")
    page = await reader.send("/keys/held")
    action = next(
        p.split('"')[0]
        for p in page.text.split('action="')
        if p.startswith("/keys/sgn_")
    )
    other = await signed_in(Role.LENDER, await world.join("Dara"))
    await other.open("/keys")
    form = other.hidden("/keys/held") | {"reason": "Mischief."}

    refused = await other.client.post(action, data=form)

    assert refused.status_code in {403, 404}


async def test_signatures_lead_to_their_receipts(
    signed_in: SignedIn, lender: PartyId, pledge: Pledge
) -> None:
    reader = await signed_in(Role.LENDER, lender)

    page = await reader.open("/keys")

    assert "A click, no key" in page.text
    assert f"/proofs/pledges/{pledge.id}" in page.text


async def test_the_regulators_export_has_policy_and_cosignatures(
    world: World,
    network: Network,
    signed_in: SignedIn,
    app: FastAPI,
    lender: PartyId,
) -> None:
    await witness(world, network)
    reader = await signed_in(Role.REGULATOR)
    await reader.open("/audit")
    shared: portal.Portal = app.state.portal
    await shared.auditor.finish()

    page = plain(await reader.open("/audit"))

    assert "Valid: nothing was changed" in page
    assert "cosigned by" in page
    assert "verify.py --policy POLICY" in page
    assert shared.auditor.last
    assert shared.auditor.last.is_witnessed


async def test_the_verifier_that_is_handed_out_is_the_one_in_exports(
    reader: Reader,
) -> None:
    program: httpx.Response = await reader.open("/audit/verify.py")

    assert program.text == audit.single_file()
