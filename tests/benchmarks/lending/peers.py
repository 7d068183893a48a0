"""The same work by libraries that may be installed beside us; absent ones are left out.

None of them is needed to run anything: install them into a throw-away environment.
"""

import contextlib
import importlib
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType

from tests.benchmarks.lending.ours import INSTALMENTS, RATE_PERCENT

Peer = tuple[str, Callable[[int], object]]


def schedules() -> Iterator[Peer]:
    """Yield who can lay out an annuity of 36 months."""
    if pyloan := _find("pyloan.pyloan"):
        yield (
            "pyloan",
            lambda number: pyloan.Loan(
                loan_amount=10_000 + number,
                interest_rate=float(RATE_PERCENT),
                loan_term=INSTALMENTS // 12,
                start_date="2026-01-15",
                payment_end_of_month=False,
            ).get_payment_schedule(),
        )
    if amortization := _find("amortization.schedule"):
        yield (
            "amortization (floats, no dates)",
            lambda number: list(
                amortization.amortization_schedule(
                    10_000 + number, RATE_PERCENT / 100, INSTALMENTS
                )
            ),
        )
    if ql := _find("QuantLib"):
        yield "QuantLib (floats)", lambda number: _bond(ql, 10_000 + number)


def _bond(ql: ModuleType, principal: int) -> object:
    dates = ql.Schedule(
        ql.Date(15, 1, 2026),
        ql.Date(15, 1, 2029),
        ql.Period(ql.Monthly),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Forward,
        False,
    )
    left = ql.sinkingNotionals(
        ql.Period(3, ql.Years), ql.Monthly, RATE_PERCENT / 100, principal
    )
    day_count = ql.Thirty360(ql.Thirty360.BondBasis)
    bond = ql.AmortizingFixedRateBond(0, left, dates, [RATE_PERCENT / 100], day_count)
    return [(flow.date(), flow.amount()) for flow in bond.cashflows()]


def regulatory_rates() -> Iterator[Peer]:
    """Yield who can find the rate of 36 payments by the EU's rule."""
    curo, pandas = _find("curo"), _find("pandas")
    if not curo or not pandas:
        return

    def rate(number: int) -> float:
        asked = curo.Calculator()
        start = pandas.Timestamp("2026-01-15", tz="UTC")
        first = pandas.Timestamp("2026-02-15", tz="UTC")
        asked.add(curo.SeriesAdvance(amount=9_750.0 + number, post_date_from=start))
        asked.add(
            curo.SeriesPayment(
                number_of=INSTALMENTS, amount=361.52, post_date_from=first
            )
        )
        return asked.solve_rate(convention=curo.EU200848EC())

    yield "curo", rate


def _find(name: str) -> ModuleType | None:
    with warnings.catch_warnings(), contextlib.suppress(ImportError):
        warnings.simplefilter("ignore")
        return importlib.import_module(name)
    return None
