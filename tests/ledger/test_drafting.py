"""A draft on paper: columns for the database, counted from where accounts stand."""

import json
from dataclasses import astuple

import pytest

from ledger.drafting import PLAIN_UNITS, Draft
from ledger.ids import AccountId, read_number
from ledger.journal import Booking, Pending, Posted, PostedLeg
from tests.ledger.test_judging import ENTRY, A, B, booking, held, pay


def a_draft(*bookings: Booking) -> Draft:
    draft = Draft()
    for number, one in enumerate(bookings):
        draft.add(one, f"{number:032x}", bytes([number]))
    return draft


def test_a_draft_counts_each_step_from_where_its_account_stands() -> None:
    draft = a_draft(booking((A, 5), (B, -5)), booking((B, 3), (B, -1), (A, -2)))
    assert draft.steps == [
        (1, 1, 0, 5, 1, 5),
        (2, 1, 1, -5, 1, -5),
        (2, 2, 0, 3, 2, -2),
        (2, 2, 1, -1, 3, -3),
        (1, 2, 2, -2, 2, 3),
    ]
    outcomes = draft.outcomes([10, 20], [100, -200])
    assert outcomes == [
        Posted(ENTRY, (PostedLeg(A, 5, 11, 105), PostedLeg(B, -5, 21, -205)), False),
        Posted(
            ENTRY,
            (
                PostedLeg(B, 3, 22, -202),
                PostedLeg(B, -1, 23, -203),
                PostedLeg(A, -2, 12, 103),
            ),
            False,
        ),
    ]


def of_hold(units: int) -> tuple[Pending, Pending]:
    return Pending(A, units, 0), Pending(B, 0, units)


# What a draft does to A and to B: debits, credits, pending debits, pending credits,
# steps, and how far what is available could fall on a credit and on a debit side.
DONE: list[tuple[list[Booking], list[int], list[int]]] = [
    ([pay(5)], [5, 0, 0, 0, 1, 5, 0], [0, 5, 0, 0, 1, 0, 5]),
    ([pay(5), pay(-3)], [5, 3, 0, 0, 2, 5, 3], [3, 5, 0, 0, 2, 3, 5]),
    ([held(7)], [0, 0, 7, 0, 0, 7, 0], [0, 0, 0, 7, 0, 0, 7]),
    ([held(7), held(2)], [0, 0, 9, 0, 0, 9, 0], [0, 0, 0, 9, 0, 0, 9]),
    (
        [booking(pending=of_hold(-7), state="voided")],
        [0, 0, -7, 0, 0, 0, 0],
        [0, 0, 0, -7, 0, 0, 0],
    ),
    (
        [pay(7, pending=of_hold(-7)), pay(1)],
        [8, 0, -7, 0, 2, 1, 0],
        [0, 8, 0, -7, 2, 0, 1],
    ),
    ([pay(9, pending=of_hold(-7))], [9, 0, -7, 0, 1, 2, 0], [0, 9, 0, -7, 1, 0, 2]),
    (
        [booking(pending=(Pending(A, 1, 2), Pending(A, 3, 4), Pending(B, 0, 0)))],
        [0, 0, 4, 6, 0, 4, 6],
        [0, 0, 0, 0, 0, 0, 0],
    ),
    (
        [booking((A, 5), (B, -5), pending=(Pending(A, 1, 0),))],
        [5, 0, 1, 0, 1, 6, 0],
        [0, 5, 0, 0, 1, 0, 5],
    ),
    (
        [booking((A, -5), (B, 5), pending=(Pending(A, 1, 2), Pending(A, 3, 4)))],
        [0, 5, 4, 6, 1, 0, 11],
        [5, 0, 0, 0, 1, 5, 0],
    ),
]


@pytest.mark.parametrize(("bookings", "of_a", "of_b"), DONE)
def test_a_draft_tells_what_each_account_gets_and_how_far_it_could_fall(
    bookings: list[Booking], of_a: list[int], of_b: list[int]
) -> None:
    accounts = a_draft(*bookings).accounts
    told = {id_: list(astuple(one))[2:] for id_, one in accounts.items()}
    assert told == {A: of_a, B: of_b}
    assert sorted(one.number for one in accounts.values()) == [1, 2]


