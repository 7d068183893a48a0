"""Laws of agreements: nothing is lost, nothing is negative, order does not matter."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from contracts import apr, daycount, loan, schedule, sharing, terms
from contracts.months import add_months
from contracts.state import Allocation
from ledger.money import Currency, Money

STARTS = st.dates(date(2023, 1, 1), date(2027, 12, 31))
LEVELLED = (terms.Method.ANNUITY, terms.Method.EQUAL_PRINCIPAL)
SPANS = st.tuples(st.integers(0, 800), st.integers(0, 800), st.integers(0, 400))
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def agreements(draw, methods=tuple(terms.Method), **clauses):
    """Terms of every method, frequency and day count, some with grace."""
    currency = draw(st.sampled_from(Currency))
    method = draw(st.sampled_from(methods))
    count = draw(st.integers(1, 30))
    step = currency.settlement_step
    principal = Money(draw(st.integers(count, 10**8)) * step, currency)
    disbursed_on = draw(STARTS)
    extra = {}
    if method is terms.Method.CUSTOM:
        extra["plan"] = tuple(principal.split([1] * count))
    if method is terms.Method.BALLOON:
        extra["balloon"] = terms.Balloon(amortised_over=count + 12)
    unrounded = draw(st.booleans())
    extra["rounding"] = terms.RoundingRule(
        interest_step=step, instalment_step=step, unrounded=unrounded
    )
    grace = terms.Grace()
    if not unrounded:
        grace = terms.Grace(
            principal=draw(st.integers(0, count - 1)),
            interest=draw(st.integers(0, count - 1)),
            rule=draw(st.sampled_from(terms.GraceRule)),
        )
    agreed = {
        "principal": principal,
        "rate_bps": draw(st.integers(0, 6000)),
        "instalments": count,
        "disbursed_on": disbursed_on,
        "first_due_on": disbursed_on + timedelta(days=draw(st.integers(1, 60))),
        "method": method,
        "frequency": draw(
            st.sampled_from([terms.WEEKLY, terms.MONTHLY, terms.QUARTERLY])
        ),
        "day_count": draw(st.sampled_from(daycount.DayCount)),
        "month_end": draw(st.sampled_from(terms.MonthEnd)),
        "grace": grace,
        **extra,
    }
    return terms.Terms(**{**agreed, **clauses})


@quick
@given(agreements())
def test_rows_sum_to_the_principal_and_nothing_is_negative(agreed):
    plan = schedule.build(agreed)

    added = sum(row.capitalised_minor for row in plan.rows)
    assert plan.principal.minor == agreed.principal.minor + added
    assert plan.rows[-1].balance_minor == 0
    for row in plan.rows:
        assert row.interest_minor >= 0
        assert row.principal_minor >= 0
    earned = sum(row.earned_minor for row in plan.rows)
    assert plan.interest.minor + added == earned


@quick
@given(agreements(day_count=daycount.DayCount.ACT_365F), st.data())
def test_interest_is_earned_day_by_day_alike(agreed, data):
    plan = schedule.build(agreed)
    row = data.draw(st.sampled_from(plan.rows))
    days = (row.ends_on - row.starts_on).days
    passed = data.draw(st.integers(0, days))

    earned = schedule.accrued_minor(agreed, row, row.starts_on + timedelta(days=passed))

    # What an unrounded plan shows as a row's interest is off by its rounded balances.
    slack = agreed.rounds.interest_step * (3 if agreed.rounds.unrounded else 1)
    assert abs(earned * days - row.earned_minor * passed) <= slack * days


@quick
@given(agreements())
def test_terms_survive_being_written_and_read(agreed):
    assert terms.Terms.from_json(agreed.to_json()) == agreed


@quick
@given(st.sampled_from(daycount.DayCount), STARTS, SPANS, st.sampled_from((1, 3, 12)))
def test_a_period_inside_another_is_never_a_larger_part_of_a_year(
    counted, start, spans, months
):
    before, inside, after = (timedelta(days=days) for days in spans)
    starts_on = start + before
    ends_on = starts_on + inside + timedelta(days=1)
    regular = daycount.reference_between(start, add_months(start, months))
    plan = daycount.PlanDates(regular, ends_on + after)

    inner = daycount.fraction(counted, starts_on, ends_on, plan)
    outer = daycount.fraction(counted, start, ends_on + after, plan)

    assert 0 <= inner <= outer
    whole_days = (ends_on + after - start).days
    assert abs(outer - daycount.Fraction(whole_days, 365)) * 50 <= outer + 1


@quick
@given(st.integers(1, 4000), st.integers(2, 48), st.sampled_from((1, 3, 6, 12)))
def test_the_apr_of_an_annuity_without_fees_is_its_effective_rate(bps, count, months):
    starts_on, periods = date(2026, 1, 1), 12 // months
    agreed = terms.Terms(
        principal=Money(10**11, Currency.USD),
        rate_bps=bps,
        instalments=count,
        disbursed_on=starts_on,
        first_due_on=add_months(starts_on, months),
        frequency=terms.Frequency(terms.Unit.MONTH, months),
    )

    effective = (1 + Decimal(bps) / (10_000 * periods)) ** periods - 1

    assert abs(apr.of(agreed) - effective) < Decimal("1e-7")


AMOUNTS = st.lists(st.integers(1, 10**7), min_size=1, max_size=40)


@quick
@given(AMOUNTS, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 3000))
def test_sharing_keeps_every_unit_and_no_lender_is_off_by_more_than_one(
    weights, interest, late, fee_bps
):
    total = sum(weights)
    nothing = Money.zero(Currency.USD)
    receipt = Allocation(
        "r",
        date(2026, 1, 1),
        Money(late, Currency.USD),
        nothing,
        Money(interest, Currency.USD),
        Money(total // 2, Currency.USD),
        nothing,
    )
    notes = [
        sharing.NoteHolding(str(at), weight, (1400, 1500)[at % 2])
        for at, weight in enumerate(weights)
    ]

    shared = sharing.distribute(receipt, notes, servicing_fee_bps=fee_bps)

    assert shared.received == receipt.total
    for share, weight in zip(shared.shares, weights, strict=True):
        assert abs(share.principal.minor * total - total // 2 * weight) < total
        assert abs(share.interest.minor * total - interest * weight) < total
        assert share.net.minor >= 0
        fee = share.servicing_fee_minor * 10_000 - fee_bps * (
            share.interest_minor + share.late_fee_minor
        )
        assert abs(fee) < 2 * 10_000
    before = {}
    for share, weight in zip(shared.shares, weights, strict=True):
        earlier = before.setdefault(weight, share)
        assert earlier.principal_minor >= share.principal_minor
        before[weight] = share


@st.composite
def lives(draw):
    """Terms and a legal list of events: receipts, late fees, waivers of them."""
    accrual = draw(st.sampled_from(terms.Accrual))
    methods = (*LEVELLED, terms.Method.INTEREST_ONLY)
    if accrual is terms.Accrual.SCHEDULED:
        methods = tuple(terms.Method)
    agreed = draw(
        agreements(
            methods,
            grace=terms.Grace(),
            excess=draw(st.sampled_from(terms.Excess)),
            accrual=accrual,
            payoff=draw(st.sampled_from(terms.PayoffRule)),
        )
    )
    step = agreed.currency.settlement_step
    events = [
        loan.Disbursed(on=agreed.disbursed_on, ordinal=0, amount=agreed.principal)
    ]
    for ordinal in range(1, draw(st.integers(1, 8))):
        on = agreed.disbursed_on + timedelta(days=draw(st.integers(0, 700)))
        most = max(1, agreed.principal.minor // step // 3)
        amount = Money(draw(st.integers(1, most)) * step, agreed.currency)
        if draw(st.booleans()):
            events.append(
                loan.ReceiptReceived(
                    on=on, ordinal=ordinal, receipt_id=str(ordinal), amount=amount
                )
            )
        else:
            fee = Money(step * draw(st.integers(1, 50)), agreed.currency)
            events.append(
                loan.LateFeeCharged(on=on, ordinal=ordinal, instalment=1, amount=fee)
            )
    return agreed, events


LATER = date(2032, 1, 1)


def rounding_slack(agreed):
    """Daily interest is rounded in each instalment, and what is in none once more."""
    daily = agreed.accrual is terms.Accrual.DAILY
    return agreed.rounds.interest_step if daily else 0


@quick
@given(lives(), st.integers(0, 900))
def test_money_received_is_money_allocated_and_principal_is_conserved(life, days):
    agreed, events = life
    on = agreed.disbursed_on + timedelta(days=days)

    state = loan.replay(agreed, events, on)

    received = [
        event.amount.minor
        for event in events
        if isinstance(event, loan.ReceiptReceived) and event.on <= on
    ]
    assert sum(part.total.minor for part in state.allocations) == sum(received)
    repaid = sum(part.principal.minor for part in state.allocations)
    assert state.outstanding.principal.minor == agreed.principal.minor - repaid
    for part in state.allocations:
        assert min(part.interest.minor, part.penalty.minor, part.principal.minor) >= 0


@quick
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_written_down_changes_nothing(life, random):
    agreed, events = life
    shuffled = list(events)
    random.shuffle(shuffled)

    assert loan.replay(agreed, shuffled, LATER) == loan.replay(agreed, events, LATER)


@quick
@given(lives(), st.integers(0, 900))
def test_paying_the_quote_closes_the_loan_at_zero(life, days):
    agreed, events = life
    on = agreed.disbursed_on + timedelta(days=days)
    past = [event for event in events if event.on <= on]
    quote = loan.payoff_quote(agreed, past, on)
    assume(quote.total.minor > 0)
    closing = loan.ReceiptReceived(
        on=on, ordinal=99, receipt_id="closing", amount=quote.total
    )

    state = loan.replay(agreed, [*past, closing], LATER)

    assert state.status is loan.Status.PAID_OFF
    assert state.allocations[-1].excess.minor == 0
    assert state.outstanding.total.minor == 0
    assert state.accrued_interest.minor == 0
    interest = sum(part.interest.minor for part in state.allocations)
    assert state.earned_interest.minor == interest


@quick
@given(lives(), st.integers(0, 900))
def test_the_price_of_closing_holds_the_interest_earned_by_then(life, days):
    agreed, events = life
    on = agreed.disbursed_on + timedelta(days=days)
    past = [event for event in events if event.on <= on]

    quote = loan.payoff_quote(agreed, past, on)

    state = loan.replay(agreed, past, on)
    earned = state.outstanding.interest + state.accrued_interest
    assert quote.principal == state.outstanding.principal
    if agreed.payoff is terms.PayoffRule.TO_DATE:
        assert quote.interest == earned
    else:
        assert quote.interest >= earned


@quick
@given(lives(), st.integers(0, 900), st.integers(0, 200))
def test_interest_earned_never_falls_as_days_pass(life, days, more):
    agreed, events = life
    on = agreed.disbursed_on + timedelta(days=days)
    past = [event for event in events if event.on <= on]

    now = loan.replay(agreed, past, on).earned_interest
    later = loan.replay(agreed, past, on + timedelta(days=more)).earned_interest

    assert later.minor >= now.minor - rounding_slack(agreed)


@quick
@given(lives(), st.integers(0, 150), st.integers(1, 120))
def test_a_receipt_changes_no_interest_earned_by_its_day(life, days, percent):
    agreed, events = life
    on = agreed.disbursed_on + timedelta(days=days)
    past = [event for event in events if event.on <= on]
    step = agreed.currency.settlement_step
    amount = Money(
        agreed.principal.minor // step * percent // 100 * step, agreed.currency
    )
    paid = loan.ReceiptReceived(on=on, ordinal=99, receipt_id="more", amount=amount)

    before = loan.replay(agreed, past, on).earned_interest
    after = loan.replay(agreed, [*past, paid], on).earned_interest

    assert after.minor >= before.minor - rounding_slack(agreed)
    if agreed.payoff is terms.PayoffRule.TO_DATE:
        assert after.minor <= before.minor + rounding_slack(agreed)


@quick
@given(lives())
def test_a_receipt_charged_back_whole_leaves_no_trace(life):
    agreed, events = life
    paid = [event for event in events if isinstance(event, loan.ReceiptReceived)]
    assume(paid)
    taken = paid[-1]
    back = loan.ChargedBack(
        on=LATER, ordinal=100, receipt_id=taken.receipt_id, amount=taken.amount
    )
    without = [event for event in events if event is not taken]

    after = loan.replay(agreed, [*events, back], LATER)

    assert replace(after, allocations=()) == replace(
        loan.replay(agreed, without, LATER), allocations=()
    )
