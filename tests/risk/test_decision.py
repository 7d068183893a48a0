"""A decision carries what led to it, replays to the byte, and never refuses mutely."""

import hashlib
import json
from datetime import date

import pytest

from ledger.money import Currency
from risk import decision, statements
from risk.decision import Application, Candidate, Costs, Outcome, Policy, Source
from risk.statements.sample import Profile, sample_statement

AS_OF = date(2026, 1, 1)
POLICY = Policy(
    Costs(
        funds_bps=800,
        servicing_bps=300,
        margin_bps=200,
        capital_return_bps=1000,
        lgd_bps=6000,
        guarantee_lgd_bps=1500,
        receivables_lgd_bps=2500,
    ),
    cap_bps=1800,
)


def source(seed: int, profile: Profile, **changed) -> Source:
    content = sample_statement(
        seed, profile, **{"ends_on": date(2025, 12, 31)} | changed
    )
    read = statements.read_statement("a.csv", content)
    digest = hashlib.sha256(content).hexdigest()
    return Source(digest, read.parsed, read.integrity.verdict)


def application(amount: int = 500_000, **changed) -> Application:
    known = {
        "currency": Currency.USD,
        "amount_minor": amount,
        "instalment_minor": amount // 11,
        "as_of": AS_OF,
        "candidates": (
            Candidate(12, tuple(amount * (12 - k) // 12 for k in range(12))),
        ),
        "apr_bps": lambda _term, rate: rate + 100,
    }
    return Application(**known | changed)


def assess(*sources: Source, policy: Policy = POLICY, **changed):
    return decision.assess(sources, application(**changed), policy)


def test_a_strong_firm_is_accepted_with_reasons() -> None:
    found = assess(source(1, Profile.STRONG))

    assert found.outcome is Outcome.ACCEPT
    assert found.score.grade == "A"
    assert len({reason.code for reason in found.reasons}) >= 2


@pytest.mark.parametrize("seed", range(6))
def test_a_weak_firm_is_refused_with_two_reasons_that_can_be_changed(seed: int) -> None:
    found = assess(source(seed, Profile.WEAK), amount=2_000_000)

    assert found.outcome is Outcome.REFUSE
    assert len({reason.code for reason in found.reasons}) >= 2
    assert all(reason.change_en and reason.change_km for reason in found.reasons)


def test_a_strong_firm_that_asks_too_much_still_hears_two_reasons() -> None:
    found = assess(source(1, Profile.STRONG), amount=30_000_000)

    assert found.outcome is Outcome.REFUSE
    assert "instalment_not_affordable" in {reason.code for reason in found.reasons}
    assert len(found.reasons) >= 2


def test_a_short_history_is_refused() -> None:
    found = assess(source(1, Profile.STRONG, months=2))

    codes = [reason.code for reason in found.reasons]
    assert found.outcome is Outcome.REFUSE
    assert codes[0] == "history_too_short"
    assert "records_say_little" in codes
    told = found.to_json()
    assert (told["score"], told["grade"], told["points"]) == (None, None, {})


def test_no_score_is_given_as_a_reason_where_there_is_none() -> None:
    found = assess(source(1, Profile.WEAK, months=2))

    assert {reason.points_lost for reason in found.reasons} == {0}
    assert "grade_too_low" not in {reason.code for reason in found.reasons}


def test_old_records_are_refused_however_good() -> None:
    found = assess(source(1, Profile.STRONG, ends_on=date(2025, 9, 30)))

    assert found.outcome is Outcome.REFUSE
    assert found.reasons[0].code == "records_out_of_date"


def test_a_price_above_the_cap_is_refused_and_not_clipped() -> None:
    tight = Policy(POLICY.costs, cap_bps=1400)

    found = assess(source(1, Profile.STRONG), policy=tight)

    assert found.outcome is Outcome.REFUSE
    assert found.cap_test.cap_bps == 1400
    assert len({reason.code for reason in found.reasons}) >= 2


def test_the_same_inputs_give_the_same_bytes() -> None:
    first, again = (assess(source(2, Profile.FAIR)) for _ in range(2))

    assert first.to_json() == again.to_json()
    assert first.sha256 == again.sha256


def test_one_changed_amount_gives_another_decision() -> None:
    fair = source(2, Profile.FAIR)
    lines = list(fair.statement.transactions)
    lines[50] = lines[50]._replace(amount_minor=lines[50].amount_minor + 100_00)
    changed = statements.ParsedStatement(
        fair.statement.format,
        fair.statement.account,
        fair.statement.currency,
        tuple(lines),
    )

    assert assess(Source(fair.sha256, changed)).sha256 != assess(fair).sha256


def test_a_decision_holds_no_float_and_survives_json() -> None:
    told = assess(source(1, Profile.SEASONAL)).to_json()

    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(map(plain, value.values()))
        if isinstance(value, list):
            return all(map(plain, value))
        return isinstance(value, str | int | None)

    assert plain(told)
    assert json.loads(json.dumps(told)) == told


def test_statements_in_another_currency_are_named_and_not_counted() -> None:
    dollars = source(1, Profile.STRONG)
    riel = source(1, Profile.WEAK, currency=Currency.KHR)

    found = assess(dollars, riel)

    assert found.counted_sha256 == (dollars.sha256,)
    assert found.not_counted_sha256 == (riel.sha256,)
    assert found.features == assess(dollars).features


def test_an_application_needs_a_statement_in_its_currency() -> None:
    with pytest.raises(decision.StatementMissing):
        assess(source(1, Profile.WEAK, currency=Currency.KHR))


def test_the_same_days_in_two_files_count_once() -> None:
    whole = source(4, Profile.FAIR)
    lines = whole.statement.transactions
    later = statements.ParsedStatement(
        whole.statement.format,
        whole.statement.account,
        "USD",
        lines[100:],
    )

    assert assess(whole, Source("2" * 64, later)).features == assess(whole).features


def test_a_doubtful_statement_asks_for_review() -> None:
    found = assess(
        Source("1" * 64, source(1, Profile.FAIR).statement, statements.Verdict.REVIEW)
    )

    assert found.needs_review
