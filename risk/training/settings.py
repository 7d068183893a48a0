"""How a scorecard is fitted: every number that is a choice, recorded in the artefact."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Settings:
    """Choices of a fit.

    Attributes:
        candidates: Features the fit may choose among; none means all with wording.
        max_features: The most a card may read.
        pieces: Straight pieces a feature's curve has before it is laid on knots.
        ends: Share of loans beyond the outer knots on either side.
        ridge: How strongly a feature's spread over the loans is held small.
        smoothness: How strongly neighbouring pieces are held to one slope.
        least_spread: Spread in log-odds below which a feature is left out.
        most_unknown: Share of loans that may lack a feature before it is left out.
        folds: Parts of the sample for the out-of-fold scores that calibrate.
        seed: Of the shuffle that makes the parts.
    """

    candidates: tuple[str, ...] = ()
    max_features: int = 12
    pieces: int = 5
    ends: float = 0.01
    ridge: float = 3.0
    smoothness: float = 3.0
    least_spread: float = 0.01
    most_unknown: float = 0.3
    folds: int = 5
    seed: int = 7

    def to_json(self) -> dict[str, Any]:
        """Write the choices as text and whole numbers."""
        told = asdict(self) | {"candidates": list(self.candidates)}
        return {
            name: repr(value) if isinstance(value, float) else value
            for name, value in told.items()
        }
