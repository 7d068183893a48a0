"""Mutants of the posting core in the database: ``book`` and ``lock_standings``."""

from typing import Final

from tests.mutation.mutant import killed_by

PLAIN: Final = "test_plain.py::test_what_is_plainly_fine_takes_one_call"
ON_THE_WAY: Final = (
    "test_plain.py::test_what_is_wrong_on_the_way_is_refused_though_its_end_is_fine"
)
SUMS: Final = (
    "test_plain.py::test_an_account_with_a_sum_of_61_bits_is_left_to_the_judge"
)
PERIOD: Final = (
    "test_plain.py::test_a_period_stops_the_entry_in_it_wherever_it_stands_in_its_batch"
)
OPEN_PERIOD: Final = "test_plain.py::test_an_open_period_is_no_doubt"
CEILING: Final = "test_plain.py::test_a_ceiling_is_judged_by_every_sum"
KEPT: Final = "test_plain.py::test_entries_are_kept_as_they_were_asked_for"
BACKWARDS: Final = "test_plain.py::test_no_clock_turns_a_history_backwards"
BAD: Final = (
    "test_bad_input.py::test_a_bad_entry_says_which_and_why_and_nothing_is_stored"
)
HELD_OPEN: Final = "test_meanwhile.py::test_a_booking_under_way_holds_its_period_open"
FIRST: Final = "test_meanwhile.py::test_a_step_taken_meanwhile_is_counted_first"
ORDER: Final = "test_meanwhile.py::test_accounts_are_locked_in_the_order_of_their_ids"
FOUND: Final = "test_told.py::test_what_was_posted_is_found_with_every_leg_in_its_place"
PARTS: Final = "test_holds.py::test_a_hold_is_captured_in_parts_and_never_beyond_itself"
POSTED: Final = "test_entries.py::test_posting_moves_units_and_tells_the_balances"
NUMBERED: Final = (
    "test_entries.py::test_entries_of_a_batch_have_places_of_their_own_in_the_log"
)
HELD_ONCE: Final = (
    "test_holds_repeated.py::test_a_hold_placed_twice_in_one_call_holds_once"
)
SEALED: Final = "audit/test_reconcile.py audit/test_sealer.py"

_PERIOD_LOCK = (
    "PERFORM pg_advisory_xact_lock_shared(hashtext('ledger.period'));\n{0}PERFORM {1}"
)
_PLAIN_LOCK = _PERIOD_LOCK.format("        ", "FROM")
_JUDGED_LOCK = _PERIOD_LOCK.format("    ", "1")
_ROWS = """FROM balance b WHERE b.account = ANY (accounts)
          ORDER BY b.account FOR UPDATE;
"""
_JUDGED_ROWS = """1 FROM balance b WHERE b.account = ANY (wanted)
      ORDER BY b.account FOR UPDATE;
"""
_EXISTS = "EXISTS (SELECT FROM entry e WHERE e.id = ANY (ids))"
_CREDITS = "WHEN b.normal_side = 'credit' THEN b.posted_credits"
_GREATEST = """greatest(b.posted_debits, b.posted_credits,
                                      b.pending_debits, b.pending_credits)"""
_MIXED = "min(a.book) <> max(a.book) OR min(a.asset) <> max(a.asset)"
_PERIOD = "p WHERE p.state <> 'open'"
_ENDS = "AND p.ends_on >= (SELECT min(d) FROM unnest(effective) AS d)"
_BY_ENTRY = "GROUP BY t.entry, labels[t.account] HAVING sum(t.units) <> 0"
_LABELS = "array_agg(a.book || ' ' || a.asset ORDER BY t.n)"

LOCKS: Final = [
    *killed_by(HELD_OPEN, (_PLAIN_LOCK, "PERFORM FROM"), (_JUDGED_LOCK, "PERFORM 1")),
    *killed_by(
        FIRST,
        (_ROWS, ";"),
        (_ROWS, _ROWS.replace(" FOR UPDATE", "")),
        (_JUDGED_ROWS, "1;"),
        (_JUDGED_ROWS, _JUDGED_ROWS.replace(" FOR UPDATE", "")),
        ("b.pending_credits, b.version\n", "b.pending_credits, 0::bigint\n"),
    ),
    *killed_by(
        ORDER,
        (_ROWS, _ROWS.replace(" FOR", " DESC FOR")),
        (_JUDGED_ROWS, _JUDGED_ROWS.replace(" FOR", " DESC FOR")),
        (_JUDGED_ROWS, _JUDGED_ROWS.replace("ORDER BY b.account ", "")),
    ),
]

