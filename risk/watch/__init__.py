"""Watch a scorecard in use: drift, calibration, fairness, overrides, its challenger."""

from risk.watch.drift import (
    Baseline,
    baseline,
    read_baselines,
    stability,
    verdict,
)
from risk.watch.duel import BANDS_BPS
from risk.watch.fairness import GroupRates, fairness
from risk.watch.quality import Quality, log_odds, logistic, logistic_line, quality
from risk.watch.report import watch_card
from risk.watch.scored import ScoredFileWrong, ScoredLoan, read_scored, read_traits

__all__ = [
    "BANDS_BPS",
    "Baseline",
    "GroupRates",
    "Quality",
    "ScoredFileWrong",
    "ScoredLoan",
    "baseline",
    "fairness",
    "log_odds",
    "logistic",
    "logistic_line",
    "quality",
    "read_baselines",
    "read_scored",
    "read_traits",
    "stability",
    "verdict",
    "watch_card",
]
