"""The day's comparison of ledger, provider and bank, and the stop a difference raises."""

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import AwareDatetime, Field

from api.http.callers import Operator, Staff
from api.http.commands import Keyed
from api.http.depends import Db, Outside
from api.http.router import make_router
from api.wire import BY_NAME, CurrencyIn, In, MoneyIn, MoneyOut, Name, Out, PageOut
from finance import rails, wallets
from finance.rails import LineKind, ProviderStatement
from finance.wallets import Difference
from ledger.money import Currency, Money

router = make_router("reconciliation")

MAX_LINES = 5_000
Whole = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]


class SettlementIn(In):
    """Money a provider handed to the bank."""

    provider: Name
    settlement_id: Name
    amount: MoneyIn


class SettlementOut(Out):
    """Money a provider handed to the bank, as it was booked."""

    provider: str
    reference: str
    amount: MoneyOut
    entry: str
    recorded_at: datetime


class LineIn(In):
    """One movement in the provider's own book."""

    kind: Annotated[LineKind, BY_NAME]
    id: Name
    minor: Whole


class StatementIn(In):
    """A provider's book of one currency over ``[since, until)``, in minor units."""

    provider: Name
    currency: CurrencyIn
    since: Annotated[AwareDatetime, BY_NAME]
    until: Annotated[AwareDatetime, BY_NAME]
    lines: Annotated[list[LineIn], Field(max_length=MAX_LINES)]
    in_transit_minor: Whole
    at_bank_minor: Whole

    def to_statement(self) -> ProviderStatement:
        """Return the book as finance reads it."""
        return ProviderStatement(
            self.provider,
            self.since,
            self.until,
            tuple(
                rails.StatementLine(
                    line.kind, line.id, Money(line.minor, self.currency)
                )
                for line in self.lines
            ),
            Money(self.in_transit_minor, self.currency),
            Money(self.at_bank_minor, self.currency),
        )


class BreakOut(Out):
    """One difference: ours and theirs, null on the side that has nothing."""

    difference: Difference
    about: str
    ours: MoneyOut | None
    theirs: MoneyOut | None


class ReconciliationOut(Out):
    """What a comparison found; payouts stand still unless it matched."""

    currency: Currency
    lines: int
    is_matched: bool
    breaks: list[BreakOut]


class StopOut(Out):
    """What keeps payouts of a currency where they are."""

    id: str
    currency: Currency
    reason: str
    raised_at: datetime
    lifted_at: datetime | None
    lifted_by: str


@router.post("/settlements", status_code=201, response_model=SettlementOut)
async def settle(
    body: SettlementIn, commands: Keyed, outside: Outside, _: Operator
) -> Response:
    """Book money that a provider handed to the bank, once."""
    outside.provider(body.provider)
    return await commands.run(
        SettlementOut.model_validate,
        wallets.settle,
        provider=body.provider,
        settlement_id=body.settlement_id,
        amount=body.amount.to_money(),
    )


@router.post("/reconciliations", status_code=201)
async def reconcile(
    body: StatementIn, db: Db, outside: Outside, _: Operator
) -> ReconciliationOut:
    """Compare our books with a provider's; any difference stops payouts."""
    outside.provider(body.provider)
    found = await db.transact(wallets.reconcile, statement=body.to_statement())
    return ReconciliationOut.model_validate(found)


@router.get("/payout-stops")
async def list_stops(db: Db, _: Staff) -> PageOut[StopOut]:
    """List the currencies in which payouts stand still, and why."""
    found = [await db.read(wallets.find_stop, currency=one) for one in Currency]
    return PageOut[StopOut].whole([one for one in found if one], StopOut.model_validate)


@router.post("/payout-stops/{currency}/lift")
async def lift_stop(currency: Currency, db: Db, _: Operator) -> StopOut:
    """Let payouts of a currency go on, once the difference is explained."""
    return StopOut.model_validate(
        await db.transact(wallets.lift_stop, currency=currency)
    )
