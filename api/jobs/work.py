"""The work of the house: who listens to which event, and what is done on which beat."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from api import laws
from api.jobs import (
    days,
    reconciling,
    risks,
    signatures,
    timestamps,
    totals,
    witnesses,
)
from api.jobs.relay import Delivery, Listener, deliver_due
from api.jobs.runner import Duty, Job, for_each
from api.services import Services
from finance import equity, lending, raising, safekeeping, signing, wallets
from finance.raising import Product
from ledger import audit, holds, invariants
from ledger.database import Database
from ledger.money import Currency, Money
from risk import statements

log = structlog.get_logger()

SOON = timedelta(milliseconds=500)
EACH_MINUTE = timedelta(minutes=1)
EACH_HOUR = timedelta(hours=1)


def jobs_of(services: Services) -> list[Job]:
    """Return every job of an installation."""
    work = _Work(services)
    return [
        Job("events", SOON, work.deliver),
        Job("holds", EACH_MINUTE, work.by_date(work.expire_holds)),
        Job("payouts", EACH_MINUTE, work.look_payouts_up),
        Job("offers", EACH_MINUTE, work.by_date(work.close_offers)),
        Job("days", EACH_MINUTE, work.count_days),
        Job("client money", EACH_MINUTE, work.by_date(work.count_money)),
        Job("loan risks", EACH_MINUTE, work.by_date(work.keep_risks)),
        Job("rescoring", EACH_MINUTE, work.by_date(work.rescore)),
        Job("unnamed tables", EACH_HOUR, work.by_date(work.forget_tables)),
        Job("signing keys", EACH_HOUR, work.by_date(work.expire_signing_keys)),
        Job("signatures", EACH_HOUR, work.by_date(work.let_loans_lapse)),
    ]


def listeners_of(services: Services) -> Mapping[str, Listener]:
    """Return who listens to which type of event."""
    return _Work(services).listeners


def duties_of(services: Services) -> list[Duty]:
    """Return the jobs, the watch over the laws, and the sealing of the audit log."""
    watch = Job("laws", EACH_HOUR, _Work(services).check_laws)
    sealing = [Sealing(services.db, services.signer)] if services.signer else []
    return [
        *jobs_of(services),
        watch,
        *sealing,
        *_outside(services),
        *_comparing(services),
    ]


def _outside(services: Services) -> list[Duty]:
    """Return who asks others about the log's heads: witnesses, a time-stamping authority."""
    asking: list[Duty] = []
    if services.policy:
        round_ = witnesses.Round(services.db, services.policy)
        asking.append(Job("witnesses", witnesses.BEAT, round_.ask_all))
    if services.policy and services.group:
        total = totals.Gathering(services.db, services.policy, services.group)
        asking.append(Job("quorum line", witnesses.BEAT, total.gather))
    if services.authority:
        stamping = timestamps.Stamping(services.db, services.authority)
        asking.append(Job("timestamps", EACH_HOUR, stamping.stamp))
    return asking


def _comparing(services: Services) -> list[Duty]:
    if services.signer is None:
        return []
    both = reconciling.Comparison(services.db)
    return [
        Job("log and books lately", reconciling.EACH_HOUR, both.compare_lately),
        Job("log and books", reconciling.EACH_DAY, both.compare_all),
    ]


@dataclass(frozen=True)
class Sealing:
    """Seal the audit log; whoever has the lease does it, the others stand by."""

    db: Database
    signer: audit.Signer
    name: str = "sealing"

    async def keep(self, stop: asyncio.Event) -> None:
        """Seal until told to stop, with a last turn at the end."""
        await audit.run_sealer(self.db, self.signer, stop)


