"""Mutants of Python that is no function's plain body, which mutmut does not reach."""

from typing import Final

from tests.mutation.booking_sql import FOUND
from tests.mutation.mutant import Mutant, killed_by

FORM: Final = "test_judging.py::test_a_form_is_held_to_its_last_leg_unit_and_day"
LIMIT: Final = "test_judging.py::test_a_limit_holds_to_the_last_unit_and_the_last_day"
TURNS: Final = "test_lane_turns.py::"
LOST: Final = f"{TURNS}test_a_lane_taken_over_tells_all_of_its_batch_and_closes"
LEASE: Final = f"{TURNS}test_a_lease_lapses_only_after_its_time"
NEXT: Final = f"{TURNS}test_a_lane_says_who_holds_it_and_lets_go_at_its_end"

_ADJUSTMENTS = '{"adjustment", "closing", "revaluation"}'
LANE_FILE, LEASE_FILE = "ledger/lane.py", "ledger/lease.py"
UNDER_WAY = f"{TURNS}test_a_batch_under_way_holds_the_lane"
_HELD = "name = %(name)s AND epoch = %(epoch)s FOR SHARE"
_FENCE = "1 FROM lane WHERE name = :name AND epoch = :epoch FOR SHARE"
_LAPSED = "kept.renewed_at < clock_timestamp() - make_interval(secs => :seconds)"
_REMAINING = "return self.units - self.captured - self.released"

JUDGING: Final = [
    *killed_by(
        "test_bad_input.py test_judging.py",
        ("MAX_LEGS: Final = 10_000", "MAX_LEGS: Final = 10_001"),
        ("MAX_UNITS: Final = 2**62", "MAX_UNITS: Final = 2**62 + 1"),
        ("MAX_DAYS_AHEAD: Final = 366", "MAX_DAYS_AHEAD: Final = 367"),
        file="ledger/judging.py",
    ),
    *killed_by(
        LIMIT,
        ("MAX_SUM: Final = 2**63", "MAX_SUM: Final = 2**63 + 1"),
        *[
            (_ADJUSTMENTS, _ADJUSTMENTS.replace(f'"{kind}"', '"other"'))
            for kind in ("adjustment", "closing", "revaluation")
        ],
        file="ledger/judging.py",
    ),
    *killed_by(
        FORM,
        (r"[\ud800-\udfff]", r"[\ud801-\udfff]"),
        (r"[\ud800-\udfff]", r"[\ud800-\udffe]"),
        file="ledger/judging.py",
    ),
]

DRAFTING: Final = [
    *killed_by(
        "test_plain.py::test_no_sum_passes_63_bits",
        ("PLAIN_UNITS: Final = 2**61", "PLAIN_UNITS: Final = 2**64"),
        file="ledger/drafting.py",
    ),
    *killed_by(
        "test_drafting.py",
        ("LEGS_PER_PART: Final = 128", "LEGS_PER_PART: Final = 129"),
        file="ledger/journal.py",
    ),
    Mutant(
        "@lru_cache(2**16)\ndef account_key",
        "def account_key",
        "",
        "ledger/drafting.py",
        lives="only slower; the benchmark shows it",
    ),
]

HOLDS: Final = killed_by(
    "test_holds.py",
    (_REMAINING, "return self.units - self.captured"),
    (_REMAINING, "return self.units - self.released"),
    file="ledger/holds.py",
)

LANE: Final = [
    *killed_by(UNDER_WAY, (_HELD, _HELD.replace(" FOR SHARE", "")), file=LANE_FILE),
    *killed_by(
        LOST, (_HELD, _HELD.replace(" AND epoch = %(epoch)s", "")), file=LANE_FILE
    ),
    *killed_by(
        NEXT, ("await db.transact(lease.give_up, held)", "pass"), file=LANE_FILE
    ),
    *killed_by(UNDER_WAY, (_FENCE, _FENCE.replace(" FOR SHARE", "")), file=LEASE_FILE),
    *killed_by(
        LOST, (_FENCE, _FENCE.replace(" AND epoch = :epoch", "")), file=LEASE_FILE
    ),
    *killed_by(
        f"{TURNS}test_who_waits_when_the_lease_is_lost_is_told_that_the_lane_ended",
        ("epoch = :epoch RETURNING 1", "epoch > 0 OR :epoch = 0 RETURNING 1"),
        file=LEASE_FILE,
    ),
    *killed_by(
        f"{TURNS}test_who_lost_the_lane_does_not_give_it_up",
        (
            "SET holder = '' WHERE name = :name AND epoch = :epoch",
            "SET holder = '' WHERE name = :name AND :epoch > 0",
        ),
        file=LEASE_FILE,
    ),
    *killed_by(
        LEASE,
        (_LAPSED, "false AND :seconds > 0"),
        (_LAPSED, "true OR :seconds > 0"),
        (_LAPSED, _LAPSED.replace("-", "+")),
        file=LEASE_FILE,
    ),
    *killed_by(
        NEXT,
        ("epoch = kept.epoch + 1", "epoch = kept.epoch"),
        ("WHERE kept.holder = ''\n   OR ", "WHERE "),
        file=LEASE_FILE,
    ),
]

BOOKING: Final = [
    *killed_by(
        FOUND,
        (" ORDER BY e.id, p.leg\n", " ORDER BY e.id, p.leg DESC\n"),
        ("FROM entry e LEFT JOIN posting p", "FROM entry e JOIN posting p"),
        file="ledger/booking.py",
    ),
    *killed_by(
        "test_lane.py::test_a_refused_caller_does_not_hurt_those_beside_it",
        ("append(asked._take(group, today))", "append(None)"),
        file="ledger/booking.py",
    ),
]
