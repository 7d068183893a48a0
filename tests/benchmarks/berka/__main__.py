"""Measure the trained card: python -m tests.benchmarks.berka TRAIN_DIR [SCORE_DIR].

TRAIN_DIR: five times five stratified folds, and loans to 1996 against those of 1997-98.
SCORE_DIR, of the same layout, is read after everything is fitted on TRAIN_DIR, and scored
once. Everything is fitted inside the folds: choice of features, curves, calibration.
"""

import argparse
import platform
import statistics
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from risk.training import Loan, folds
from risk.watch import Quality, quality
from tests.benchmarks.berka.models import FOREST, LOGISTIC, MODELS, SETTINGS
from tests.benchmarks.berka.reading import Read, read_folder

REPEATS, PARTS, FIRST_SEED = 5, 5, 100
CUT = date(1997, 1, 1)
MEASURES = ("auc", "ks", "brier", "slope", "ece")
LEAK_FROM = 0.95


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 1 when the card looks too good to be true."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train_dir", type=Path)
    parser.add_argument("score_dir", type=Path, nargs="?")
    parser.add_argument("--only", choices=MODELS, help="one model alone")
    asked = parser.parse_args(arguments)
    models = (asked.only,) if asked.only else tuple(MODELS)
    known = read_folder(asked.train_dir)
    _say(_described("development", known))
    best = _crossed(known.loans, models)
    _out_of_time(known.loans, models)
    if asked.score_dir:
        best = max(best, _unseen(known.loans, asked.score_dir, models))
    _say(f"settings: {SETTINGS.to_json()}")
    _say(f"logistic: {LOGISTIC}; LightGBM: {FOREST}")
    _say(
        f"folds: seeds {FIRST_SEED} to {FIRST_SEED + REPEATS - 1}; {platform.machine()}"
    )
    if best > LEAK_FROM:
        _say(f"AUC above {LEAK_FROM}: look for a leak before believing it")
        return 1
    return 0


def _described(name: str, known: Read) -> str:
    bad = sum(item.bad for item in known.loans)
    return (
        f"{name}: {len(known.loans)} loans, {bad} bad; {known.from_rows} measured from "
        f"rows, the rest from summaries; {known.disagreements} values disagree"
    )


def _crossed(loans: Sequence[Loan], models: Sequence[str]) -> float:
    """Cross-validate; return our mean AUC."""
    _say(
        "\n| 5x5 folds, mean (sd) | AUC | KS | Brier | slope | ECE | slope, ECE pooled |"
    )
    _say("|---|---|---|---|---|---|---|")
    means = {}
    for model in models:
        parts, pooled = [], []
        for repeat in range(REPEATS):
            told = [0.0] * len(loans)
            for held in folds([x.bad for x in loans], PARTS, FIRST_SEED + repeat):
                rest = [loan for n, loan in enumerate(loans) if n not in set(held)]
                seen = [loans[n] for n in held]
                found = MODELS[model](rest)(seen)
                for n, probability in zip(held, found, strict=True):
                    told[n] = probability
                parts.append(_quality(seen, found))
            pooled.append(_quality(loans, told))
        cells = [_mean_sd([getattr(one, name) for one in parts]) for name in MEASURES]
        whole = [
            _mean_sd([getattr(one, n) for one in pooled]) for n in ("slope", "ece")
        ]
        _say(f"| {model} | {' | '.join(cells)} | {', '.join(whole)} |")
        means[model] = statistics.mean(one.auc or 0 for one in parts)
    return means[models[0]]


def _out_of_time(loans: Sequence[Loan], models: Sequence[str]) -> None:
    early = [loan for loan in loans if loan.granted_on < CUT]
    late = [loan for loan in loans if loan.granted_on >= CUT]
    _head(f"out of time, {len(early)} loans fitted, {len(late)} scored")
    for model in models:
        _row(model, _quality(late, MODELS[model](early)(late)))


def _unseen(loans: Sequence[Loan], folder: Path, models: Sequence[str]) -> float:
    fitted = {model: MODELS[model](loans) for model in models}
    unseen = read_folder(folder)
    _say("\n" + _described("never seen", unseen))
    _head("fitted on development, never seen")
    found = {
        model: _quality(unseen.loans, predict(unseen.loans))
        for model, predict in fitted.items()
    }
    for model, one in found.items():
        _row(model, one)
    return found[models[0]].auc or 0


def _quality(loans: Sequence[Loan], found: Sequence[float]) -> Quality:
    return quality(found, [loan.bad for loan in loans])


def _mean_sd(figures: Sequence[float]) -> str:
    return f"{statistics.mean(figures):.4f} ({statistics.stdev(figures):.3f})"


def _head(name: str) -> None:
    _say(f"\n| {name} | AUC | KS | Brier | slope | ECE | mean PD | bad |")
    _say("|---|---|---|---|---|---|---|---|")


def _row(model: str, one: Quality) -> None:
    cells = [f"{getattr(one, name):.4f}" for name in MEASURES]
    share = one.bad / one.loans
    _say(f"| {model} | {' | '.join(cells)} | {one.mean_pd:.3f} | {share:.3f} |")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
