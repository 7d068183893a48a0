"""Score a firm in plain Python with a scorecard that is data, with reasons."""

from risk.scoring.artefact import Scorecard, expert_scorecard, read_scorecard
from risk.scoring.score import Reason, Score, score

__all__ = [
    "Reason",
    "Score",
    "Scorecard",
    "expert_scorecard",
    "read_scorecard",
    "score",
]
