"""What borrowers, banks and operators do to a loan, month by month, by chance alone.

A deed says what happens and on which day; how much money that means is seen when the
day has come. The same seed gives the same lives to every way of keeping the books.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from contracts.months import add_months

LATE = 0.05
GRACE_AND_A_DAY = 6


class What(StrEnum):
    """What may happen to a loan on a day."""

    COUNT = "count"
    PAY = "pay"
    PAY_HALF = "pay_half"
    PAY_MORE = "pay_more"
    PAY_OFF = "pay_off"
    HEAR_LATE = "hear_late"
    CHARGE_BACK = "charge_back"
    CHARGE = "charge"
    WAIVE = "waive"
    SHIFT = "shift"
    RATE = "rate"
    HOLIDAY = "holiday"
    SPREAD = "spread"
    RESTRUCTURE = "restructure"
    CAPITALISE = "capitalise"
    WRITE_OFF = "write_off"
    RECOVER = "recover"


@dataclass(frozen=True, order=True)
class Deed:
    """Something that happens on a day; ``counts_on`` is what a receipt counts for."""

    on: date
    what: What
    counts_on: date


# How often a month brings it, beside the instalment.
_RARE = {
    What.PAY_MORE: 0.010,
    What.PAY_OFF: 0.004,
    What.CHARGE_BACK: 0.006,
    What.CHARGE: 0.004,
    What.WAIVE: 0.010,
    What.SHIFT: 0.003,
    What.RATE: 0.003,
    What.HOLIDAY: 0.003,
    What.SPREAD: 0.002,
    What.RESTRUCTURE: 0.003,
    What.CAPITALISE: 0.002,
}
_HEARD_LATE, _HALF, _GIVES_UP = 0.01, 0.01, 0.003


def life_of(seed: int, number: int, starts_on: date, months: int) -> Iterator[Deed]:
    """Return the deeds of one loan, in the order of their days."""
    chance = random.Random(f"{seed}/{number}")
    has_given_up = False
    for month in range(1, months + 1):
        due = add_months(starts_on, month)
        has_given_up = has_given_up or chance.random() < _GIVES_UP
        deeds = [] if has_given_up else [*_instalment(chance, due)]
        deeds += _rarities(chance, due)
        if has_given_up:
            deeds += _last_things(chance, due)
        deeds += [Deed(due, What.COUNT, due)]
        after = due + timedelta(days=GRACE_AND_A_DAY)
        deeds += [Deed(after, What.COUNT, after)]
        yield from sorted(deeds)


def _instalment(chance: random.Random, due: date) -> Iterator[Deed]:
    draw = chance.random()
    if draw < LATE:
        late = due + timedelta(days=chance.randint(1, 25))
        yield Deed(late, What.PAY, late)
    elif draw < LATE + _HEARD_LATE:
        heard = due + timedelta(days=chance.randint(2, 25))
        yield Deed(heard, What.HEAR_LATE, due)
    elif draw < LATE + _HEARD_LATE + _HALF:
        yield Deed(due, What.PAY_HALF, due)
    else:
        yield Deed(due, What.PAY, due)


def _rarities(chance: random.Random, due: date) -> Iterator[Deed]:
    for what, often in _RARE.items():
        if chance.random() < often:
            on = due + timedelta(days=chance.randint(0, 25))
            yield Deed(on, what, on)


def _last_things(chance: random.Random, due: date) -> Iterator[Deed]:
    on = due + timedelta(days=chance.randint(7, 20))
    yield Deed(on, What.WRITE_OFF, on)
    if chance.random() < 0.2:
        later = due + timedelta(days=24)
        yield Deed(later, What.RECOVER, later)
