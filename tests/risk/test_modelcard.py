"""The model card says what the artefact is, in the artefact's own numbers."""

import pytest

from risk.modelcard import markdown, read_artefact
from risk.scoring import artefact_hash, expert_scorecard
from risk.training import train
from tests.risk.training.builders import loans


def test_the_experts_card_owns_that_no_outcome_stands_behind_it() -> None:
    told = markdown(read_artefact())

    assert artefact_hash(read_artefact()) == expert_scorecard().hash
    assert expert_scorecard().hash in told
    assert "No outcome of a firm stands behind" in told
    assert all(f"| {x.feature} |" in told for x in expert_scorecard().characteristics)
    assert "| A | 1020 | up to 3.20 % |" in told


@pytest.mark.slow
def test_a_fitted_card_tells_its_loans_and_that_they_are_few() -> None:
    known = loans(200)

    told = markdown(train(known, version="few"))

    assert "200 loans granted from 2025-01-01" in told
    assert "Fewer than 100 defaults" in told
    assert "| max_features | 12 |" in told
