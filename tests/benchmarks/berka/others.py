"""Models of others to compare with, of scikit-learn, optbinning and LightGBM.

They see the loans and the candidate features that the card sees. Settings are fixed here
and were not searched on the folder that is scored.
"""

import math
import warnings
from collections.abc import Callable, Sequence

import lightgbm
import numpy as np
import pandas as pd
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from risk.cashflow import FEATURES, Better
from risk.training import Loan
from tests.benchmarks.berka.summary import CANDIDATES

Predict = Callable[[Sequence[Loan]], list[float]]
LOGISTIC = {"C": 0.2, "max_iter": 1000}
BINNED_FEATURES = 12
FOREST = {
    "n_estimators": 150,
    "learning_rate": 0.04,
    "num_leaves": 7,
    "min_child_samples": 15,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.8,
    "reg_lambda": 5.0,
    "random_state": 7,
    "deterministic": True,
    "force_row_wise": True,
    "n_jobs": 1,
    "verbose": -1,
}
_WAY = {feature.name: feature.better for feature in FEATURES}


def logistic(loans: Sequence[Loan]) -> Predict:
    """Fit a ridge logistic regression on signed logarithms."""
    model = make_pipeline(StandardScaler(), LogisticRegression(**LOGISTIC))
    model.fit(_laid(loans), _bad(loans))
    return lambda seen: model.predict_proba(_laid(seen))[:, 1].tolist()


def binned(loans: Sequence[Loan]) -> Predict:
    """Fit optbinning's scorecard on the features of greatest information value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        def frame(seen: Sequence[Loan]) -> pd.DataFrame:
            return pd.DataFrame(_table(seen), columns=list(CANDIDATES))

        model = Scorecard(
            BinningProcess(
                list(CANDIDATES),
                selection_criteria={
                    "iv": {"min": 0.02, "top": BINNED_FEATURES, "strategy": "highest"}
                },
            ),
            LogisticRegression(max_iter=1000),
        )
        model.fit(frame(loans), _bad(loans))

    def predict(seen: Sequence[Loan]) -> list[float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return model.predict_proba(frame(seen))[:, 1].tolist()

    return predict


def boosted(loans: Sequence[Loan]) -> Predict:
    """Fit LightGBM without constraints."""
    return _boosted(loans, {})


def boosted_monotone(loans: Sequence[Loan]) -> Predict:
    """Fit LightGBM that may move only the way each feature points."""
    ways = [-1 if _WAY[name] is Better.HIGHER else 1 for name in CANDIDATES]
    return _boosted(loans, {"monotone_constraints": ways})


def _boosted(loans: Sequence[Loan], more: dict[str, object]) -> Predict:
    model = lightgbm.LGBMClassifier(**FOREST, **more)
    model.fit(_table(loans), _bad(loans))

    def predict(seen: Sequence[Loan]) -> list[float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return model.predict_proba(_table(seen))[:, 1].tolist()

    return predict


def _table(loans: Sequence[Loan]) -> np.ndarray:
    return np.array([[_number(item, name) for name in CANDIDATES] for item in loans])


def _number(loan: Loan, name: str) -> float:
    value = loan.value(name)
    return math.nan if value is None else value


def _laid(loans: Sequence[Loan]) -> np.ndarray:
    known = np.nan_to_num(_table(loans))
    return np.sign(known) * np.log1p(np.abs(known))


def _bad(loans: Sequence[Loan]) -> np.ndarray:
    return np.array([item.bad for item in loans], dtype=int)


OTHERS: dict[str, Callable[[Sequence[Loan]], Predict]] = {
    "logistic, C 0.2": logistic,
    "optbinning scorecard": binned,
    "LightGBM": boosted,
    "LightGBM, monotone": boosted_monotone,
}
