"""A served site with a small world in it, and a real browser to look at it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from api import portal
from api.app import create_app
from api.auth import Role
from api.portal import Person
from api.services import Services
from finance import rails
from finance.raising import Offer
from ledger import audit
from ledger.clock import StoppedClock
from ledger.database import Database
from risk.identity import PartyKind
from risk.statements.sample import Profile
from tests.api.conftest import CUSTODY
from tests.api.portal.world import FIRM, World, make_world, usd

PHONE = {"width": 360, "height": 740}
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_TRIES = 200


@dataclass(frozen=True)
class Site:
    """Where the pages are served, who may be played, and one offer among others."""

    address: str
    people: list[Person]
    offer: Offer

    async def enter(self, page: Page, name: str) -> None:
        """Sign in as one of the people by pressing their name."""
        await page.goto(f"{self.address}/sign-in")
        await page.get_by_role("button", name=name, exact=True).click()
        await page.wait_for_load_state()


async def _fill(world: World) -> tuple[list[Person], Offer]:
    """Play one loan that is late, one that waits to be signed, one offer, one refusal."""
    firm = await world.join(FIRM, PartyKind.FIRM, pays_in=2_000)
    lender = await world.join("Chanthou", pays_in=30_000)
    late = await world.fund(
        await world.offer(await world.apply(firm, usd(6_000))), lender
    )
    await world.sign(late)
    world.clock.advance(timedelta(days=40))
    await world.fund(await world.offer(await world.apply(firm, usd(7_000))), lender)
    other = await world.join("Kampot Pepper", PartyKind.FIRM)
    offer = await world.offer(await world.apply(other, usd(8_000)))
    await world.apply(firm, usd(9_000))
    await world.apply(firm, usd(50_000), Profile.WEAK)
    regulator = await world.join("Supervision", PartyKind.FIRM)
    await world.seal()
    roles = {
        "Chanthou": (lender, Role.LENDER),
        "Rice mill": (firm, Role.SME),
        "Sokunthea": (world.operators[0], Role.OPERATOR),
        "Supervision": (regulator, Role.REGULATOR),
    }
    return [
        Person(name, role, await world.key(party, role))
        for name, (party, role) in roles.items()
    ], offer


@pytest.fixture
async def site(
    db: Database, clock: StoppedClock, tmp_path: Path
) -> AsyncIterator[Site]:
    rail = rails.FakeRail(clock)
    signer = audit.load_or_create_signer(tmp_path / "log.key", "log.example/pages")
    people, offer = await _fill(await make_world(db, clock, rail, signer))
    app = create_app(
        Services(db, {rail.name: rail}, rail.name, signer=signer, custody=CUSTODY)
    )
    portal.mount(app, portal.Portal(people=people))
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        running = asyncio.create_task(server.serve(sockets=[sock]))
        for _ in range(START_TRIES):
            if server.started:
                break
            await asyncio.sleep(0.05)
        yield Site(f"http://127.0.0.1:{sock.getsockname()[1]}", people, offer)
        server.should_exit = True
        await running


@pytest.fixture
async def browser(browser_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=SWITCHES
        )
        yield browser
        await browser.close()
