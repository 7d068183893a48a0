"""Mutants of what the database keeps by itself: triggers, checks, keys and grants."""

from typing import Final

from tests.mutation.mutant import Mutant, killed_by

FILE: Final = "test_second_line.py::"
WHOLE: Final = f"{FILE}test_an_entry_is_balanced_and_whole"
NO_ENTRY: Final = f"{FILE}test_legs_need_their_entry"
HISTORY: Final = f"{FILE}test_a_history_counts_from_one_and_each_number_once"
LEGS: Final = f"{FILE}test_only_a_posted_entry_has_legs_and_two_at_least"
LIMITS: Final = f"{FILE}test_no_balance_passes_its_limits"
FORWARD: Final = f"{FILE}test_a_hold_only_moves_forward_within_itself"
UNCHANGED: Final = "test_entries.py::test_the_application_cannot_change_what_was_booked"

_OFF = "sum(p.units) <> 0 OR a.book IS NULL AS off"
_SIDES = "GROUP BY p.entry, a.book, a.asset"
_FOREVER = "BEFORE UPDATE OR DELETE OR TRUNCATE ON {}"
_KEPT = "BEFORE DELETE OR TRUNCATE ON {}"
_FLOOR = "ELSE pending_credits END >= floor_units"
_CEILING = "ELSE pending_debits END <= ceiling_units"
_KEPT_COLUMNS = """ OR NEW.units <> OLD.units
        OR NEW.debit_account <> OLD.debit_account
        OR NEW.credit_account <> OLD.credit_account)"""

TRIGGERS: Final = [
    *killed_by(
        WHOLE,
        (_OFF, "a.book IS NULL AS off"),
        (_OFF, _OFF.replace("<>", ">")),
        (_OFF, _OFF.replace(" OR a.book IS NULL", "")),
        (_SIDES, _SIDES.replace(", a.asset", "")),
        (_SIDES, _SIDES.replace("a.book, ", "a.book IS NULL, ")),
        ("whole.unbalanced OR e.id IS NULL", "e.id IS NULL"),
        (" OR e.legs <> whole.legs", ""),
        ("e.legs <> whole.legs", "e.legs < whole.legs"),
        ("LEFT JOIN account a ON a.id = p", "JOIN account a ON a.id = p"),
        ("AFTER INSERT ON posting", "AFTER DELETE ON posting"),
        ("    IF FOUND THEN", "    IF false THEN"),
    ),
    *killed_by(
        NO_ENTRY,
        ("OR e.id IS NULL OR", "OR"),
        ("LEFT JOIN entry e ON e.id = whole", "JOIN entry e ON e.id = whole"),
    ),
    *killed_by(
        f"{FILE}test_legs_stand_at_the_places_of_their_entry",
        (" OR whole.last >= e.legs", ""),
        ("whole.last >= e.legs", "whole.last > e.legs"),
        ("OR whole.first < 0 OR", "OR"),
        ("max(side.last) AS last", "min(side.last) AS last"),
        ("min(side.first) AS first", "max(side.first) AS first"),
        ("max(p.leg) AS last", "min(p.leg) AS last"),
        ("min(p.leg) AS first", "max(p.leg) AS first"),
    ),
    *killed_by(
        f"{FILE}test_one_asset_that_balances_does_not_excuse_another",
        ("bool_or(side.off)", "bool_and(side.off)"),
    ),
    Mutant(
        "e.legs <> whole.legs",
        "e.legs > whole.legs",
        WHOLE,
        lives="a leg too many stands behind the last, or where another one does",
    ),
    *killed_by(
        "test_exchange.py::test_each_currency_balances_and_the_margin_is_a_gain",
        ("sum(side.legs) AS legs", "max(side.legs) AS legs"),
    ),
    *killed_by(
        UNCHANGED,
        *[
            (_FOREVER.format(table), _FOREVER.format(table).replace(act, "INSERT"))
            for table in ("entry", "posting")
            for act in ("UPDATE",)
        ],
    ),
    *killed_by(
        f"{FILE}test_nobody_removes_what_the_books_rest_on",
        *[
            (rule.format(table), rule.format(table).replace(dropped, ""))
            for rule, tables in (
                (_FOREVER, ("entry", "posting")),
                (_KEPT, ("account", "balance")),
            )
            for table in tables
            for dropped in ("DELETE OR ", " OR TRUNCATE")
        ],
    ),
    *killed_by(
        f"{FILE}test_nobody_changes_what_a_hold_is_about",
        *[
            (
                _KEPT_COLUMNS,
                _KEPT_COLUMNS.replace(f"NEW.{column} <>", f"OLD.{column} <>"),
            )
            for column in ("units", "debit_account", "credit_account")
        ],
    ),
    *killed_by(
        FORWARD,
        ("OLD.state <> 'open' OR NEW", "NEW"),
        ("NEW.captured < OLD.captured\n", "false\n"),
        ("NEW.released < OLD.released OR ", ""),
        ("BEFORE UPDATE ON hold", "BEFORE INSERT ON hold"),
    ),
]

