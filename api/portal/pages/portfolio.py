"""A lender's money: what is free, what works, what it earns, what comes when."""

from dataclasses import dataclass, field
from datetime import date

from fastapi import Response

from api.auth import Caller
from api.http.callers import Lender
from api.portal import charts
from api.portal.amounts import read_amount, read_currency
from api.portal.charts import MonthFlow
from api.portal.desk import At, Desk
from api.portal.fields import Text
from api.portal.guard import make_pages
from finance import equity, lending, raising, wallets
from finance.equity import Holding, ShareClass
from finance.lending import Portfolio
from finance.raising import Pledge, PledgeStatus
from finance.wallets import Payout, Purse
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.money import Currency, Money
from ledger.paging import MAX_PAGE
from risk import identity

router = make_pages()

RECENT_PAYOUTS = 5


@dataclass(frozen=True)
class Pocket:
    """One currency's side of a lender's money."""

    currency: Currency
    purse: Purse | None
    notes: Portfolio | None

    @property
    def flows(self) -> list[MonthFlow]:
        """What came in and is planned, every month from the first to the last."""
        months = self.notes.by_month() if self.notes else []
        known = {
            date.fromisoformat(f"{m}-01"): (past, plan) for m, past, plan in months
        }
        nothing = Money.zero(self.currency), Money.zero(self.currency)
        return (
            [
                MonthFlow(month, *known.get(month, nothing))
                for month in charts.months_between(min(known), max(known))
            ]
            if known
            else []
        )


@dataclass(frozen=True)
class Holdings:
    """All that a lender has."""

    pockets: list[Pocket]
    names: dict[str, str]
    pledges: list[Pledge]
    shares: list[tuple[Holding, ShareClass]]
    payouts: list[Payout] = field(default_factory=list)


@router.get("/portfolio")
async def show_portfolio(desk: At, caller: Lender) -> Response:
    """Show a lender's own money."""
    return await _portfolio_page(desk, caller)


@router.post("/portfolio/withdrawals")
async def withdraw(
    desk: At, caller: Lender, amount: Text = "", currency: Text = ""
) -> Response:
    """Send free money to the lender's own bank account."""
    return await desk.act(
        lambda uow: wallets.request_withdrawal(
            uow,
            party_id=caller.party,
            amount=read_amount(amount, read_currency(currency)),
        ),
        done="/portfolio?done=withdrawal",
        again=lambda again: _portfolio_page(again, caller),
    )


async def _portfolio_page(desk: Desk, caller: Caller) -> Response:
    money = await desk.db.read(_read, party=caller.party)
    return desk.page("portfolio.html", money=money)


async def _read(uow: UnitOfWork, *, party: PartyId) -> Holdings:
    purses = {
        p.wallet.currency: p for p in await wallets.list_purses(uow, party_id=party)
    }
    notes = {p.currency: p for p in await lending.portfolio(uow, lender_id=party)}
    pledges = await raising.list_pledges(uow, party_id=party, limit=MAX_PAGE)
    payouts = await wallets.list_payouts(uow, party_id=party, limit=RECENT_PAYOUTS)
    held = [p for p in pledges.items if p.status == PledgeStatus.HELD]
    return Holdings(
        [
            Pocket(currency, purses.get(currency), notes.get(currency))
            for currency in Currency
            if currency in purses or currency in notes
        ],
        await _firms(uow, list(notes.values()), held),
        held,
        await _shares(uow, party),
        payouts.items,
    )


async def _firms(
    uow: UnitOfWork, notes: list[Portfolio], pledges: list[Pledge]
) -> dict[str, str]:
    """Return the firm's name behind every offer that is shown."""
    issuers = {p.loan.offer: p.loan.borrower for part in notes for p in part.positions}
    for pledge in pledges:
        offer = await raising.get_offer(uow, offer_id=pledge.offer)
        issuers[offer.id] = offer.issuer
    names = await identity.get_names(uow, {*issuers.values()})
    return {offer: names[issuer] for offer, issuer in issuers.items()}


async def _shares(uow: UnitOfWork, party: PartyId) -> list[tuple[Holding, ShareClass]]:
    holdings = await equity.list_holdings(uow, holder=party)
    return [
        (holding, await equity.get_share_class(uow, share_id=holding.share_id))
        for holding in holdings
    ]
