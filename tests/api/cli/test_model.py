"""A card is trained, printed and watched from the command line."""

import csv
import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import score
from risk.training import Loan
from tests.risk.training.builders import FEATURES, loans

RUN = CliRunner()


def written(path: Path, known: list[Loan]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["loan", "granted_on", "outcome", *FEATURES])
        for one in known:
            told = [one.features[name].value for name in FEATURES]
            rows.writerow(
                [one.loan, one.granted_on, "bad" if one.bad else "good", *told]
            )
    return path


@pytest.fixture(name="artefact")
def trained(tmp_path: Path) -> Path:
    out = tmp_path / "card.json"
    data = written(tmp_path / "loans.csv", loans(200))
    done = RUN.invoke(score.app, ["train", str(data), str(out), "--version", "kh-1"])
    assert "keep it in shadow" in done.output
    return out


def test_a_trained_card_is_written_and_told(artefact: Path) -> None:
    told = RUN.invoke(score.app, ["card", "--model", str(artefact)])

    assert json.loads(artefact.read_text("utf-8"))["version"] == "kh-1"
    assert told.output.startswith("# Model card: Fitted scorecard, kh-1\n")


def test_a_challenger_of_trees_is_trained_where_lightgbm_is(tmp_path: Path) -> None:
    out = tmp_path / "trees.json"
    data = written(tmp_path / "loans.csv", loans(200))
    asked = ["train", str(data), str(out), "--version", "trees-1", "--challenger"]

    done = RUN.invoke(score.app, asked)

    if find_spec("lightgbm"):
        assert json.loads(out.read_text("utf-8"))["kind"] == "boosted_trees"
    else:
        assert "pip install 'tonle[challengers]'" in str(done.exception)


def test_a_card_is_printed_to_the_same_bytes(artefact: Path, tmp_path: Path) -> None:
    once, again = tmp_path / "one.pdf", tmp_path / "two.pdf"
    for file in (once, again):
        done = RUN.invoke(
            score.app,
            ["card", str(artefact), "--pdf", str(file), "--language", "km"],
            catch_exceptions=False,
        )
        assert done.exit_code == 0

    assert once.read_bytes().startswith(b"%PDF")
    assert once.read_bytes() == again.read_bytes()


def test_watching_exits_1_when_something_asks_for_a_look(
    artefact: Path, tmp_path: Path
) -> None:
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(
        "decided_on,score,pd_bps,model_accepts,accepted\n"
        + "2026-05-01,301,9000,no,no\n" * 50,
        "utf-8",
    )

    done = RUN.invoke(score.app, ["watch", str(decisions), "--model", str(artefact)])

    assert done.exit_code == 1
    assert json.loads(done.output)["alarms"] == ["drift:score"]
