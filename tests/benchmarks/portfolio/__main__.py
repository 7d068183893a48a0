"""Time a simulated year and the expected loss of 10,000 loans; run as a module, nothing else.

``python -m tests.benchmarks.portfolio [--rounds N]`` counts the process's own processor
time and holds the simulated tail, by five seeds, against the closed form of an endless
pool and what Gordy's formula adds for one that is not.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from ledger.money import BPS_PER_ONE
from risk.losses import NORMAL, Obligor, granular_loss, simulate
from risk.pricing import ASSET_CORRELATION
from risk.provisions import Exposure, Scenario, allowance

LOANS = 10_000
LOSS = 6_000
QUANTILE, STEP = 0.99, 1e-4
SEEDS = range(1, 6)
PDS_BPS = (50, 80, 120, 200, 350, 600, 900, 1500, 2500)
SCENARIOS = (
    Scenario("base", 5_000, 10_000, 10_000),
    Scenario("better", 2_000, 8_000, 9_500),
    Scenario("worse", 3_000, 15_000, 11_500),
)


def main() -> None:
    """Print one line for each piece of work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    luck = random.Random(1)
    simulate([Obligor(400, 1)], paths=100)  # numpy wakes up
    for name, pool in (
        ("10,000 loans of one PD", [Obligor(400, LOSS)] * LOANS),
        ("10,000 loans, 9 grades, each its own size", _pool(luck, PDS_BPS)),
        ("10,000 loans, 2,000 PDs, each its own size", _pool(luck, range(20, 2020))),
    ):
        _say(f"simulate {name} x 10,000 paths", rounds, partial(simulate, pool))
    loans = [_loan(luck) for _ in range(LOANS)]
    _say(
        "expected loss of 10,000 loans of 24 months, 3 scenarios",
        rounds,
        lambda: [allowance(loan, SCENARIOS) for loan in loans],
    )
    for pd_bps in (100, 400, 800, 2_000):
        _tail(pd_bps, LOANS)
    _tail(100, 4 * LOANS)


def _pool(luck: random.Random, pds: Sequence[int]) -> list[Obligor]:
    return [
        Obligor(luck.choice(pds), luck.randint(20_000, 5_000_000)) for _ in range(LOANS)
    ]


def _loan(luck: random.Random) -> Exposure:
    owed = luck.randint(50_000, 5_000_000)
    path = tuple(owed * (24 - month) // 24 for month in range(24))
    return Exposure("loan", 2, luck.choice(PDS_BPS), 5_000, 1_400, path)


def _say(name: str, rounds: int, work: Callable[[], object]) -> None:
    took = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    middle = statistics.median(took)
    sys.stdout.write(f"{name}: {middle:.2f} s ({min(took):.2f} to {max(took):.2f})\n")


def _tail(pd_bps: int, loans: int) -> None:
    pd = pd_bps / BPS_PER_ONE
    closed = granular_loss(pd, QUANTILE)
    finite = granularity(pd, loans) / closed
    offs = [
        simulate([Obligor(pd_bps, LOSS)] * loans, seed=seed).quantiles_minor["99%"]
        / (closed * LOSS * loans)
        - 1
        for seed in SEEDS
    ]
    sys.stdout.write(
        f"99 % loss, PD {pd_bps} bps, {loans:,} loans: {statistics.mean(offs):+.2%} "
        f"({min(offs):+.2%} to {max(offs):+.2%} by seed); Gordy's formula {finite:+.2%}\n"
    )


def granularity(pd: float, loans: int) -> float:
    """Return what a pool of so many equal loans loses above an endless one (Gordy 2003).

    Half the slope of the conditional variance times the factor's density over the slope
    of the conditional mean, by that density.
    """
    threshold, spread = NORMAL.inv_cdf(pd), (1 - ASSET_CORRELATION) ** 0.5
    pull = ASSET_CORRELATION**0.5

    def weighed(factor: float) -> float:
        place = (threshold - pull * factor) / spread
        share = NORMAL.cdf(place)
        slope = -NORMAL.pdf(place) * pull / spread
        return share * (1 - share) / loans * NORMAL.pdf(factor) / slope

    bad = NORMAL.inv_cdf(1 - QUANTILE)
    rise = (weighed(bad + STEP) - weighed(bad - STEP)) / (2 * STEP)
    return -rise / (2 * NORMAL.pdf(bad))


if __name__ == "__main__":
    main()
