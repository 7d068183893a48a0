"""Steps of a loan's life as their people take them over HTTP."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from api.jobs import jobs_of, run_once
from api.services import Services
from finance import rails
from ledger.clock import StoppedClock, business_date
from ledger.money import Currency, Money
from risk.statements.sample import Profile, sample_statement
from tests.api.conftest import Person

Json = dict[str, Any]


@dataclass(frozen=True)
class Market:
    """The people of one market, its provider, its clock and its jobs."""

    services: Services
    rail: rails.FakeRail
    clock: StoppedClock
    reviewer: Person
    approver: Person

    async def work(self) -> None:
        """Bring the provider's news, and let every job run."""
        for _ in range(3):
            for delivery in self.rail.deliveries():
                await self.reviewer.client.post(
                    "/v1/rails/fake/webhook",
                    content=delivery.body,
                    headers={"Webhook-Signature": delivery.signature},
                )
            await run_once(jobs_of(self.services))

    async def pass_days(self, days: int) -> None:
        """Let time go by, a day at a time."""
        for _ in range(days):
            self.clock.advance(timedelta(days=1))
            await run_once(jobs_of(self.services))

    async def join(self, person: Person, minor: int = 0) -> str:
        """Have a person verified, open their wallet, and put dollars in."""
        ok(await self.reviewer.post(f"/parties/{person.party}/verify"))
        wallet = ok(
            await person.post("/wallets", {"currency": "USD", "destination": "ABA 1"})
        )
        if minor:
            self.rail.receive(wallet["id"], Money(minor, Currency.USD))
            await self.work()
        return str(wallet["id"])

    async def apply(self, sme: Person, minor: int) -> Json:
        """Upload a year of a sound firm's account and ask for a loan."""
        content = sample_statement(
            seed=1, profile=Profile.STRONG, ends_on=business_date(self.clock.now())
        )
        statement = ok(
            await sme.client.post(
                "/v1/statements?file_name=year.csv",
                content=content,
                headers=sme.headers,
            )
        )
        return ok(
            await sme.post(
                "/applications",
                {
                    "amount": usd(minor),
                    "term_months": 12,
                    "purpose": "Paddy at harvest",
                    "statements": [statement["id"]],
                },
            )
        )

    async def offer(self, application: Json) -> Json:
        """Have two operators decide; the offer opens for thirty days."""
        path = f"/applications/{application['id']}"
        ok(await self.reviewer.post(f"{path}/review", {"note": "Sound"}))
        return ok(await self.approver.post(f"{path}/approve", {"open_days": 30}))


def usd(minor: int) -> Json:
    return {"minor": minor, "currency": "USD"}


def ok(answer: httpx.Response) -> Json:
    assert answer.status_code in {200, 201}, answer.text
    found: Json = answer.json()
    return found
