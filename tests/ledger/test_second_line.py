"""The database keeps the books itself, whatever is sent to it past the code.

Each statement is one the code never makes. The tables' own checks and triggers refuse
it by name, to the application or, where that has no right to begin with, to the owner.
"""

import psycopg
import pytest
from psycopg import errors

from ledger import accounts
from ledger.accounts import CLIENT_MONEY, LOAN_BOOK, Side, Spec
from ledger.database import Database
from tests.ledger.builders import hold, move, open_accounts

MAKE_ENTRY = """
INSERT INTO entry SELECT gen_random_uuid(), request_hash, kind, %(state)s, effective_on,
    booked_at, %(reverses)s, hold, %(legs)s, memo, details, actor, actor_auth, request_id
  FROM entry WHERE state = 'posted' LIMIT 1 RETURNING id
"""
MAKE_LEGS = """
INSERT INTO posting
SELECT coalesce(account.id, gen_random_uuid()), leg.version, leg.entry, leg.number,
       leg.units, 0, now()
  FROM unnest(%s::text[], %s::bigint[], %s::uuid[], %s::bigint[], %s::bigint[])
       AS leg(path, version, entry, number, units)
  LEFT JOIN account ON account.path = leg.path
"""
ONE_MORE_STEP = """
INSERT INTO posting SELECT account, {}, entry, leg + 2, units, 0, booked_at FROM posting
"""
CHANGE_BALANCE = """
UPDATE balance SET {} WHERE account = (SELECT id FROM account WHERE path = %s)
"""
CHANGE_HOLD = "UPDATE hold SET {}"
MAKE_HOLD = """
INSERT INTO hold SELECT %s, debit_account, credit_account, %s, %s, %s, %s FROM hold
"""
UNBALANCED, NOT_WHOLE = "does not balance", "is not whole"


@pytest.fixture
async def books(db: Database) -> None:
    bank, a, b = await db.transact(open_accounts)
    specs = [
        Spec(CLIENT_MONEY, "riel", "x", "KHR", Side.DEBIT),
        Spec(LOAN_BOOK, "loans", "x", "USD", Side.CREDIT),
        Spec(CLIENT_MONEY, "capped", "x", "USD", Side.CREDIT, None, 50),
        Spec(CLIENT_MONEY, "till", "x", "USD", Side.DEBIT, 0, 50),
    ]
    await db.transact(accounts.open_all, specs)
    await move(db, bank, a, 100)
    await hold(db, a, b, 60)


