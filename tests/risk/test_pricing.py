"""The price is what its parts add up to, and the cap is never met by clipping."""

import pytest

from risk.pricing import Candidate, Costs, Fit, fit_cap, price

COSTS = Costs(
    funds_bps=800,
    servicing_bps=300,
    margin_bps=200,
    capital_return_bps=1000,
    lgd_bps=6000,
    guarantee_lgd_bps=1500,
    receivables_lgd_bps=2500,
)


def level(months: int, principal: int = 1_000_000) -> tuple[int, ...]:
    return tuple(principal * (months - k) // months for k in range(months))


def candidate(months: int) -> Candidate:
    return Candidate(months, level(months))


def apr(term_months: int, rate_bps: int) -> int:
    """A fee of 1.5 % weighs more on a short loan."""
    return rate_bps + 150 * 24 // (term_months + 1)


def test_the_rate_is_the_sum_of_its_parts() -> None:
    found = price(level(12), 400, COSTS)

    assert found.rate_bps == (
        found.funds_bps + found.servicing_bps + found.expected_loss_bps
        + found.capital_bps + found.margin_bps
    )  # fmt: skip


def test_expected_loss_of_a_level_exposure_by_hand() -> None:
    # 12 months at PD 4 %: monthly hazard h = 1 - 0.96^(1/12) = 0.0033960;
    # loss / exposure-year = 12 h x LGD = 2.4451 % when every month weighs the same.
    assert price((100,) * 12, 400, COSTS).expected_loss_bps == 245


def test_only_loans_that_live_pay_for_those_that_die() -> None:
    # PD 50 %: h = 1 - 0.5^(1/12) = 0.0561257; 12 h / (1 - h) x 60 % = 42.813 %.
    assert price((100,) * 12, 5000, COSTS).expected_loss_bps == 4281
    assert price(level(12), 5000, COSTS).expected_loss_bps == 4281


def test_no_risk_costs_no_loss_and_no_capital() -> None:
    found = price(level(12), 0, COSTS)

    assert (found.expected_loss_bps, found.capital_bps) == (0, 0)


def test_capital_charge_matches_the_one_factor_formula() -> None:
    # PD 4 %, rho 0.12: (-1.7507 + 0.3464 x 3.0902) / 0.9381 = -0.7251, so a bad year
    # has a PD of 23.42 %; (23.42 - 4) % x LGD 60 % x return 10 % = 1.165 %.
    assert price(level(12), 400, COSTS).capital_bps == 117


@pytest.mark.parametrize("better", [0, 100, 400, 1000, 2500, 4000])
def test_more_risk_never_costs_less(better: int) -> None:
    assert price(level(12), better, COSTS).rate_bps <= (
        price(level(12), better + 500, COSTS).rate_bps
    )


def test_a_price_under_the_cap_stands() -> None:
    found = fit_cap([candidate(12)], 200, costs=COSTS, cap_bps=1800, apr_bps=apr)

    assert found.fit is Fit.WITHIN
    assert found.apr_bps == apr(12, found.price.rate_bps) <= 1800


def test_without_a_cap_any_price_stands() -> None:
    found = fit_cap([candidate(12)], 5000, costs=COSTS, cap_bps=None, apr_bps=apr)

    assert found.fit is Fit.WITHIN


def test_a_shorter_term_is_offered_when_only_that_fits() -> None:
    def longer_costs_more(term_months: int, rate_bps: int) -> int:
        return rate_bps + 20 * term_months

    found = fit_cap(
        [candidate(24), candidate(6), candidate(12)],
        300,
        costs=COSTS,
        cap_bps=1850,
        apr_bps=longer_costs_more,
    )

    assert (found.fit, found.term_months) == (Fit.SHORTEN, 12)


def test_a_longer_term_is_offered_when_fees_make_short_ones_dear() -> None:
    def fees_weigh_on_short_terms(term_months: int, rate_bps: int) -> int:
        return rate_bps + 2400 // term_months

    found = fit_cap(
        [candidate(3), candidate(6), candidate(9), candidate(12), candidate(24)],
        300,
        costs=COSTS,
        cap_bps=1850,
        apr_bps=fees_weigh_on_short_terms,
    )

    assert (found.fit, found.term_months) == (Fit.LENGTHEN, 9)


def test_of_two_terms_as_near_the_shorter_is_offered() -> None:
    def only_the_asked_is_dear(term_months: int, rate_bps: int) -> int:
        return rate_bps + (9999 if term_months == 9 else 0)

    found = fit_cap(
        [candidate(9), candidate(12), candidate(6)],
        300,
        costs=COSTS,
        cap_bps=1850,
        apr_bps=only_the_asked_is_dear,
    )

    assert (found.fit, found.term_months) == (Fit.SHORTEN, 6)


def test_a_guarantee_is_asked_for_when_no_term_fits() -> None:
    found = fit_cap([candidate(12)], 800, costs=COSTS, cap_bps=1850, apr_bps=apr)

    assert found.fit is Fit.GUARANTEE
    assert found.price.lgd_bps < COSTS.lgd_bps
    assert found.apr_bps <= 1850


def test_a_hopeless_price_is_refused_and_shown_unclipped() -> None:
    found = fit_cap([candidate(12)], 800, costs=COSTS, cap_bps=1200, apr_bps=apr)

    assert found.fit is Fit.REFUSE
    assert found.apr_bps > 1200
    assert found.price == price(level(12), 800, COSTS)
