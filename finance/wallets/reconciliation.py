"""Match ledger, provider and bank item by item; a cent of difference stops payouts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from finance.rails import LineKind, ProviderStatement, StatementLine
from finance.wallets import chart, repository
from finance.wallets.chart import Platform
from finance.wallets.errors import StopMissing
from finance.wallets.events import BooksDiffered, BooksMatched, StopLifted
from finance.wallets.model import (
    Deposit,
    Payout,
    PayoutStop,
    Settlement,
)
from ledger import balances
from ledger.database import UnitOfWork
from ledger.ids import new_id
from ledger.money import Currency, Money

# What is told of a difference fits into an event, whatever a provider calls its lines.
MAX_TOLD: Final = 20
MAX_ABOUT_LETTERS: Final = 64


class Difference(StrEnum):
    """How the books can differ."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT = "amount"
    TWICE = "twice"
    TRANSIT_TOTAL = "transit_total"
    BANK_TOTAL = "bank_total"


@dataclass(frozen=True)
class Break:
    """One difference: ours and theirs, None on the side that has nothing."""

    difference: Difference
    about: str
    ours: Money | None
    theirs: Money | None


@dataclass(frozen=True)
class Reconciliation:
    """What a comparison found; no breaks means equal to the cent."""

    currency: Currency
    lines: int
    breaks: tuple[Break, ...]

    @property
    def is_matched(self) -> bool:
        """Say whether ledger, provider and bank agree."""
        return not self.breaks


Key = tuple[LineKind, str]
Item = Deposit | Payout | Settlement
Ours = dict[Key, Item]


async def reconcile(uow: UnitOfWork, *, statement: ProviderStatement) -> Reconciliation:
    """Compare our books with a provider's statement and the bank's balance.

    Run it when the period's notices are worked and its unknown payouts looked up. Every
    line must be ours with the same amount, everything of ours that ended before the
    period did must be on some statement, and both balances must be equal. Any
    difference stops the currency's payouts until somebody lifts the stop.
    """
    ours = await _list_ours(uow, statement)
    breaks = [
        *_compare_lines(statement.lines, ours, uow.now()),
        *_list_missing_there(statement.lines, ours),
        *await _compare_totals(uow, statement),
    ]
    currency = statement.in_transit.currency
    result = Reconciliation(currency, len(statement.lines), tuple(breaks))
    await _conclude(uow, statement.provider, result)
    return result


async def lift_stop(uow: UnitOfWork, *, currency: Currency) -> PayoutStop:
    """Let payouts of a currency go on, once the difference is explained."""
    stop = await repository.find_stop(uow, currency)
    if stop is None:
        raise StopMissing(currency=currency)
    stop.lifted_at = uow.now()
    stop.lifted_by = uow.actor.id
    uow.record(StopLifted(stop.id, currency))
    return stop


async def _list_ours(uow: UnitOfWork, statement: ProviderStatement) -> Ours:
    """Return what the statement names, and what it or an earlier one should have."""
    items: list[tuple[LineKind, str, Item]] = []
    items += [
        (LineKind.PAYMENT, row.payment, row)
        for row in await repository.list_deposits_to_match(uow, statement)
    ]
    items += [
        (LineKind.SETTLEMENT, row.reference, row)
        for row in await repository.list_settlements_to_match(uow, statement)
    ]
    items += [
        (LineKind.PAYOUT, row.id, row)
        for row in await repository.list_payouts_to_match(uow, statement)
    ]
    return {(kind, id_): item for kind, id_, item in items}


def _compare_lines(
    lines: Sequence[StatementLine], ours: Ours, now: datetime
) -> Iterator[Break]:
    seen: set[Key] = set()
    for line in lines:
        key = line.kind, line.id
        item = ours.get(key)
        if key in seen:
            yield Break(Difference.TWICE, line.id, None, line.amount)
        elif item is None:
            yield Break(Difference.MISSING_HERE, line.id, None, line.amount)
        elif item.amount != line.amount:
            yield Break(Difference.AMOUNT, line.id, item.amount, line.amount)
        else:
            item.matched_at = item.matched_at or now
        seen.add(key)


def _list_missing_there(lines: Sequence[StatementLine], ours: Ours) -> list[Break]:
    told = {(line.kind, line.id) for line in lines}
    return [
        Break(Difference.MISSING_THERE, key[1], item.amount, None)
        for key, item in ours.items()
        if key not in told
    ]


async def _compare_totals(uow: UnitOfWork, statement: ProviderStatement) -> list[Break]:
    sides = [
        (Difference.TRANSIT_TOTAL, Platform.TRANSIT, statement.in_transit),
        (Difference.BANK_TOTAL, Platform.BANK, statement.at_bank),
    ]
    breaks = []
    for difference, place, theirs in sides:
        account = await chart.platform(uow, place, theirs.currency)
        balance = await balances.get(uow, account)
        ours = Money(balance.posted, theirs.currency)
        if ours != theirs:
            breaks.append(Break(difference, place.value, ours, theirs))
    return breaks


async def _conclude(uow: UnitOfWork, provider: str, result: Reconciliation) -> None:
    if result.is_matched:
        uow.record(BooksMatched(provider, result.currency, result.lines))
        return
    told = tuple(
        f"{b.difference} {b.about[:MAX_ABOUT_LETTERS]}"
        for b in result.breaks[:MAX_TOLD]
    )
    uow.record(BooksDiffered(provider, result.currency, len(result.breaks), told))
    if await repository.find_stop(uow, result.currency) is None:
        uow.add(
            PayoutStop(
                id=new_id("stop", uow.now()),
                currency=result.currency,
                reason=f"{len(result.breaks)} differences with {provider}",
                raised_at=uow.now(),
                lifted_by="",
            )
        )