HOLDS_BACK: Final = [
    *killed_by(FOUND, (_EXISTS, "false")),
    *killed_by(
        ON_THE_WAY,
        (_MIXED, "min(a.asset) <> max(a.asset)"),
        (_MIXED, "min(a.book) <> max(a.book)"),
        (_MIXED, _MIXED.replace("OR", "AND")),
        ("a.frozen = 'none'", "a.frozen <> 'all'"),
        ("AND b.ceiling_units IS NULL", ""),
        ("WHEN b.floor_units IS NULL THEN", "WHEN true THEN"),
        ("- t.fall_of_credits >=", ">="),
        ("- t.fall_of_credits >=", "- t.fall_of_debits >="),
        ("- t.fall_of_debits >=", ">="),
        ("- t.fall_of_debits >=", "- t.fall_of_credits >="),
        ("IF NOT judged AND mixed THEN", "IF false THEN"),
        (_BY_ENTRY, _BY_ENTRY.replace("t.entry, ", "")),
        (_BY_ENTRY, _BY_ENTRY.replace(", labels[t.account]", "")),
        (_LABELS, _LABELS.replace("a.book || ' ' || ", "")),
        (_LABELS, _LABELS.replace(" || ' ' || a.asset", "")),
        (_BY_ENTRY, _BY_ENTRY.replace("<> 0", "< 0 AND false")),
    ),
    *killed_by(
        BAD,
        ("a.closed_at IS NULL AND a.frozen", "a.frozen"),
        ("AND a.frozen = 'none'", ""),
        ("bool_and(a.closed_at", "bool_or(a.closed_at"),
        ("NOT plain OR found", "found"),
        ("OR found < cardinality(accounts)", ""),
        ("written := false;", "written := true;"),
    ),
    *killed_by(
        SUMS,
        (f"{_GREATEST} >= 1::bigint << 61", "false"),
        (_GREATEST, _GREATEST.replace("greatest", "least")),
        (_GREATEST, _GREATEST.replace("b.posted_debits, ", "")),
        (_GREATEST, _GREATEST.replace("b.posted_credits,", "")),
        (_GREATEST, _GREATEST.replace("b.pending_debits, ", "")),
        (_GREATEST, _GREATEST.replace(", b.pending_credits", "")),
        (">= 1::bigint << 61", "> 1::bigint << 61"),
        (">= 1::bigint << 61", ">= 1::bigint << 62"),
    ),
    *killed_by(
        PERIOD,
        (_PERIOD, "p WHERE false"),
        (_PERIOD, "p WHERE p.state = 'closed'"),
        (_PERIOD, "p WHERE p.state = 'adjusting'"),
        (_ENDS, _ENDS.replace(">=", ">")),
        (_ENDS, _ENDS.replace("ends_on", "starts_on")),
        (_ENDS, _ENDS.replace("min", "max")),
    ),
    *killed_by(
        "test_holds.py",
        ("'pending' = ANY (states) OR EXISTS", "EXISTS"),
    ),
    *killed_by(
        "test_holds.py::test_held_units_stay_but_are_not_available",
        ("- b.pending_debits - t.fall", "- t.fall"),
    ),
    *killed_by(
        "test_plain.py::test_what_is_held_of_a_debit_account_cannot_leave",
        ("- b.pending_credits - t.fall", "- t.fall"),
    ),
]

# Too careful, which no result shows: that a plain batch takes one call does.
TOO_CAREFUL: Final = [
    *killed_by(
        PLAIN,
        (_EXISTS, "true"),
        (">= 1::bigint << 61", ">= 1::bigint << 60"),
        (
            "WHEN b.floor_units IS NULL THEN true",
            "WHEN b.floor_units IS NULL THEN false",
        ),
        (_CREDITS, _CREDITS.replace("'credit'", "'debit'")),
        ("- t.fall_of_credits >=", "- t.fall_of_credits >"),
        ("- t.fall_of_debits >=", "- t.fall_of_debits >"),
        ("found < cardinality(accounts)", "found <= cardinality(accounts)"),
        (_ENDS, ""),
        (_BY_ENTRY, _BY_ENTRY.replace("<>", "=")),
        (_LABELS, _LABELS.replace("t.n", "t.n DESC")),
    ),
    *killed_by(OPEN_PERIOD, (f"{_PERIOD}\n", "p WHERE true\n")),
    *killed_by(
        "test_plain.py::test_a_doubtful_group_is_booked_after_all_by_the_second_call",
        ("IF NOT judged AND (\n", "IF (\n"),
    ),
]

