"""Time work in turns, ours and theirs, and write what came of it line by line."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

ROUND_SECONDS = 0.3


@dataclass(frozen=True)
class Work:
    """Something done again and again: ``do`` is called with a running number."""

    task: str
    by: str
    do: Callable[[int], object]
    goal: int = 0
    """What we set ourselves, per second; none for others."""


@dataclass(frozen=True)
class Figure:
    """How often a second of processor time, the middle of the rounds and their spread."""

    task: str
    by: str
    per_second: float
    lowest: float
    highest: float
    ratio: float
    goal: int

    def line(self) -> str:
        return json.dumps(asdict(self))


def measure(works: Sequence[Work], rounds: int) -> list[Figure]:
    """Run works in turns, so that what slows the machine slows all of them alike.

    ``ratio`` is our pace over the other's, round by round, its middle.
    """
    paces: dict[str, list[float]] = {work.by: [] for work in works}
    for work in works:
        work.do(0)
    for _ in range(rounds):
        for work in works:
            paces[work.by].append(_pace(work))
    ours = paces[works[0].by]
    figures = []
    for work in works:
        seen = paces[work.by]
        ratios = [our / other for our, other in zip(ours, seen, strict=True)]
        middle = statistics.median
        figures.append(
            Figure(
                work.task,
                work.by,
                round(middle(seen), 1),
                round(min(seen), 1),
                round(max(seen), 1),
                round(middle(ratios), 2),
                work.goal,
            )
        )
        sys.stdout.write(f"{figures[-1].line()}\n")
        sys.stdout.flush()
    return figures


def _pace(work: Work) -> float:
    """Return how often work is done in a second of this process's own time."""
    done = 0
    began = time.process_time()
    while (spent := time.process_time() - began) < ROUND_SECONDS or not done:
        work.do(done)
        done += 1
    return done / spent