def test_a_draft_is_written_column_by_column() -> None:
    long = booking(*[(A, 1), (B, -1)] * 65, reverses=ENTRY, hold=ENTRY)
    columns = a_draft(held(7), long).columns()
    a, b, entry = (
        f"{read_number(*of):032x}"
        for of in (("acct", A), ("acct", B), ("entry", ENTRY))
    )
    assert {name: columns[name] for name in columns if not name.startswith("step")} == {
        "accounts": f"{{{a},{b}}}",
        "debits": "{65,0}",
        "credits": "{0,65}",
        "pending_debits": "{7,0}",
        "pending_credits": "{0,7}",
        "counts": "{65,65}",
        "fall_of_credits": "{72,0}",
        "fall_of_debits": "{0,72}",
        "ids": f"{{{0:032x},{1:032x}}}",
        "hashes": "{00,01}",
        "kinds": '{"test","test"}',
        "states": "{pending,posted}",
        "effective": "{2026-01-05,2026-01-05}",
        "reverses": f"{{NULL,{entry}}}",
        "holds": f"{{NULL,{entry}}}",
        "legs": "{0,130}",
        "memos": '{"",""}',
        "details": '{"{}","{}"}',
        "places": "{1,2}",
        "told_entries": "{1,2,2}",
        "told_parts": "{1,1,2}",
    }
    assert columns["step_entries"] == f"{{{','.join('2' * 130)}}}"
    assert {
        a_draft(held(7)).columns()[f"step_{name}"]
        for name in ("accounts", "entries", "legs", "units", "versions", "sums")
    } == {"{}"}


@pytest.mark.parametrize(
    ("legs", "parts"), [(0, 1), (1, 1), (128, 1), (129, 2), (257, 3)]
)
def test_an_entry_of_many_legs_is_told_in_parts(legs: int, parts: int) -> None:
    assert booking(*[(A, 1)] * legs).parts() == parts


@pytest.mark.parametrize("units", [PLAIN_UNITS - 1, PLAIN_UNITS])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_draft_of_61_bits_is_not_plain(units: int, sign: int) -> None:
    draft = a_draft(pay(sign * units), pay(sign))
    assert not draft.is_plain()
    assert a_draft(pay(sign * units)).is_plain() is (units < PLAIN_UNITS)


HALF = PLAIN_UNITS // 2
C = AccountId(f"acct_{'3' * 26}")


@pytest.mark.parametrize("sign", [1, -1])
def test_each_sum_of_an_account_alone_makes_a_draft_not_plain(sign: int) -> None:
    """One account reaches 61 bits on one side; those against it share the other."""
    legs = (A, sign * PLAIN_UNITS), (B, -sign * HALF), (C, -sign * HALF)
    one, other = (1, 0) if sign > 0 else (0, 1)
    held_by_a = Pending(A, one * PLAIN_UNITS, other * PLAIN_UNITS)
    against = [Pending(at, other * HALF, one * HALF) for at in (B, C)]
    freed = [Pending(at, -debits, -credits_) for at, debits, credits_ in against]

    captured = booking(
        *legs, pending=(Pending(A, -held_by_a[1], -held_by_a[2]), *freed)
    )
    placed = booking(pending=(held_by_a, *against), state="pending")

    assert not a_draft(captured).is_plain()
    assert not a_draft(placed).is_plain()


def test_what_is_no_plain_batch_is_told_at_sight() -> None:
    assert a_draft(pay(1), pay(2)).is_plain()
    assert not a_draft(booking((A, 1), (B, -2))).is_plain()
    assert not a_draft(pay(1, reverses=ENTRY)).is_plain()
    twice = Draft()
    for one in (pay(1), pay(1)):
        twice.add(one, "0" * 32, b"")
    assert not twice.is_plain()


def test_a_column_of_texts_keeps_every_letter() -> None:
    odd = 'quote " slash \\ brace {} comma , NULL ខ្មែរ \n'
    columns = a_draft(pay(1, memo=odd, kind="", details={odd: odd})).columns()
    quoted = odd.replace("\\", "\\\\").replace('"', '\\"')
    assert columns["memos"] == f'{{"{quoted}"}}'
    assert columns["kinds"] == '{""}'
    written = columns["details"][2:-2].replace('\\"', '"').replace("\\\\", "\\")
    assert json.loads(written) == {odd: odd}
