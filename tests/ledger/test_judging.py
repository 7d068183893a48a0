"""The judge on paper: what an account may still do, and what a refusal takes back."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger import judging
from ledger.errors import Refusal
from ledger.ids import AccountId, EntryId, new_id
from ledger.journal import Booking, Leg, Pending, PostedLeg
from ledger.judging import (
    MAX_LEGS,
    MAX_LETTERS,
    MAX_UNITS,
    EntryUnbalanced,
    Judge,
    Standing,
)
from tests.conftest import FIRST_MOMENT

TODAY = date(2026, 1, 5)
A, B = (AccountId(f"acct_{digit * 26}") for digit in "12")
ENTRY = EntryId(new_id("entry", FIRST_MOMENT))
CREDIT, DEBIT = -1, 1


def standing(account: AccountId = A, sign: int = CREDIT, **told: Any) -> Standing:
    sums = {
        "debits": 0,
        "credits": 0,
        "pending_debits": 0,
        "pending_credits": 0,
        "version": 0,
    }
    rules = {
        "floor": None,
        "ceiling": None,
        "closed": False,
        "frozen": "none",
        "closed_until": None,
        "adjusting_until": None,
    }
    asked = {"book": "x", "asset": "USD", **rules, **sums, **told}
    return Standing(account=account, sign=sign, **asked)


def booking(
    *legs: tuple[AccountId, int], pending: tuple[Pending, ...] = (), **told: Any
) -> Booking:
    asked = {"kind": "test", "state": "posted", "effective_on": TODAY, **told}
    moved = tuple(Leg(*leg) for leg in legs)
    return Booking(id=ENTRY, legs=moved, pending=pending, **asked)


def pay(units: int, **told: Any) -> Booking:
    return booking((A, units), (B, -units), **told)


def a_judge(*standings: Standing) -> Judge:
    return Judge({one.account: one for one in standings})


@pytest.mark.parametrize(
    ("sign", "posted", "available", "promised"),
    [(CREDIT, 60, 53, 71), (DEBIT, -60, -71, -53)],
)
def test_what_is_there_may_leave_and_is_to_come(
    sign: int, posted: int, available: int, promised: int
) -> None:
    sums = {"debits": 40, "credits": 100, "pending_debits": 7, "pending_credits": 11}
    one = standing(sign=sign, **sums)
    assert (one.posted(), one.available(), one.promised()) == (
        posted,
        available,
        promised,
    )


def test_a_refused_booking_leaves_the_standings_and_names_itself() -> None:
    a = standing(A, debits=1, credits=9, pending_debits=2, pending_credits=3, version=4)
    b = standing(B, floor=0)
    judge = a_judge(a, b)
    before = a.sums(), b.sums()

    with pytest.raises(judging.InsufficientFunds) as said:
        judge.judge(booking((A, -5), (B, 5), pending=(Pending(A, 1, 1),)))

    assert said.value.facts == {"available": 0, "needed": 5, "entry": ENTRY}
    assert (a.sums(), b.sums()) == before
    assert before[0] == (1, 9, 2, 3, 4)
    assert judge.mark() == 0


def test_what_was_judged_is_taken_back_to_the_mark_only() -> None:
    a, b = standing(A), standing(B)
    judge = a_judge(a, b)
    judge.judge(pay(5))
    kept, mark = (a.sums(), b.sums()), judge.mark()
    judge.judge(pay(7))
    judge.judge(pay(9))

    judge.take_back(mark)

    assert (a.sums(), b.sums()) == kept == ((5, 0, 0, 0, 1), (0, 5, 0, 0, 1))


def test_each_leg_is_a_step_in_its_accounts_history() -> None:
    a, b = standing(A, debits=10, credits=4, version=7), standing(B)
    steps = a_judge(a, b).judge(booking((A, 5), (A, -8), (B, 3)))
    assert steps == (
        PostedLeg(A, 5, 8, 11),
        PostedLeg(A, -8, 9, 3),
        PostedLeg(B, 3, 1, 3),
    )
    assert a.sums() == (15, 12, 0, 0, 9)


LIMITS: list[tuple[dict[str, Any], Booking, str | None]] = [
    ({"floor": -5}, pay(5), None),
    ({"floor": -5}, pay(6), "insufficient_funds"),
    ({"sign": DEBIT, "floor": -5}, pay(-5), None),
    ({"sign": DEBIT, "floor": -5}, pay(-6), "insufficient_funds"),
    ({"ceiling": 5}, pay(-5), None),
    ({"ceiling": 5}, pay(-6), "above_ceiling"),
    ({"ceiling": 5, "pending_credits": 1}, pay(-5), "above_ceiling"),
    ({"sign": DEBIT, "ceiling": 5, "pending_debits": 1}, pay(4), None),
    ({"sign": DEBIT, "ceiling": 5, "pending_debits": 1}, pay(5), "above_ceiling"),
    ({"sign": DEBIT, "ceiling": 5, "pending_credits": 9}, pay(5), None),
    ({"frozen": "outflow"}, pay(1), "account_frozen"),
    ({"frozen": "outflow"}, pay(-1), None),
    ({"frozen": "outflow", "sign": DEBIT}, pay(-1), "account_frozen"),
    ({"frozen": "outflow", "sign": DEBIT}, pay(1), None),
    ({"frozen": "all"}, pay(-1), "account_frozen"),
    ({"frozen": "all"}, pay(1, state="voided"), None),
    ({"closed": True}, pay(1, state="voided"), "account_closed"),
    ({"closed_until": TODAY}, pay(1), "period_closed"),
    ({"closed_until": TODAY}, pay(1, kind="adjustment"), "period_closed"),
    ({"closed_until": TODAY}, pay(1, state="voided"), None),
    ({"closed_until": TODAY - timedelta(days=1)}, pay(1), None),
    ({"adjusting_until": TODAY}, pay(1), "period_adjusting"),
    ({"adjusting_until": TODAY - timedelta(days=1)}, pay(1), None),
    ({"adjusting_until": TODAY}, pay(1, kind="adjustment"), None),
    ({"adjusting_until": TODAY}, pay(1, kind="closing"), None),
    ({"adjusting_until": TODAY}, pay(1, kind="revaluation"), None),
    ({"adjusting_until": TODAY}, pay(1, reverses=ENTRY), None),
    ({"debits": 2**63 - 2}, pay(1), None),
    ({"debits": 2**63 - 1}, pay(1), "units_out_of_range"),
    ({"asset": "KHR"}, pay(1), "entry_unbalanced"),
    ({"book": "y"}, pay(1), "entry_unbalanced"),
]


@pytest.mark.parametrize(("told", "asked", "code"), LIMITS)
def test_a_limit_holds_to_the_last_unit_and_the_last_day(
    told: dict[str, Any], asked: Booking, code: str | None
) -> None:
    judge = a_judge(standing(A, **told), standing(B))
    if code is None:
        assert judge.judge(asked)
        return
    with pytest.raises(Refusal) as said:
        judge.judge(asked)
    assert said.value.code == code
    assert said.value.facts["entry"] == ENTRY


def test_a_capture_of_a_frozen_account_is_refused_though_nothing_more_is_taken() -> (
    None
):
    frozen = standing(A, frozen="outflow", credits=9, pending_debits=9)
    with pytest.raises(judging.AccountFrozen) as said:
        a_judge(frozen, standing(B)).judge(pay(9, pending=(Pending(A, -9, 0),)))
    assert said.value.facts == {"account": A, "entry": ENTRY}


def test_a_hold_may_not_be_placed_on_what_is_held_or_frozen() -> None:
    held = booking(pending=(Pending(A, 5, 0), Pending(B, 0, 5)), state="pending")
    a = standing(A, floor=0, credits=9, pending_debits=5)
    with pytest.raises(judging.InsufficientFunds) as said:
        a_judge(a, standing(B)).judge(held)
    assert said.value.facts == {"available": 4, "needed": 5, "entry": ENTRY}
    with pytest.raises(judging.AccountFrozen):
        a_judge(standing(A, frozen="outflow"), standing(B)).judge(held)
    assert a_judge(standing(A), standing(B, frozen="outflow")).judge(held) == ()


def test_what_is_held_is_added_to_what_was_and_taken_off_when_it_ends() -> None:
    a = standing(A, pending_debits=2, pending_credits=3)
    judge = a_judge(a, standing(B))
    both = Pending(A, 5, 7), Pending(B, 7, 5)
    judge.judge(booking(pending=both, state="pending"))
    assert a.sums() == (0, 0, 7, 10, 0)
    judge.judge(booking(pending=(Pending(A, -6, -9),), state="voided"))
    assert a.sums() == (0, 0, 1, 1, 0)


def test_what_a_floor_below_nothing_leaves_is_available() -> None:
    with pytest.raises(judging.InsufficientFunds) as said:
        a_judge(standing(A, floor=-5), standing(B)).judge(pay(6))
    assert said.value.facts == {"available": 5, "needed": 6, "entry": ENTRY}


@pytest.mark.parametrize("known", [A, B])
def test_an_unknown_account_is_named(known: AccountId) -> None:
    with pytest.raises(judging.UnknownAccount) as said:
        a_judge(standing(known)).judge(pay(1))
    assert said.value.facts == {"account": B if known == A else A, "entry": ENTRY}


def held(units: Any) -> Booking:
    pending = Pending(A, units, 0), Pending(B, 0, units)
    return booking(pending=pending, state="pending")


FORMS: list[tuple[Booking, str | None]] = [
    (booking((A, 1)), "entry_has_too_few_legs"),
    (booking((A, 1), state="voided"), None),
    (booking(*[(A, 1)] * MAX_LEGS), None),
    (booking(*[(A, 1)] * (MAX_LEGS + 1)), "entry_has_too_many_legs"),
    (pay(MAX_UNITS - 1), None),
    (pay(MAX_UNITS), "units_out_of_range"),
    (booking((A, 1), (B, MAX_UNITS)), "units_out_of_range"),
    (booking((A, 1), (B, -MAX_UNITS)), "units_out_of_range"),
    (booking((A, 1), (B, 0)), "units_out_of_range"),
    (held(1), None),
    (held(MAX_UNITS - 1), None),
    (held(MAX_UNITS), "units_out_of_range"),
    (held(0), "units_out_of_range"),
    (held(-1), "units_out_of_range"),
    (held(1.5), "units_out_of_range"),
    (pay(1, kind="\0"), "entry_malformed"),
    (pay(1, kind="ខ" * 100), None),
    (pay(1, kind="k" * 101), "entry_malformed"),
    (pay(1, kind="k" * 109, reverses=ENTRY), None),
    (pay(1, memo="\ud800"), "entry_malformed"),
    (pay(1, details={"\udfff": ""}), "entry_malformed"),
    (pay(1, details={"": "ខ\0"}), "entry_malformed"),
    (pay(1, memo="ខ", details={"": "\U0001f600"}), None),
    (pay(1, memo="m" * (MAX_LETTERS - 6), details={"k": "v"}), None),
    (pay(1, memo="m" * (MAX_LETTERS - 5), details={"k": "v"}), "entry_malformed"),
    (pay(1, effective_on=TODAY + timedelta(days=366)), None),
    (pay(1, effective_on=TODAY + timedelta(days=367)), "effective_date_too_far"),
]


@pytest.mark.parametrize(("asked", "code"), FORMS)
def test_a_form_is_held_to_its_last_leg_unit_and_day(
    asked: Booking, code: str | None
) -> None:
    if code is None:
        judging.require_form(asked, TODAY)
        return
    with pytest.raises(Refusal) as said:
        judging.require_form(asked, TODAY)
    assert said.value.code == code
    assert said.value.facts["entry"] == ENTRY


def test_a_hold_out_of_balance_says_by_how_much() -> None:
    uneven = booking(pending=(Pending(A, 5, 0), Pending(B, 0, 3)), state="pending")
    with pytest.raises(EntryUnbalanced) as said:
        a_judge(standing(A), standing(B)).judge(uneven)
    assert said.value.facts == {"entry": ENTRY, "units": 2, "asset": "USD"}
