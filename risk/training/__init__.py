"""Fit scorecards to loans with known ends. Needs the ``train`` extra; scoring does not."""

from risk.training.fit import NothingLearned, TooFewOutcomes, folds, train
from risk.training.sample import Loan, TrainingFileWrong, read_loans
from risk.training.settings import Settings

__all__ = [
    "Loan",
    "NothingLearned",
    "Settings",
    "TooFewOutcomes",
    "TrainingFileWrong",
    "folds",
    "read_loans",
    "train",
]