@pytest.fixture
def app(books: None, app_url: str) -> psycopg.Connection:
    with psycopg.connect(app_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner(books: None, owner_url: str) -> psycopg.Connection:
    with psycopg.connect(owner_url) as connection:
        yield connection
        connection.rollback()


def make_entry(app: psycopg.Connection, **told):
    wanted = {"state": "posted", "legs": 2, "reverses": None, **told}
    return app.execute(MAKE_ENTRY, wanted).fetchone()[0]


def make_legs(app: psycopg.Connection, *legs) -> None:
    """Write legs of (path, entry, number, units), each its account's 99th or later."""
    paths, entries, numbers, units = zip(*legs, strict=True)
    versions = list(range(99, 99 + len(legs)))
    given = (paths, versions, entries, numbers, units)
    app.execute(MAKE_LEGS, [list(column) for column in given])


LEGS = {
    "units left over": (UNBALANCED, 2, [("bank", 5), ("wallet/a", -4)]),
    "units short": (UNBALANCED, 2, [("bank", 4), ("wallet/a", -5)]),
    "two books": (UNBALANCED, 2, [("bank", 5), ("loans", -5)]),
    "two assets": (UNBALANCED, 2, [("bank", 5), ("riel", -5)]),
    "an account that is none": (UNBALANCED, 2, [("nobody", 5), ("nobody", -5)]),
    "a leg missing": (NOT_WHOLE, 3, [("bank", 5), ("bank", -5)]),
    "a leg too many": (NOT_WHOLE, 2, [("bank", 5), ("bank", -3), ("bank", -2)]),
    "a leg of nothing": (
        "ck_posting_units",
        3,
        [("bank", 5), ("bank", -5), ("bank", 0)],
    ),
}


@pytest.mark.parametrize("wrong", LEGS)
def test_an_entry_is_balanced_and_whole(app: psycopg.Connection, wrong: str) -> None:
    named, count, legs = LEGS[wrong]
    entry = make_entry(app, legs=count)
    with pytest.raises(errors.CheckViolation, match=named):
        make_legs(app, *[(path, entry, n, u) for n, (path, u) in enumerate(legs)])


PLACES = {
    "behind the last": [("bank", 1, 5), ("bank", 2, -5)],
    "with a gap": [("bank", 0, 5), ("bank", 2, -5)],
    "before the first": [("bank", -1, 5), ("bank", 0, -5)],
    "behind the last in one asset": [
        *(("bank", 0, 5), ("bank", 1, -5)),
        *(("riel", 2, 5), ("riel", 4, -5)),
    ],
    "before the first in one asset": [
        *(("bank", 1, 5), ("bank", 2, -5)),
        *(("riel", -1, 5), ("riel", 0, -5)),
    ],
}


@pytest.mark.parametrize("wrong", PLACES)
def test_legs_stand_at_the_places_of_their_entry(
    app: psycopg.Connection, wrong: str
) -> None:
    legs = PLACES[wrong]
    entry = make_entry(app, legs=len(legs))
    with pytest.raises(errors.CheckViolation, match=NOT_WHOLE):
        make_legs(app, *[(path, entry, number, u) for path, number, u in legs])


def test_entries_do_not_balance_each_other(app: psycopg.Connection) -> None:
    one, two = make_entry(app), make_entry(app)
    legs = [("bank", one, 0, 5), ("bank", one, 1, -4)]
    with pytest.raises(errors.CheckViolation, match=UNBALANCED):
        make_legs(app, *legs, ("bank", two, 0, -5), ("bank", two, 1, 4))


def test_one_asset_that_balances_does_not_excuse_another(
    app: psycopg.Connection,
) -> None:
    entry = make_entry(app, legs=4)
    legs = [("bank", 5), ("wallet/a", -5), ("riel", 5), ("riel", -4)]
    with pytest.raises(errors.CheckViolation, match=UNBALANCED):
        make_legs(app, *[(path, entry, n, u) for n, (path, u) in enumerate(legs)])


def test_legs_need_their_entry(app: psycopg.Connection) -> None:
    nobody = "0" * 32
    with pytest.raises(errors.CheckViolation, match=NOT_WHOLE):
        make_legs(app, ("bank", nobody, 0, 5), ("bank", nobody, 1, -5))


def test_a_leg_has_one_place_in_its_entry(app: psycopg.Connection) -> None:
    entry = make_entry(app)
    with pytest.raises(errors.UniqueViolation, match="uq_posting_entry_leg"):
        make_legs(app, ("bank", entry, 0, 5), ("bank", entry, 0, -5))


@pytest.mark.parametrize("beside", [2, -2])
def test_an_entry_is_not_written_twice(app: psycopg.Connection, beside: int) -> None:
    with pytest.raises(errors.CheckViolation, match=NOT_WHOLE):
        app.execute(
            "INSERT INTO posting SELECT account, version + 9, entry, leg + %s, units,"
            " 0, booked_at FROM posting",
            [beside],
        )


@pytest.mark.parametrize(
    ("version", "error", "named"),
    [
        ("1", errors.UniqueViolation, "pk_posting"),
        ("0", errors.CheckViolation, "ck_posting_version"),
    ],
)
def test_a_history_counts_from_one_and_each_number_once(
    app: psycopg.Connection, version: str, error: type[psycopg.Error], named: str
) -> None:
    with pytest.raises(error, match=named):
        app.execute(ONE_MORE_STEP.format(version))


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"state": "gone", "legs": 0}, "ck_entry_state"),
        ({"legs": 1}, "ck_entry_legs"),
        ({"legs": 0}, "ck_entry_legs"),
        ({"state": "pending"}, "ck_entry_legs"),
        ({"state": "voided"}, "ck_entry_legs"),
    ],
)
def test_only_a_posted_entry_has_legs_and_two_at_least(
    app: psycopg.Connection, told: dict[str, object], named: str
) -> None:
    with pytest.raises(errors.CheckViolation, match=named):
        make_entry(app, **told)


def test_an_entry_is_reversed_once(app: psycopg.Connection) -> None:
    original = make_entry(app)
    make_entry(app, reverses=original)
    with pytest.raises(errors.UniqueViolation, match="uq_entry_reverses"):
        make_entry(app, reverses=original)


