"""Each bad input of the list has its own refusal, which says which entry and why.

Every bad entry is sent between two good ones: the batch is refused as a whole, by the
facts of the bad one, and nothing of it is stored.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from ledger import accounts, browsing, entries, holds, invariants, periods
from ledger.accounts import CLIENT_MONEY, Freeze, Side, Spec
from ledger.database import Database
from ledger.entries import Leg, NewEntry
from ledger.errors import NotFound, Refusal
from ledger.ids import AccountId
from tests.ledger.builders import an_entry, an_id, available, hold, move, open_accounts

NOBODY = AccountId("acct_" + "0" * 26)
CLOSED_ON = date(2025, 12, 31)

Facts = dict[str, str | int]
Case = tuple[NewEntry, str, Facts]


@dataclass
class Books:
    """A bank, two wallets, one of them with 100, and what can be wrong with others."""

    db: Database
    bank: AccountId
    a: AccountId
    b: AccountId
    closed: AccountId
    frozen: AccountId
    riel: AccountId

    def entry(self, *legs: tuple[AccountId, int]) -> NewEntry:
        return an_entry(self.db, [Leg(*leg) for leg in legs])

    def good(self) -> NewEntry:
        return self.entry((self.bank, 1), (self.a, -1))


@pytest.fixture
async def books(db: Database) -> Books:
    bank, a, b = await db.transact(open_accounts)
    others = await db.transact(
        accounts.open_all,
        [
            Spec(CLIENT_MONEY, path, "x", asset, Side.CREDIT)
            for path, asset in (("closed", "USD"), ("frozen", "USD"), ("riel", "KHR"))
        ],
    )
    await move(db, bank, a, 100)
    await db.transact(accounts.close, others[0])
    await db.transact(accounts.freeze, others[1], Freeze.ALL)
    days = {"book": CLIENT_MONEY, "starts_on": date(2025, 12, 1)}
    await db.transact(periods.open_period, **days, ends_on=CLOSED_ON)
    await db.transact(periods.close_period, **days)
    return Books(db, bank, a, b, *others)


def case(new: NewEntry, code: str, entry: str = "entry", **facts: str | int) -> Case:
    return new, code, {entry: new.id, **facts}


def legs_of(b: Books, units: int) -> NewEntry:
    return b.entry((b.bank, units), (b.a, -units))


CASES: dict[str, Callable[[Books], Case]] = {
    "unbalanced": lambda b: case(
        b.entry((b.bank, 5), (b.a, -4)), "entry_unbalanced", units=1, asset="USD"
    ),
    "empty": lambda b: case(b.entry(), "entry_has_too_few_legs", legs=0),
    "a single leg": lambda b: case(
        b.entry((b.bank, 5)), "entry_has_too_few_legs", legs=1
    ),
    "riel against dollars": lambda b: case(
        b.entry((b.bank, 5), (b.riel, -5)), "entry_unbalanced", units=5, asset="USD"
    ),
    "a leg of nothing": lambda b: case(legs_of(b, 0), "units_out_of_range"),
    "64 bits": lambda b: case(legs_of(b, 2**63), "units_out_of_range"),
    "63 bits": lambda b: case(legs_of(b, 2**62), "units_out_of_range"),
    "10,001 legs": lambda b: case(
        b.entry(*[(b.bank, 1)] * 10_000, (b.a, -10_000)),
        "entry_has_too_many_legs",
        legs=10_001,
        most=10_000,
    ),
    "an unknown account": lambda b: case(
        b.entry((NOBODY, 5), (b.a, -5)), "account_unknown", account=NOBODY
    ),
    "a closed account": lambda b: case(
        b.entry((b.bank, 5), (b.closed, -5)), "account_closed", account=b.closed
    ),
    "a frozen account": lambda b: case(
        b.entry((b.bank, 5), (b.frozen, -5)), "account_frozen", account=b.frozen
    ),
    "more than there is": lambda b: case(
        b.entry((b.b, 5), (b.a, -5)), "insufficient_funds", available=0, needed=5
    ),
    "a closed period": lambda b: case(
        replace(b.good(), effective_on=CLOSED_ON),
        "period_closed",
        closed_until="2025-12-31",
    ),
    "a far future": lambda b: case(
        replace(b.good(), effective_on=b.good().effective_on + timedelta(days=367)),
        "effective_date_too_far",
        days=366,
    ),
    "text that cannot be kept": lambda b: case(
        replace(b.good(), memo="a\0b"), "entry_malformed"
    ),
}


@pytest.mark.parametrize("wrong", CASES)
async def test_a_bad_entry_says_which_and_why_and_nothing_is_stored(
    db: Database, books: Books, wrong: str
) -> None:
    bad, code, facts = CASES[wrong](books)
    first, last = books.good(), books.good()

    with pytest.raises(Refusal) as said:
        await db.transact(entries.post, [first, bad, last])

    assert (said.value.code, said.value.facts) == (code, facts)
    for entry in (first, bad, last):
        with pytest.raises(NotFound):
            await db.read(browsing.get_entry, entry.id)
    assert await available(db, books.a) == 100
    assert await db.read(invariants.find_breaches) == []


async def test_the_same_id_with_another_body_is_refused_with_its_batch(
    db: Database, books: Books
) -> None:
    kept = books.good()
    await db.transact(entries.post, [kept])
    other = an_entry(db, [Leg(books.bank, 2), Leg(books.a, -2)], id_=kept.id)
    new = books.good()

    with pytest.raises(entries.EntryIdReused) as said:
        await db.transact(entries.post, [new, other])

    assert said.value.facts == {"entry": kept.id}
    with pytest.raises(NotFound):
        await db.read(browsing.get_entry, new.id)
    assert await available(db, books.a) == 101


async def test_a_reversal_is_not_reversed_itself(db: Database, books: Books) -> None:
    kept = await move(db, books.bank, books.a, 5)
    undo = {"effective_on": books.good().effective_on, "memo": ""}
    mirror = await db.transact(entries.reverse, kept.id, reversal=an_id(db), **undo)

    with pytest.raises(entries.NotReversible) as said:
        await db.transact(entries.reverse, mirror.id, reversal=an_id(db), **undo)

    assert said.value.facts == {"entry": mirror.id}
    assert await available(db, books.a) == 100


async def test_a_capture_above_its_hold_takes_nothing_of_the_others(
    db: Database, books: Books
) -> None:
    fine, small = [await hold(db, books.a, books.b, units) for units in (30, 20)]
    items = [holds.Capture(an_id(db), fine), holds.Capture(an_id(db), small, 21)]

    with pytest.raises(holds.CaptureTooLarge) as said:
        await db.transact(holds.capture, items, effective_on=books.good().effective_on)

    assert said.value.facts == {"hold": small, "remaining": 20}
    assert (await db.read(holds.get, fine)).state == "open"
    assert await available(db, books.a) == 50
    assert await db.read(invariants.find_breaches) == []


@pytest.mark.parametrize("units", [0, -5, 2**62])
async def test_a_hold_of_nothing_less_or_too_much_is_refused(
    db: Database, books: Books, units: int
) -> None:
    with pytest.raises(entries.UnitsOutOfRange) as said:
        await hold(db, books.a, books.b, units)

    assert set(said.value.facts) == {"entry"}
    assert await available(db, books.a) == 100
