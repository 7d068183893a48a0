"""Write what was measured as tables and sentences."""

import statistics
import sys
from collections.abc import Mapping, Sequence

from risk.watch import Quality
from tests.benchmarks.berka.chance import Span, span

MEASURES = ("auc", "ks", "brier", "slope", "ece")
HEADS = ("AUC", "KS", "Brier", "slope", "ECE")
SHARES = ("mean PD", "bad")
# What is less than it should be, and how it is told.
_TROUBLES = (
    ("known", "loans of the development folder, left out here"),
    ("open", "loans without an outcome A, B, C or D, left out"),
    ("unreadable", "rows of loans doubled or unreadable, left out"),
    ("unreadable lines", "transactions unreadable, left out"),
    ("bare", "loans with neither transactions nor a summary, all unknown"),
    ("cut short", "loans without a summary and a line in the last two months"),
)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def describe(name: str, bad: Sequence[bool], counts: Mapping[str, int]) -> None:
    """Say which loans there are, and what of them is less than it should be."""
    say(
        f"{name}: {len(bad)} loans, {sum(bad)} bad; {counts['rows']} measured from "
        f"rows, {counts['summary']} from summaries; {counts['disagree']} values disagree"
    )
    for trouble, words in _TROUBLES:
        if counts[trouble]:
            say(f"- {counts[trouble]} {words}")


def head(*cells: str) -> None:
    """Begin a table."""
    say("")
    row(*cells)
    say("|---" * len(cells) + "|")


def row(*cells: str) -> None:
    """Write a row."""
    say(f"| {' | '.join(cells)} |")


def cells_of(one: Quality, drawn: Sequence[Quality] = ()) -> list[str]:
    """Write the figures of one sample, each in its span if samples were drawn."""
    return [
        f"{_figure(getattr(one, name))} "
        f"{span_of(span([getattr(x, name) for x in drawn])) if drawn else ''}".strip()
        for name in MEASURES
    ]


def shares(one: Quality) -> list[str]:
    """Write the foretold and the seen share of bad loans."""
    return [f"{one.mean_pd:.3f}", f"{one.bad / one.loans:.3f}"]


def span_of(around: Span | None) -> str:
    """Write a span."""
    return f"({around[0]:.3f} to {around[1]:.3f})" if around else "(unknown)"


def mean_sd(figures: Sequence[float | None]) -> str:
    """Write the mean of figures and their standard deviation."""
    known = [x for x in figures if x is not None]
    if len(known) < 2:
        return "unknown"
    return f"{statistics.mean(known):.4f} ({statistics.stdev(known):.3f})"


def _figure(figure: float | None) -> str:
    return "unknown" if figure is None else f"{figure:.4f}"