CHECKS: Final = [
    *killed_by(
        LIMITS,
        ("        posted_debits >= 0 AND posted_credits", "        posted_credits"),
        (" AND posted_credits >= 0\n", "\n"),
        ("AND pending_debits >= 0 AND", "AND"),
        ("AND pending_credits >= 0 AND", "AND"),
        (" AND version >= 0)", ")"),
        (_FLOOR, _FLOOR.replace("pending_credits", "0")),
        (_FLOOR, f"{_FLOOR} - 1"),
        (_CEILING, _CEILING.replace("pending_debits", "0")),
        (_CEILING, f"{_CEILING} + 1"),
        ("CHECK (floor_units IS NULL OR", "CHECK (true OR"),
        ("CHECK (ceiling_units IS NULL OR", "CHECK (true OR"),
    ),
    *killed_by(WHOLE, ("CHECK (units <> 0)", "CHECK (true)")),
    *killed_by(
        HISTORY,
        ("CHECK (version > 0)", "CHECK (version >= 0)"),
        ("PRIMARY KEY (account, version)", "PRIMARY KEY (account, version, leg)"),
    ),
    *killed_by(
        f"{FILE}test_a_leg_has_one_place_in_its_entry",
        ("UNIQUE (entry, leg)", "UNIQUE (entry, leg, version)"),
    ),
    *killed_by(
        LEGS,
        ("CHECK (state IN ('posted', 'pending', 'voided'))", "CHECK (true)"),
        ("CHECK ((state = 'posted') = (legs > 1))", "CHECK (true)"),
        ("(state = 'posted') = (legs > 1)", "(state = 'posted') = (legs > 0)"),
        ("(state = 'posted') = (legs > 1)", "state <> 'posted' OR legs > 1"),
    ),
    *killed_by(
        f"{FILE}test_an_entry_is_reversed_once",
        ("CREATE UNIQUE INDEX uq_entry_reverses", "CREATE INDEX uq_entry_reverses"),
    ),
    *killed_by(
        f"{FILE}test_a_hold_is_of_something",
        ("CHECK (units > 0 AND captured", "CHECK (captured"),
        ("AND captured >= 0 AND", "AND"),
        (" AND released >= 0)", ")"),
    ),
    *killed_by(
        FORWARD,
        ("CHECK (captured + released <= units)", "CHECK (true)"),
        ("captured + released <= units", "captured + released <= units + 1"),
        ("CHECK ((state = 'open') = (captured + released < units))", "CHECK (true)"),
        (
            "CHECK (state IN ('open', 'captured', 'released', 'expired'))",
            "CHECK (true)",
        ),
    ),
]

GRANTS: Final = killed_by(
    f"{FILE}test_the_application_has_no_right_to_what_it_never_does",
    ("GRANT UPDATE (frozen, closed_at) ON", "GRANT UPDATE ON"),
    ("GRANT UPDATE (posted_debits,", "GRANT UPDATE (floor_units, posted_debits,"),
    ("GRANT UPDATE (posted_debits,", "GRANT UPDATE (ceiling_units, posted_debits,"),
    ("GRANT UPDATE (captured, released, state) ON", "GRANT UPDATE ON"),
    ("GRANT UPDATE (state, changed_at) ON", "GRANT UPDATE ON"),
    ("GRANT SELECT, INSERT ON asset,", "GRANT SELECT, INSERT, UPDATE ON asset,"),
    ("GRANT SELECT, INSERT ON asset,", "GRANT SELECT, INSERT, DELETE ON asset,"),
    ("GRANT SELECT, INSERT ON lane", "GRANT SELECT, INSERT, DELETE ON lane"),
)
