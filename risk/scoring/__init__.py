"""Score a firm in plain Python with a scorecard that is data, with reasons."""

from risk.scoring.artefact import (
    LEAST_DEFAULTS,
    Scorecard,
    artefact_hash,
    expert_scorecard,
    read_scorecard,
)
from risk.scoring.score import MIN_REASONS, Reason, Score, score
from risk.scoring.shrinking import Outcome, shrink
from risk.scoring.trees import PARTS_OF_A_POINT

__all__ = [
    "LEAST_DEFAULTS",
    "MIN_REASONS",
    "PARTS_OF_A_POINT",
    "Outcome",
    "Reason",
    "Score",
    "Scorecard",
    "artefact_hash",
    "expert_scorecard",
    "read_scorecard",
    "score",
    "shrink",
]
