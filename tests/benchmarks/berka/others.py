"""Models of others to compare with, of scikit-learn, optbinning and LightGBM.

They see the loans and the candidate features that the card sees. Settings are fixed here
and were not searched on the folder that is scored.
"""

import json
import math
import warnings
from collections.abc import Sequence

import lightgbm
import numpy as np
import pandas as pd
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from risk.scoring import read_scorecard, score
from risk.training import Loan
from risk.training import forest as training_forest
from tests.benchmarks.berka.models import SETTINGS, Models, Predict
from tests.benchmarks.berka.summary import CANDIDATES

LOGISTIC = {"C": 0.2, "max_iter": 1000}
BINNED_FEATURES = 12
FOREST = {**training_forest.FOREST, "n_estimators": training_forest.TREES}


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


def challenger(loans: Sequence[Loan]) -> Predict:
    """Train the product's challenger of monotone trees; plain Python scores it."""
    told = training_forest.train_challenger(loans, SETTINGS, version="benchmark")
    card = read_scorecard(json.dumps(told))
    return lambda seen: [score(x.features, card).pd_bps / 10_000 for x in seen]


def boosted(loans: Sequence[Loan]) -> Predict:
    """Fit LightGBM without constraints."""
    model = lightgbm.LGBMClassifier(**FOREST)
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


OTHERS: Models = {
    "logistic, C 0.2": logistic,
    "optbinning scorecard": binned,
    "LightGBM": boosted,
    "Tonle challenger, monotone trees": challenger,
}