WRITES: Final = [
    *killed_by(
        SEALED,
        ("IF sealing THEN", "IF false THEN"),
        ("before + t.n, ids", "t.n, ids"),
        ("before + t.n, ids[t.entry]", "before + t.n, ids[1]"),
        ("ids[t.entry], t.part\n", "ids[t.entry], 1\n"),
        ("stream, before + t.place", "stream, before + 1"),
        ("stream, before + t.place", "stream, t.place"),
        ("SELECT xid, stream, before", "SELECT 0, stream, before"),
    ),
    *killed_by(
        "test_lane_turns.py::test_a_lane_without_a_log_counts_nothing_for_it",
        ("IF sealing THEN", "IF true THEN"),
    ),
    *killed_by(
        KEPT,
        ("told_by[1], told_by[2],", "told_by[2], told_by[1],"),
        ("told_by[3], stream", "'', stream"),
        ("t.effective_on, moment,", "current_date, moment,"),
        ("t.effective_on, moment,", "t.effective_on, now(),"),
        ("t.reverses, t.hold, t.legs", "t.hold, t.reverses, t.legs"),
        ("t.legs, t.memo, t.details::jsonb", "t.legs, t.kind, t.details::jsonb"),
        ("t.details::jsonb", "'{}'"),
        ("decode(t.hash, 'hex')", "''"),
    ),
    *killed_by(
        FOUND,
        ("sums[t.account] + t.sum, moment", "t.sum, moment"),
        ("sums[t.account] + t.sum, moment", "sums[t.account] + t.units, moment"),
        ("array_agg(b.version ORDER BY t.n)", "array_agg(b.version ORDER BY t.n DESC)"),
    ),
    *killed_by(
        FIRST,
        ("versions[t.account] + t.version, ids", "t.version, ids"),
        ("version = b.version + t.count,", "version = b.version,"),
        ("version = b.version + t.count,", "version = t.count + 1,"),
    ),
    *killed_by(PLAIN, ("version = b.version + t.count,", "version = b.version + 1,")),
    *killed_by(
        f"{POSTED} {PARTS}",
        ("posted_debits = b.posted_debits + t.debits", "posted_debits = t.debits"),
        (
            "posted_debits = b.posted_debits + t.debits",
            "posted_debits = b.posted_debits",
        ),
        ("b.posted_credits + t.credits", "b.posted_credits - t.credits"),
        ("b.posted_credits + t.credits", "b.posted_credits + t.debits"),
        ("b.pending_debits + t.pending_debits", "t.pending_debits"),
        ("b.pending_credits + t.pending_credits", "t.pending_credits"),
        ("WHERE b.ctid = t.spot;", "WHERE true;"),
        ("array_agg(b.spot ORDER BY t.n)", "array_agg(b.spot ORDER BY t.n DESC)"),
    ),
    *killed_by(
        BACKWARDS,
        ("greatest(book.booked_at, latest)", "book.booked_at"),
        ("greatest(book.booked_at, latest)", "latest"),
        ("max(b.booked_at)", "min(b.booked_at)"),
        (", booked_at = moment", ""),
        ("t.sum, moment", "t.sum, booked_at"),
    ),
    *killed_by(PLAIN, ("    written := true;\n", "")),
    *killed_by(
        NUMBERED,
        ("audit_take_numbers(cardinality(told_entries))", "audit_take_numbers(1)"),
    ),
    *killed_by(
        POSTED,
        ("b.posted_credits ORDER BY t.n)", "b.posted_credits ORDER BY t.n DESC)"),
        (
            "b.posted_debits - b.posted_credits ORDER",
            "b.posted_credits - b.posted_debits ORDER",
        ),
    ),
    *killed_by(
        HELD_ONCE,
        ("b.pending_debits + t.pending_debits", "b.pending_debits"),
        ("b.pending_credits + t.pending_credits", "b.pending_credits"),
    ),
]

STANDINGS: Final = [
    *killed_by(
        BAD,
        ("a.closed_at IS NOT NULL, a.frozen", "false, a.frozen"),
        ("NOT NULL, a.frozen, p.", "NOT NULL, 'none', p."),
        (
            "b.floor_units,\n           b.ceiling_units",
            "NULL::bigint,\n           b.ceiling_units",
        ),
        ("a.book, a.asset, b.normal_side", "a.asset, a.book, b.normal_side"),
    ),
    *killed_by(
        CEILING,
        (
            "b.floor_units,\n           b.ceiling_units",
            "b.floor_units,\n           NULL::bigint",
        ),
        (
            "b.posted_debits, b.posted_credits, b.pending_debits,\n",
            "b.posted_credits, b.posted_debits, b.pending_debits,\n",
        ),
        (
            "b.pending_debits,\n           b.pending_credits, b.version",
            "b.pending_credits,\n           b.pending_debits, b.version",
        ),
    ),
    *killed_by(
        "test_plain.py::test_the_latest_of_several_periods_counts",
        ("max(ends_on) AS adjusting", "min(ends_on) AS adjusting"),
        ("max(ends_on) FILTER", "min(ends_on) FILTER"),
    ),
    *killed_by(
        "test_periods.py::test_a_period_takes_all_then_adjustments_then_nothing",
        (" FILTER (WHERE state = 'closed')", ""),
        ("FILTER (WHERE state = 'closed')", "FILTER (WHERE false)"),
    ),
    *killed_by(OPEN_PERIOD, ("FROM period WHERE state <> 'open'", "FROM period")),
    *killed_by(
        PERIOD,
        (") p ON p.book = a.book", ") p ON true"),
        (") p ON p.book = a.book", ") p ON false"),
    ),
    *killed_by(FOUND, ("e WHERE e.id = ANY (entries)", "e WHERE false")),
]
