"""No feature knows the future: lines planted at or after the day change nothing."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from risk.cashflow import measure
from risk.statements import Transaction, read_statement
from risk.statements.sample import Profile, sample_statement

AS_OF = date(2025, 10, 1)
LINES = {
    profile: read_statement(
        "a.csv", sample_statement(3, profile, ends_on=date(2025, 12, 31))
    ).parsed.transactions
    for profile in Profile
}
planted = st.builds(
    lambda days, amount, said, balance: Transaction(
        9, AS_OF + timedelta(days=days), AS_OF, amount, "USD", said, said, balance
    ),
    st.integers(0, 4000),
    st.integers(-(10**12), 10**12),
    st.sampled_from(["Sale", "Loan repayment", "Returned cheque", "Salary", "?"]),
    st.none() | st.integers(-(10**12), 10**12),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(Profile), st.lists(planted, max_size=20), st.booleans())
def test_planted_rows_change_no_feature(
    profile: Profile, rows: list[Transaction], first: bool
) -> None:
    known = [item for item in LINES[profile] if item.booked_on < AS_OF]
    mixed = [*rows, *known] if first else [*known, *rows]

    assert measure([mixed], AS_OF, 50_000) == measure([known], AS_OF, 50_000)


def test_a_whole_account_of_the_future_changes_no_feature() -> None:
    known = [item for item in LINES[Profile.FAIR] if item.booked_on < AS_OF]
    future = [item for item in LINES[Profile.WEAK] if item.booked_on >= AS_OF]

    assert measure([known, future], AS_OF, 50_000) == measure([known], AS_OF, 50_000)
