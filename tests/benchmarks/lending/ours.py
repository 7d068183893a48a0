"""The loan engine at work: schedules, true cost, replay, sharing."""

from collections.abc import Callable
from datetime import date, timedelta

from contracts import apr, loan, schedule, sharing, terms
from contracts.state import Allocation
from ledger.money import Currency, Money

STARTS_ON = date(2026, 1, 15)
RATE_PERCENT = 18
INSTALMENTS = 36
NOTES = 10_000
DAYS = (1, 30, 300, 700)


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


def agreed(number: int, *, instalments: int = INSTALMENTS, **clauses) -> terms.Terms:
    """Terms of which no two are the same, so nothing can be remembered."""
    return terms.Terms(
        principal=usd(1_000_000 + number * 100),
        rate_bps=RATE_PERCENT * 100,
        instalments=instalments,
        disbursed_on=STARTS_ON,
        first_due_on=date(2026, 2, 15),
        **clauses,
    )


def build(number: int) -> None:
    schedule.build(agreed(number))


def build_by_days(number: int) -> None:
    schedule.build(agreed(number, day_count=terms.DayCount.ACT_365F))


def build_long(number: int) -> None:
    schedule.build(agreed(number, instalments=360))


def rates() -> Callable[[int], object]:
    """The EU rate of dated flows that are given."""
    plan = agreed(0, fees=terms.Fees(upfront=usd(25_000)))
    flows = apr.flows_of(plan, schedule.build(plan))

    def rate(number: int) -> None:
        first = flows[0]._replace(amount=flows[0].amount + number)
        apr.eu(apr.eu_flows([first, *flows[1:]], apr.Interval.MONTH))

    return rate


def rate_of_terms(number: int) -> None:
    apr.of(agreed(number, fees=terms.Fees(upfront=usd(25_000))))


def replay(accrual: terms.Accrual, day: int) -> Callable[[int], object]:
    """A loan of 24 months up to a day, paid monthly, with a receipt dated back."""
    plan = agreed(0, instalments=24, accrual=accrual, day_count=terms.DayCount.ACT_365F)
    on = STARTS_ON + timedelta(days=day)
    paid = [
        loan.ReceiptReceived(
            on=row.due_on + timedelta(days=row.number % 3 - 1),
            ordinal=row.number + 1,
            receipt_id=str(row.number),
            amount=row.payment,
        )
        for row in schedule.build(plan).rows[:23]
    ]
    begun = loan.Disbursed(on=STARTS_ON, ordinal=1, amount=plan.principal)

    def again(number: int) -> None:
        back = loan.ReceiptReceived(
            on=STARTS_ON, ordinal=99, receipt_id="back", amount=usd(1_000 + number)
        )
        loan.replay(plan, [begun, *paid, back], on)

    return again


def share() -> Callable[[int], object]:
    """One receipt to ten thousand notes, arithmetic alone."""
    notes = [
        sharing.NoteHolding(
            f"note {number}", 1_000 + number % 977, (0, 1400, 1500)[number % 3], 17
        )
        for number in range(NOTES)
    ]
    nothing = usd(0)

    def once(number: int) -> None:
        receipt = Allocation(
            "r",
            STARTS_ON,
            nothing,
            nothing,
            usd(35_001),
            usd(900_000 + number),
            nothing,
        )
        sharing.distribute(receipt, notes, servicing_fee_bps=1_000)

    return once
