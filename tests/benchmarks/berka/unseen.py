"""Score a folder of loans that no model has seen, and say how sure the figures are."""

from collections.abc import Sequence
from pathlib import Path

from risk.training import Loan
from risk.watch import quality
from tests.benchmarks.berka.chance import ahead_by, exactly_right, resampled, span
from tests.benchmarks.berka.models import Models
from tests.benchmarks.berka.reading import read_folder
from tests.benchmarks.berka.tables import (
    HEADS,
    MEASURES,
    SHARES,
    cells_of,
    describe,
    head,
    row,
    say,
    shares,
    span_of,
)

# With fewer of either outcome a span of resamples is itself a guess.
FEW = 10


def score_folder(loans: Sequence[Loan], folder: Path, chosen: Models) -> float:
    """Fit models to loans, then read and score a folder, once.

    Return the least AUC that chance leaves the first model, 0 where it cannot be told.

    Raises:
        FolderWrong: A table of the folder is missing, damaged or lacks a column.
        TooFewOutcomes: The loans to fit to are too few.
    """
    fitted = {model: fit(loans) for model, fit in chosen.items()}
    unseen = read_folder(folder, known={loan.loan for loan in loans})
    seen, bad = unseen.loans, [loan.bad for loan in unseen.loans]
    say("")
    describe("never seen", bad, unseen.counts)
    if not seen:
        say("no loan is left to score")
        return 0.0
    few = min(sum(bad), len(bad) - sum(bad))
    if not few:
        say("- of one outcome alone: nothing to rank, so no AUC, KS or slope")
    elif few < FEW:
        say(f"- fewer than {FEW} good or bad loans: no span below is sure")
    found = {model: predict(seen) for model, predict in fitted.items()}
    drawn = {model: resampled(told, bad) for model, told in found.items()}
    head("never seen, 95 of 100 resamples", *HEADS, *SHARES, "AUC, card ahead by")
    first = next(iter(found))
    for model, told in found.items():
        one = quality(told, bad)
        ahead = "" if model == first else span_of(ahead_by(drawn[first], drawn[model]))
        row(model, *cells_of(one, drawn[model]), *shares(one), ahead)
    _bounded(found[first])
    around = span([one.auc for one in drawn[first]])
    return around[0] if around else 0.0


def _bounded(probabilities: Sequence[float]) -> None:
    """Say what the first model would show if its probabilities were exactly right."""
    drawn = [parts[0] for parts in exactly_right(probabilities)]
    told = (
        f"{named} {span_of(span([getattr(one, name) for one in drawn]))}"
        for named, name in zip(HEADS, MEASURES, strict=True)
    )
    say(f"\nwere its probabilities exactly right, 95 of 100 draws: {', '.join(told)}")
