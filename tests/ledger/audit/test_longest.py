"""The longest entry the books take finds room in the log, which else would stand still."""

from ledger import accounts, entries
from ledger.accounts import REGISTER, Side, Spec
from ledger.database import Database
from ledger.entries import Leg, NewEntry
from ledger.ids import EntryId, new_id
from ledger.journal import LEGS_PER_PART
from ledger.judging import MAX_KIND_LETTERS
from tests.ledger.audit.builders import seal_all

WIDE = "\U0001f9fe"  # four bytes, the most a letter takes


async def test_the_longest_kind_with_the_longest_legs_is_sealed(db: Database) -> None:
    now = db.clock.now()
    share = new_id("share", now)
    await db.transact(accounts.register_share_class, code=share)
    spec = Spec(REGISTER, "x", "x", share, Side.DEBIT)
    (account,) = await db.transact(accounts.open_all, [spec])
    legs = [Leg(account, 10**16), Leg(account, -(10**16))] * (LEGS_PER_PART // 2)
    entry = NewEntry(
        EntryId(new_id("entry", now)),
        WIDE * MAX_KIND_LETTERS,
        tuple(legs),
        now.date(),
    )

    await db.transact(entries.post, [entry])

    assert [sealed.added for sealed in await seal_all(db)] == [1]
