"""Measure the trained card: python -m tests.benchmarks.berka TRAIN_DIR [SCORE_DIR].

TRAIN_DIR: five times five stratified folds, and loans to 1996 against those of 1997-98.
SCORE_DIR, of the same layout, is read after everything is fitted on TRAIN_DIR, and scored
once. Everything is fitted inside the folds: choice of features, curves, calibration.
"""

import argparse
import platform
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from risk.training import Loan, TooFewOutcomes, folds
from risk.watch import quality
from tests.benchmarks.berka.chance import exactly_right, mean
from tests.benchmarks.berka.files import FolderWrong, require_loans
from tests.benchmarks.berka.models import OURS, SETTINGS, Models, models
from tests.benchmarks.berka.reading import read_folder
from tests.benchmarks.berka.tables import (
    HEADS,
    MEASURES,
    SHARES,
    cells_of,
    describe,
    head,
    mean_sd,
    row,
    say,
    shares,
)
from tests.benchmarks.berka.unseen import score_folder

REPEATS, PARTS, FIRST_SEED = 5, 5, 100
CUT = date(1997, 1, 1)
LEAK_FROM = 0.95


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 1 when the card looks too good to be true, 2 when none can be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train_dir", type=Path)
    parser.add_argument("score_dir", type=Path, nargs="?")
    parser.add_argument("--only", metavar="MODEL", help=f"one model alone: {OURS!r}")
    parser.add_argument(
        "--no-folds", action="store_true", help="go to SCORE_DIR at once"
    )
    asked = parser.parse_args(arguments)
    every, said = models()
    if asked.only and asked.only not in every:
        parser.error(f"models: {', '.join(every)}")
    chosen = {asked.only: every[asked.only]} if asked.only else every
    try:
        best = _measured(asked, chosen)
    except (FolderWrong, TooFewOutcomes) as wrong:
        say(str(wrong))
        return 2
    say(f"\nsettings: {SETTINGS.to_json()}")
    say(said)
    say(
        f"folds: seeds {FIRST_SEED} to {FIRST_SEED + REPEATS - 1}; {platform.machine()}"
    )
    if best > LEAK_FROM:
        say(f"AUC above {LEAK_FROM}: look for a leak before believing it")
    return int(best > LEAK_FROM)


def _measured(asked: argparse.Namespace, chosen: Models) -> float:
    """Return the best AUC of the first model that chance does not explain."""
    if asked.score_dir:
        require_loans(asked.score_dir)
    known = read_folder(asked.train_dir)
    loans = known.loans
    describe("development", _bad(loans), known.counts)
    best = 0.0
    if not asked.no_folds:
        best = _crossed(loans, chosen)
        _out_of_time(loans, chosen)
    if asked.score_dir:
        best = max(best, score_folder(loans, asked.score_dir, chosen))
    return best


def _crossed(loans: Sequence[Loan], chosen: Models) -> float:
    """Cross-validate; return the first model's mean AUC."""
    head(f"{REPEATS}x{PARTS} folds, mean (sd)", *HEADS, "slope, ECE pooled")
    firsts: list[tuple[float, list[float]]] = []
    for model, fit in chosen.items():
        parts, pooled = [], []
        for repeat in range(REPEATS):
            told = [0.0] * len(loans)
            for held in folds(_bad(loans), PARTS, FIRST_SEED + repeat):
                out = set(held)
                rest = [loan for n, loan in enumerate(loans) if n not in out]
                seen = [loans[n] for n in held]
                found = fit(rest)(seen)
                for n, probability in zip(held, found, strict=True):
                    told[n] = probability
                parts.append(quality(found, _bad(seen)))
            pooled.append(quality(told, _bad(loans)))
        cells = [mean_sd([getattr(one, name) for one in parts]) for name in MEASURES]
        whole = [mean_sd([getattr(x, n) for x in pooled]) for n in ("slope", "ece")]
        row(model, *cells, ", ".join(whole))
        firsts.append((mean([one.auc for one in parts]), told))
    best, told = firsts[0]
    _bounded(told)
    return best


def _bounded(probabilities: Sequence[float]) -> None:
    """Say what a card that is exactly right about the loans would show in the folds."""
    in_parts = list(exactly_right(probabilities, PARTS))
    at_once = [parts[0] for parts in exactly_right(probabilities)]
    slope = mean([mean([one.slope for one in parts]) for parts in in_parts])
    ece = mean([mean([one.ece for one in parts]) for parts in in_parts])
    say(
        f"\nexactly right about these loans, {len(at_once)} draws: slope {slope:.2f} and "
        f"ECE {ece:.3f} as means of {PARTS} folds; "
        f"{mean([one.slope for one in at_once]):.2f} and "
        f"{mean([one.ece for one in at_once]):.3f} over all loans at once"
    )


def _out_of_time(loans: Sequence[Loan], chosen: Models) -> None:
    early = [loan for loan in loans if loan.granted_on < CUT]
    late = [loan for loan in loans if loan.granted_on >= CUT]
    if not late:
        say(f"\nno loan is of {CUT.year} or later: nothing to tell out of time")
        return
    head(f"out of time, {len(early)} loans fitted, {len(late)} scored", *HEADS, *SHARES)
    for model, fit in chosen.items():
        try:
            one = quality(fit(early)(late), _bad(late))
        except TooFewOutcomes as few:
            say(f"out of time: {few}")
            return
        row(model, *cells_of(one), *shares(one))


def _bad(loans: Sequence[Loan]) -> list[bool]:
    return [loan.bad for loan in loans]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
