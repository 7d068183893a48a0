"""Every state that a page shows has its word and its colour there, and no other has."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from api.portal import errors
from contracts import inforce
from finance.lending import ApplicationStatus, LoanStatus
from finance.lending.history import KINDS
from finance.raising import OfferStatus, PledgeStatus
from finance.signing import KeyState
from finance.wallets import PayoutState
from risk.identity import Sector
from risk.limits import LimitKind
from risk.pricing import SecurityKind
from risk.scoring.artefact import CONFIDENCES, GRADES
from risk.statements import Flaw, Holds
from risk.warning import Signal
from tests.api.portal.sentences import stored

TEMPLATES = Path(errors.__file__).parent / "templates"
SETS = {
    name: set(re.findall(r'"([^"]+)":', words))
    for file in sorted(TEMPLATES.glob("*.html"))
    for name, words in re.findall(r"{% set (\w+) = {(.*)} %}", file.read_text("utf-8"))
}


@pytest.mark.parametrize(
    ("names", "members"),
    [
        ("application_states application_tones", ApplicationStatus),
        ("loan_states loan_tones", LoanStatus),
        ("offer_states offer_tones", OfferStatus),
        ("pledge_states", PledgeStatus),
        ("payout_states payout_tones", PayoutState),
        ("key_states key_tones", KeyState),
        ("loan_facts", KINDS),
        ("securities", SecurityKind),
        ("signals", Signal),
        ("sectors", Sector),
        ("limit_kinds", LimitKind),
        ("flaws", Flaw),
        ("holds", Holds),
        ("grade_tones", GRADES),
        ("sureness", CONFIDENCES),
    ],
)
def test_every_state_has_its_words(names: str, members: Iterable[str]) -> None:
    for name in names.split():
        assert SETS[name] == set(members), name


def test_every_act_that_changes_a_plan_is_said_in_khmer_above_its_sheet() -> None:
    acts = [name for name, kind in KINDS.items() if kind in inforce.CHANGING]

    for act in acts:
        assert (act.replace("_", " "),) in stored()
