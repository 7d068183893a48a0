"""The product's card and its challengers behind one door: loans in, probabilities out."""

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

from risk.scoring import read_scorecard, score
from risk.training import Loan, Settings, train
from tests.benchmarks.berka.summary import CANDIDATES

Predict = Callable[[Sequence[Loan]], list[float]]
Models = Mapping[str, Callable[[Sequence[Loan]], Predict]]
OURS = "Tonle card"
SETTINGS = Settings(candidates=CANDIDATES)
_PARTS_OF_OTHERS = ("lightgbm", "optbinning", "pandas", "sklearn")


def ours(loans: Sequence[Loan]) -> Predict:
    """Train the product's card; its artefact alone scores, by the product's own code."""
    card = read_scorecard(json.dumps(train(loans, SETTINGS, version="benchmark")))
    return lambda seen: [score(x.features, card).pd_bps / 10_000 for x in seen]


def models() -> tuple[Models, str]:
    """Return the card and, where they are installed, its challengers; and a word on them."""
    missing = [name for name in _PARTS_OF_OTHERS if not find_spec(name)]
    if missing:
        install = "pip install -e '.[challengers]'"
        return {OURS: ours}, f"no challengers, for want of {missing[0]}: {install}"
    # Loaded by name, since the card is measured without them too.
    others = importlib.import_module("tests.benchmarks.berka.others")
    said = f"logistic: {others.LOGISTIC}; LightGBM: {others.FOREST}"
    return {OURS: ours} | others.OTHERS, said
