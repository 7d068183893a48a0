"""Look at how money moves: in circles between own accounts, or in just before the day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from risk.cashflow.parties import normalise_counterparty
from risk.statements import Finding, Flaw, Transaction

_SWIFT_DAYS = 3
_ROUND_TRIP_DAYS = 7
_AT_LEAST_PAIRS = 3
_SHARE_OF_RECEIPTS_PERCENT = 10
_DRESSED_DAYS = 14
_USUAL_DAYS = 180
_TIMES_THE_USUAL = 3


def screen_conduct(
    accounts: Sequence[Sequence[Transaction]], as_of: date
) -> tuple[Finding, ...]:
    """Return circular transfers and dressed windows seen before a day."""
    past = [[item for item in lines if item.booked_on < as_of] for lines in accounts]
    found = []
    circles = _circles(past)
    if circles:
        found.append(Finding(Flaw.CIRCULAR_TRANSFERS, circles))
    dressed = _dressed(past, as_of)
    if dressed:
        found.append(Finding(Flaw.WINDOW_DRESSING, dressed))
    return tuple(found)


def _circles(accounts: Sequence[Sequence[Transaction]]) -> tuple[int, ...]:
    """Return receipts that are the firm's own money come round, if they weigh enough.

    Money leaves one account and enters another within days, or leaves for somebody and
    comes back from the same within a week.
    """
    left: dict[int, list[tuple[int, Transaction]]] = defaultdict(list)
    for account, lines in enumerate(accounts):
        for item in lines:
            if item.amount_minor < 0:
                left[-item.amount_minor].append((account, item))
    came = [
        item
        for account, lines in enumerate(accounts)
        for item in lines
        if item.amount_minor > 0
        and any(_is_same_money(account, item, *out) for out in left[item.amount_minor])
    ]
    total = sum(max(item.amount_minor, 0) for lines in accounts for item in lines)
    moved = sum(item.amount_minor for item in came)
    enough = moved * 100 >= total * _SHARE_OF_RECEIPTS_PERCENT
    if len(came) < _AT_LEAST_PAIRS or not enough:
        return ()
    return tuple(sorted(item.line for item in came))


def _is_same_money(
    account: int, came: Transaction, other: int, left: Transaction
) -> bool:
    days = (came.booked_on - left.booked_on).days
    if account != other:
        return abs(days) <= _SWIFT_DAYS
    party = normalise_counterparty(came)
    return abs(days) <= _ROUND_TRIP_DAYS and party == normalise_counterparty(left)


def _dressed(accounts: Sequence[Sequence[Transaction]], as_of: date) -> tuple[int, ...]:
    """Return the receipts of the last days if they are far above what is usual.

    They tell only when most of the balance shown would not be there without them.
    """
    receipts = [
        ((as_of - item.booked_on).days, item)
        for lines in accounts
        for item in lines
        if item.amount_minor > 0
    ]
    late = [item for age, item in receipts if age <= _DRESSED_DAYS]
    before = [
        (age, item.amount_minor)
        for age, item in receipts
        if _DRESSED_DAYS < age <= _DRESSED_DAYS + _USUAL_DAYS
    ]
    days = max((age for age, _ in before), default=0) - _DRESSED_DAYS
    if not late or days < _USUAL_DAYS // 2:
        return ()
    usual = sum(amount for _, amount in before) * _DRESSED_DAYS / days
    excess = sum(item.amount_minor for item in late) - usual
    held = sum(lines[-1].balance_after or 0 for lines in accounts if lines)
    if excess < (_TIMES_THE_USUAL - 1) * usual or excess * 2 < held:
        return ()
    return tuple(item.line for item in late)
