"""Say what a feature is: a measure with its meaning, unit and direction."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from risk.cashflow.history import History


class Better(StrEnum):
    """Which way a feature points."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class Feature:
    """What a measure means: for the model card, the screen and the reader of a file."""

    name: str
    definition: str
    unit: str
    better: Better
    missing: str
    decimals: int
    measure: Callable[[History], float | None]
