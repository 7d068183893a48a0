"""What chance alone adds to figures of so few loans.

Resampled loans tell how far a figure would move with other loans of the same kind;
outcomes drawn from the probabilities tell what a card that is exactly right would show.
"""

import math
import random
import statistics
from collections.abc import Iterator, Sequence

from risk.training import folds
from risk.watch import Quality, quality

RESAMPLES = 1_000
DRAWS = 200
SEED = 9
# Of the middle 95 % of draws.
_LOW, _HIGH = 0.025, 0.975

Span = tuple[float, float]


def resampled(
    probabilities: Sequence[float], bad: Sequence[bool], rounds: int = RESAMPLES
) -> list[Quality]:
    """Measure as many samples of the same loans, drawn with putting back.

    Each call draws the same loans, so that two models can be compared draw by draw.
    """
    dice = random.Random(SEED)
    places = range(len(bad))
    drawn = (dice.choices(places, k=len(bad)) for _ in range(rounds))
    return [
        quality([probabilities[n] for n in sample], [bad[n] for n in sample])
        for sample in drawn
    ]


def exactly_right(
    probabilities: Sequence[float], parts: int = 1, draws: int = DRAWS
) -> Iterator[list[Quality]]:
    """Draw outcomes from the probabilities and measure each of so many stratified parts."""
    dice = random.Random(SEED)
    for number in range(draws):
        bad = [dice.random() < pd for pd in probabilities]
        yield [
            quality([probabilities[n] for n in held], [bad[n] for n in held])
            for held in folds(bad, parts, number)
        ]


def ahead_by(ours: Sequence[Quality], theirs: Sequence[Quality]) -> Span | None:
    """Return the span of one model's lead in AUC over another, draw by draw."""
    return span(
        [
            None if a.auc is None or b.auc is None else a.auc - b.auc
            for a, b in zip(ours, theirs, strict=True)
        ]
    )


def span(figures: Sequence[float | None]) -> Span | None:
    """Return where 95 of 100 figures lie; ``None`` when most draws cannot tell."""
    known = sorted(x for x in figures if x is not None)
    if 2 * len(known) <= len(figures):
        return None
    return known[int(len(known) * _LOW)], known[int(len(known) * _HIGH)]


def mean(figures: Sequence[float | None]) -> float:
    """Return the mean of the figures that there are; not a number when there are none."""
    known = [x for x in figures if x is not None]
    return statistics.mean(known) if known else math.nan
