"""Fit a scorecard to loans, calibrate it on loans it has not seen, and write it down."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ledger.errors import Invalid
from risk.cashflow import FEATURES, Better
from risk.scoring import MIN_REASONS
from risk.training import wording
from risk.training.calibration import calibrate
from risk.training.card import CardFacts, write_card
from risk.training.curves import Fitted, Numbers, fit_curves
from risk.training.sample import Loan, sample_hash
from risk.training.settings import Settings

LEAST_OF_EACH = 20
_WAY = {feature.name: feature.better for feature in FEATURES}


class TooFewOutcomes(Invalid):
    """A scorecard cannot be fitted to so few loans."""

    code = "too_few_outcomes"
    message = (
        "At least {least} loans that went bad and {least} that did not are needed."
    )


class NothingLearned(Invalid):
    """The features do not tell good loans from bad ones, or cannot say why."""

    code = "nothing_learned"
    message = (
        "Fewer than two features tell good loans from bad ones in ways that can be "
        "explained apart. Bring more features or more loans."
    )


def train(
    loans: Sequence[Loan], settings: Settings | None = None, *, version: str
) -> dict[str, Any]:
    """Return the artefact of a scorecard fitted to loans.

    The same loans and settings give the same artefact, whatever the loans' order.

    Raises:
        TooFewOutcomes: Fewer than twenty good or bad loans.
        NothingLearned: The card could not give two reasons.
    """
    settings = settings or Settings()
    sample = lay_out(loans, settings)

    def fit(values: Numbers, bad: Numbers) -> Fitted:
        return fit_curves(values, bad, sample.signs, settings)

    unseen = out_of_fold(
        sample, settings, lambda values, bad: fit(values, bad).log_odds
    )
    fitted = fit(sample.values, sample.bad)
    _require_reasons([sample.names[curve.feature] for curve in fitted.curves])
    facts = sample.facts(version, settings.to_json(), unseen)
    return write_card(fitted, sample.values, facts)


def _require_reasons(names: Sequence[str]) -> None:
    """Two unknowns may have one cause, which is told once."""
    told = {wording.of(name)["unknown"]["code"] for name in names}
    if len(told) < MIN_REASONS:
        raise NothingLearned


@dataclass(frozen=True)
class Sample:
    """Loans laid out for a fit: a row of features for each, and its outcome."""

    loans: tuple[Loan, ...]
    names: tuple[str, ...]
    signs: tuple[int, ...]
    values: Numbers
    bad: Numbers

    def facts(
        self, version: str, settings: dict[str, Any], unseen: Numbers
    ) -> CardFacts:
        """Say what stands behind a fit, calibrated on log-odds of unseen loans."""
        return CardFacts(
            version,
            self.names,
            settings,
            calibrate(-unseen, self.bad),
            sample_hash(self.loans),
            self.loans,
        )


def lay_out(loans: Sequence[Loan], settings: Settings) -> Sample:
    """Lay loans out, whatever their order.

    Raises:
        TooFewOutcomes: Fewer than twenty good or bad loans.
    """
    ordered = sorted(loans, key=lambda item: item.loan)
    bad = np.array([item.bad for item in ordered], dtype=np.float64)
    if min(bad.sum(), (1 - bad).sum()) < LEAST_OF_EACH:
        raise TooFewOutcomes(least=LEAST_OF_EACH)
    names = _candidates(ordered, settings)
    return Sample(
        tuple(ordered),
        tuple(names),
        tuple(1 if _WAY[name] is Better.HIGHER else -1 for name in names),
        _table(ordered, names),
        bad,
    )


def _candidates(loans: Sequence[Loan], settings: Settings) -> list[str]:
    measured = set().union(*(item.features for item in loans))
    wanted = set(settings.candidates) or measured
    return [
        feature.name
        for feature in FEATURES
        if feature.name in wanted & measured
        and feature.better is not Better.NEITHER
        and wording.has(feature.name)
    ]


def _table(loans: Sequence[Loan], names: Sequence[str]) -> Numbers:
    rows = [[item.value(name) for name in names] for item in loans]
    return np.array(rows, dtype=np.float64)


def out_of_fold(
    sample: Sample,
    settings: Settings,
    fit: Callable[[Numbers, Numbers], Callable[[Numbers], Numbers]],
) -> Numbers:
    """Return the log-odds of repaying of each loan, by a fit that has not seen it."""
    scores = np.zeros(len(sample.bad))
    for held in folds(sample.bad.tolist(), settings.folds, settings.seed):
        rest = np.setdiff1d(np.arange(len(sample.bad)), held)
        scores[held] = fit(sample.values[rest], sample.bad[rest])(sample.values[held])
    return scores


def folds(bad: Sequence[float], number: int, seed: int) -> list[list[int]]:
    """Part loans so that each part has its share of bad ones."""
    parts: list[list[int]] = [[] for _ in range(number)]
    shuffle = random.Random(seed)  # noqa: S311 - a sample is parted, nothing kept secret
    for outcome in (0, 1):
        places = [place for place, was_bad in enumerate(bad) if was_bad == outcome]
        shuffle.shuffle(places)
        for number_dealt, place in enumerate(places):
            parts[number_dealt % number].append(place)
    return [sorted(part) for part in parts]