BALANCES = [
    ("ck_balance_not_negative", "bank", "posted_debits = -1"),
    ("ck_balance_not_negative", "bank", "posted_credits = -1"),
    ("ck_balance_not_negative", "bank", "pending_debits = -1"),
    ("ck_balance_not_negative", "bank", "pending_credits = -1"),
    ("ck_balance_not_negative", "bank", "version = -1"),
    ("ck_balance_floor", "wallet/a", "posted_debits = 41"),
    ("ck_balance_floor", "wallet/a", "pending_debits = 101"),
    ("ck_balance_floor", "till", "posted_credits = 1"),
    ("ck_balance_floor", "till", "pending_credits = 1"),
    ("ck_balance_ceiling", "capped", "posted_credits = 51"),
    ("ck_balance_ceiling", "capped", "pending_credits = 51"),
    ("ck_balance_ceiling", "till", "posted_debits = 51"),
    ("ck_balance_ceiling", "till", "pending_debits = 51"),
]


@pytest.mark.parametrize(("named", "path", "change"), BALANCES)
def test_no_balance_passes_its_limits(
    app: psycopg.Connection, named: str, path: str, change: str
) -> None:
    with pytest.raises(errors.CheckViolation, match=named):
        app.execute(CHANGE_BALANCE.format(change), [path])


@pytest.mark.parametrize(
    ("units", "captured", "released", "state"),
    [(0, 0, 0, "captured"), (60, -1, 0, "open"), (60, 0, -1, "open")],
)
def test_a_hold_is_of_something(
    app: psycopg.Connection, units, captured, released, state
) -> None:
    entry = make_entry(app, state="pending", legs=0)
    with pytest.raises(errors.CheckViolation, match="ck_hold_positive"):
        app.execute(MAKE_HOLD, [entry, units, captured, released, state])


HOLDS = [
    ("ck_hold_within", "", "captured = 61, state = 'captured'"),
    ("ck_hold_within", "", "captured = 30, released = 31, state = 'released'"),
    ("ck_hold_ends", "", "captured = 30, released = 30"),
    ("ck_hold_ends", "", "captured = 59, state = 'captured'"),
    ("ck_hold_state", "", "captured = 60, state = 'gone'"),
    ("moves forward", "captured = 10", "captured = 9"),
    ("moves forward", "released = 10", "released = 9"),
    ("moves forward", "captured = 60, state = 'captured'", "state = 'captured'"),
    ("moves forward", "released = 60, state = 'expired'", "state = 'released'"),
]


@pytest.mark.parametrize(("named", "before", "change"), HOLDS)
def test_a_hold_only_moves_forward_within_itself(
    app: psycopg.Connection, named: str, before: str, change: str
) -> None:
    if before:
        app.execute(CHANGE_HOLD.format(before))
    with pytest.raises(errors.CheckViolation, match=named):
        app.execute(CHANGE_HOLD.format(change))


@pytest.mark.parametrize(
    "change",
    [
        "units = 61",
        "debit_account = credit_account",
        "credit_account = debit_account",
    ],
)
def test_nobody_changes_what_a_hold_is_about(
    owner: psycopg.Connection, change: str
) -> None:
    with pytest.raises(errors.CheckViolation, match="moves forward"):
        owner.execute(CHANGE_HOLD.format(change))


@pytest.mark.parametrize("table", ["account", "balance", "entry", "posting"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_removes_what_the_books_rest_on(
    owner: psycopg.Connection, statement: str, table: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match=f"^{table} rows are kept"):
        owner.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE account SET book = 'mine'",
        "UPDATE account SET normal_side = 'debit'",
        "UPDATE balance SET floor_units = NULL",
        "UPDATE balance SET ceiling_units = NULL",
        "UPDATE hold SET units = 1",
        "UPDATE period SET ends_on = starts_on",
        "UPDATE asset SET settlement_step = 1",
        "DELETE FROM hold",
        "DELETE FROM period",
        "DELETE FROM lane",
        "DELETE FROM idempotency",
    ],
)
def test_the_application_has_no_right_to_what_it_never_does(
    app: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
        app.execute(statement)


@pytest.mark.parametrize(
    "back",
    [
        "UPDATE period SET state = 'open'",
        "UPDATE period SET state = 'adjusting'",
        "UPDATE account SET closed_at = NULL WHERE closed_at IS NOT NULL",
        "UPDATE account SET closed_at = now() WHERE closed_at IS NOT NULL",
    ],
)
def test_what_is_closed_stays_closed(app: psycopg.Connection, back: str) -> None:
    app.execute(
        "INSERT INTO period VALUES ('x', '2025-01-01', '2025-12-31', 'closed', now())"
    )
    app.execute("UPDATE account SET closed_at = '2026-01-01' WHERE path = 'till'")
    with pytest.raises(errors.CheckViolation, match="only moves forward"):
        app.execute(back)
