"""Measure the loan engine beside other libraries: python -m tests.benchmarks.lending."""

import argparse
import sys

from contracts.terms import Accrual
from tests.benchmarks.lending import bookrisk, dayend, ours, peers
from tests.benchmarks.lending.measuring import Work, measure

SCHEDULES_GOAL, RATES_GOAL = 2_500, 1_100
REPLAYS_GOAL, RECEIPTS_GOAL = 50, 1


def tasks() -> list[list[Work]]:
    """Return what is compared, ours first in each group."""
    schedules = [Work("36 rows", "ours", ours.build, SCHEDULES_GOAL)]
    schedules += [Work("36 rows", name, do) for name, do in peers.schedules()]
    rates = [Work("EU rate", "ours", ours.rates(), RATES_GOAL)]
    rates += [Work("EU rate", name, do) for name, do in peers.regulatory_rates()]
    return [
        schedules,
        [Work("36 rows by days", "ours", ours.build_by_days, SCHEDULES_GOAL)],
        [Work("360 rows", "ours", ours.build_long)],
        rates,
        [Work("terms to EU rate", "ours", ours.rate_of_terms)],
        *(
            [_replay(accrual, day)]
            for accrual in (Accrual.SCHEDULED, Accrual.DAILY)
            for day in ours.DAYS
        ),
        [Work("receipt to 10,000 notes", "ours", ours.share(), RECEIPTS_GOAL)],
    ]


def _replay(accrual: Accrual, day: int) -> Work:
    goal = REPLAYS_GOAL if day == max(ours.DAYS) else 0
    return Work(
        f"replay, {accrual} interest, day {day}",
        "ours",
        ours.replay(accrual, day),
        goal,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lending")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--strict", action="store_true", help="fail below a goal")
    parser.add_argument(
        "--loans", type=int, default=10_000, help="in the day-end; 0 leaves it out"
    )
    parser.add_argument("--only-day-end", action="store_true")
    parser.add_argument("--only-book-risk", action="store_true")
    arguments = parser.parse_args()
    if arguments.only_book_risk:
        bookrisk.measure_book(arguments.loans)
        return 0
    groups = [] if arguments.only_day_end else tasks()
    figures = [one for group in groups for one in measure(group, arguments.rounds)]
    missed = [
        f"{one.task}: {one.per_second}" for one in figures if one.per_second < one.goal
    ]
    aging = dayend.measure_days(arguments.loans) if arguments.loans else []
    missed += [
        f"{one.task} on day {one.age_days}: {one.ratio} times day 1"
        for one in aging
        if one.ratio > dayend.GOAL_RATIO
    ]
    for words in missed:
        sys.stderr.write(f"short of the goal: {words}\n")
    return 1 if missed and arguments.strict else 0


if __name__ == "__main__":
    sys.exit(main())
