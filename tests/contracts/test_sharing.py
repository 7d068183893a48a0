"""One receipt shared among notes: every unit goes somewhere, once."""

from datetime import date

import pytest

from contracts import sharing
from contracts.state import Allocation
from ledger.money import Currency, Money


def allocated(currency=Currency.USD, **parts):
    names = ("penalty", "fee", "interest", "principal", "excess")
    amounts = {name: Money(parts.get(name, 0), currency) for name in names}
    return Allocation(receipt_id="r", on=date(2026, 1, 1), **amounts)


def three_notes(bps=1500):
    return [
        sharing.NoteHolding(name, weight, bps)
        for name, weight in (("a", 50_00), ("b", 30_00), ("c", 20_00))
    ]


def test_a_receipt_is_shared_by_what_each_note_is_owed():
    receipt = allocated(principal=10_00, interest=1_00, penalty=50)

    shared = sharing.distribute(receipt, three_notes(), servicing_fee_bps=0)

    assert [share.gross.minor for share in shared.shares] == [5_75, 3_45, 2_30]
    assert shared.received == receipt.total


def test_tax_is_of_interest_and_service_of_interest_and_late_fees():
    receipt = allocated(principal=10_00, interest=1_00, penalty=1_00)

    shared = sharing.distribute(receipt, three_notes(), servicing_fee_bps=1000)

    assert [share.tax_withheld_minor for share in shared.shares] == [8, 4, 3]
    assert [share.servicing_fee_minor for share in shared.shares] == [10, 6, 4]


def test_tax_is_not_lost_when_every_note_earns_less_than_a_cent_of_it():
    notes = [sharing.NoteHolding(str(index), 1, 1500) for index in range(100)]

    shared = sharing.distribute(allocated(interest=3_00), notes, servicing_fee_bps=0)

    assert shared.tax_withheld.minor == 45


def test_residents_and_others_are_taxed_at_their_own_rates():
    notes = [sharing.NoteHolding("in", 1, 1500), sharing.NoteHolding("out", 1, 1400)]

    shared = sharing.distribute(allocated(interest=200_00), notes, servicing_fee_bps=0)

    assert [share.tax_withheld_minor for share in shared.shares] == [15_00, 14_00]


def test_instalment_fees_and_excess_stay_out_of_the_notes():
    receipt = allocated(fee=70, excess=30, principal=1_00)

    shared = sharing.distribute(receipt, three_notes(), servicing_fee_bps=0)

    assert (shared.operator_fee.minor, shared.excess.minor) == (70, 30)
    assert shared.net.minor == 1_00


def test_what_comes_when_nothing_is_owed_is_all_returned():
    paid_off = [sharing.NoteHolding(name, 0, 1500) for name in "abc"]

    shared = sharing.distribute(
        allocated(excess=10_00), paid_off, servicing_fee_bps=1000
    )

    assert shared.excess.minor == 10_00
    assert [share.gross.minor for share in shared.shares] == [0, 0, 0]


def test_riel_are_shared_whole_and_the_rest_of_a_riel_is_rounding():
    receipt = allocated(Currency.KHR, principal=1_000_50)

    shared = sharing.distribute(receipt, three_notes(), servicing_fee_bps=0)

    assert all(share.net.minor % 100 == 0 for share in shared.shares)
    assert shared.rounding.minor == 50
    assert shared.received == receipt.total


@pytest.mark.parametrize("count", [1, 10, 1000])
def test_the_last_principal_gives_every_note_exactly_what_it_is_owed(count):
    notes = [sharing.NoteHolding(str(at), 100 + at, 0) for at in range(count)]
    owed = sum(note.principal_minor for note in notes)

    shared = sharing.distribute(allocated(principal=owed), notes, servicing_fee_bps=0)

    for share, note in zip(shared.shares, notes, strict=True):
        assert share.principal.minor == note.principal_minor
