"""Other programs accept the whole book and come to the same balances as ours."""

from collections import defaultdict
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from ledger import accounts, balances, entries, exchange, exports
from ledger.accounts import CLIENT_MONEY, Side, Spec
from ledger.database import Database, UnitOfWork
from ledger.exports import BookFormat, Line
from ledger.exports.text_ledgers import (
    beancount_account,
    beancount_asset,
    hledger_account,
)
from ledger.money import Currency, Money
from tests.ledger.builders import an_entry, an_id, hold, move, open_accounts
from tests.ledger.exports.readers import expected, told_by_beancount, told_by_hledger

SHARE = "share_01ke5y3x80e4a95pafzya3gq10"


@pytest.fixture
async def book(db: Database, clock) -> list[Line]:
    """Dollars, riel, shares, an exchange, a reversal, a hold, and awkward words."""
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 123_456)
    await hold(db, a, b, 10)
    legs = entries.transfer(debit=a, credit=b, units=7)
    odd = an_entry(db, legs, memo='say "what"; \\ * | 2026\nខ្មែរ  two  spaces')
    await db.transact(entries.post, [odd])
    await db.transact(
        entries.reverse,
        odd.id,
        reversal=an_id(db),
        effective_on=clock.now().date(),
        memo="",
    )
    await db.transact(accounts.register_share_class, code=SHARE)
    riel_bank, riel, unissued, holder = await db.transact(
        accounts.open_all,
        [
            Spec(CLIENT_MONEY, "bank", "bank", "KHR", Side.DEBIT),
            Spec(CLIENT_MONEY, "wallet/a", "wallet", "KHR", Side.CREDIT, 0),
            Spec(accounts.REGISTER, "unissued", "unissued", SHARE, Side.DEBIT),
            Spec(accounts.REGISTER, "9 holder_x", "holder", SHARE, Side.CREDIT),
        ],
    )
    await move(db, riel_bank, riel, 100_000_000)
    await move(db, unissued, holder, 500)
    rate = exchange.Rate(
        Currency.USD, Currency.KHR, Decimal(4100), "National Bank", clock.now()
    )
    new = exchange.NewExchange(
        id=an_id(db),
        debit=riel,
        sold=Money(41_000_000, Currency.KHR),
        credit=a,
        bought=Money(9_950, Currency.USD),
        rate=rate,
        effective_on=clock.now().date(),
    )
    await db.transact(exchange.convert, CLIENT_MONEY, new)
    return await db.read(read_lines)


async def read_lines(uow: UnitOfWork) -> list[Line]:
    return [line async for legs in exports.read_entries(uow) for line in legs]


async def written(db: Database, form: BookFormat) -> str:
    file = StringIO()
    await db.read(exports.write_book, form, file)
    return file.getvalue()


async def test_the_book_read_is_the_book_kept(db, book) -> None:
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in book:
        place = line.place
        sums[place.book, place.path, place.asset] += line.units
    for place, units in sums.items():
        account = await db.read(accounts.find, *place)
        row = await db.read(accounts.get, account)
        posted = (await db.read(balances.get, account)).posted
        assert units == (-posted if row.normal_side == "credit" else posted)


async def test_beancount_accepts_the_book_and_agrees(db, book) -> None:
    text = await written(db, BookFormat.BEANCOUNT)

    assert told_by_beancount(text) == expected(book, beancount_account, beancount_asset)


async def test_hledger_accepts_the_book_and_agrees(db, book, tmp_path: Path) -> None:
    journal = tmp_path / "book.journal"
    journal.write_text(await written(db, BookFormat.HLEDGER), encoding="utf-8")

    assert told_by_hledger(journal) == expected(book, hledger_account, str)