class _Work:
    """The jobs' functions, over what they need."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.db = services.db
        self.listeners: dict[str, Listener] = {
            wallets.NoticeKept.type: self.work_notice,
            wallets.PayoutRequested.type: self.pay_out,
            wallets.PaymentReceived.type: self.take_payment,
            raising.OfferFunded.type: self.found,
            raising.OfferFailed.type: self.give_up,
            raising.OfferCancelled.type: self.give_up,
            lending.RepaymentReceived.type: self.share_out,
        }

    async def deliver(self) -> None:
        """Deliver events until none is due; a delivery may cause the next."""
        while await deliver_due(self.db, self.listeners):
            pass

    async def work_notice(self, delivery: Delivery) -> None:
        """Ask the provider what a webhook was about."""
        provider = self.services.provider(delivery.facts["provider"])
        await wallets.work_notice(self.db, provider, delivery.subject)

    async def pay_out(self, delivery: Delivery) -> None:
        """Have a payout made, right after it was asked for."""
        await self._deliver_payout(delivery.subject)

    async def take_payment(self, delivery: Delivery) -> None:
        """Take note of money that a rail brought for a loan."""
        facts = delivery.facts
        paid = facts["amount"]
        await self.db.transact(
            lending.record_payment,
            loan_id=facts["subject"],
            deposit_id=delivery.subject,
            amount=Money(int(paid["minor"]), Currency(paid["currency"])),
        )

    async def found(self, delivery: Delivery) -> None:
        """Make what a funded offer raised money for: a loan, or shares."""
        makers: dict[Product, Callable[..., Awaitable[object]]] = {
            Product.LOAN: partial(lending.form_loan, press=self.services.press),
            Product.EQUITY: equity.issue_shares,
        }
        make = makers[Product(delivery.facts["product"])]
        await self.db.transact(make, offer_id=delivery.subject)
        await signatures.total_pledges(self.db, delivery.subject)

    async def rescore(self) -> None:
        """Look again at some of the running loans that were not looked at this month."""
        due = await self.db.read(lending.list_due)
        await for_each(due, self._rescore)

    async def _rescore(self, loan_id: str) -> None:
        await self.db.transact(lending.rescore_loan, loan_id=loan_id)

    async def forget_tables(self) -> None:
        """Let files go whose columns nobody named in time."""
        await self.db.transact(statements.forget_old)

    async def keep_risks(self) -> None:
        """Work out what changed of the loans' risk, so that nobody waits for it."""
        await risks.keep(self.db)

    async def give_up(self, delivery: Delivery) -> None:
        """Tell whoever waits for an offer that it raised nothing."""
        end = {
            Product.LOAN: lending.fail_application,
            Product.EQUITY: equity.fail_offer,
        }[Product(delivery.facts["product"])]
        await self.db.transact(end, offer_id=delivery.subject)

    async def share_out(self, delivery: Delivery) -> None:
        """Give a receipt to the lenders."""
        await self.db.transact(
            lending.distribute, receipt_id=delivery.facts["receipt_id"]
        )

    def by_date(
        self, job: Callable[[], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        """Return a job that goes by dates, and waits while the clock is not believed."""

        async def run() -> None:
            if await self.db.transact(lending.dayend.watch_clock) is None:
                await job()

        return run

    async def count_days(self) -> None:
        """Bring every active loan into each business date up to today."""
        await days.count_days(self.db)

    async def let_loans_lapse(self) -> None:
        """Give lenders their money back where the borrower did not accept in time."""
        waiting = await self.db.read(lending.list_unsigned)
        await for_each(waiting, self._let_lapse)

    async def _let_lapse(self, loan_id: str) -> None:
        await self.db.transact(lending.let_lapse, loan_id=loan_id)

    async def check_laws(self) -> None:
        """Check every law of the books and sound the alarm when one is broken."""
        for breach in await self.db.read(invariants.find_breaches, laws.BOOKS):
            log.error(
                "law_broken",
                law=breach.law.name,
                where=breach.where,
                off_by=breach.off_by,
            )

    async def look_payouts_up(self) -> None:
        """Find out what became of payouts that have not ended."""
        waiting = await self.db.read(wallets.list_open_payouts)
        await for_each(waiting, self._deliver_payout)

    async def _deliver_payout(self, payout_id: str) -> None:
        """Have a payout made; without a provider it waits for one."""
        if not self.services.pays_by:
            return
        provider = self.services.provider(self.services.pays_by)
        await wallets.deliver_payout(self.db, provider, payout_id)

    async def expire_holds(self) -> None:
        """Let go of holds whose time is over."""
        while await self.db.transact(holds.expire_due):
            pass

    async def count_money(self) -> None:
        """Count the clients' money of a new day, in every currency."""
        await self.db.transact(safekeeping.count_all)

    async def expire_signing_keys(self) -> None:
        """End signing keys whose time is over."""
        while await self.db.transact(signing.expire_keys):
            pass

    async def close_offers(self) -> None:
        """End the offers whose outcome is certain."""
        while await self.db.transact(raising.close_due_offers):
            pass
