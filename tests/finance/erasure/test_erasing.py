"""A person is forgotten, and whoever holds an older proof or export can still check it."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from finance import approvals, erasure, wallets
from finance.approvals import ApprovalStatus, OwnCase, SamePerson
from finance.erasure import ErasureTooEarly
from ledger import audit, idempotency
from ledger.audit import Concern
from ledger.audit.verifier.program import verify
from ledger.errors import NotFound
from ledger.ids import PartyId
from ledger.money import Currency
from risk import identity, receivables, statements
from risk.identity import PartyKind
from risk.statements import Profile, StatementRefused, sample_statement
from tests.ledger.audit.builders import SIGNER, VKEY, seal_all

FIVE_YEARS = timedelta(days=5 * 366)


async def person(db, name):
    party = await db.transact(
        identity.register_party,
        kind=PartyKind.PERSON,
        name=name,
        country="KH",
        tax_resident=True,
    )
    return PartyId(party.id)


@pytest.fixture
async def people(db):
    """Somebody with a wallet, and two operators."""
    sok, first, second = [await person(db, n) for n in ("Sok Dara", "One", "Two")]
    await db.transact(identity.verify_party, party_id=sok, by=first)
    await db.transact(identity.verify_party, party_id=second, by=first)
    await db.transact(
        wallets.open_wallet, party_id=sok, currency=Currency.USD, destination="ABA 7"
    )
    return sok, first, second


async def propose(db, people):
    sok, first, _ = people
    return await db.transact(
        erasure.propose_erasure, party_id=sok, operator_id=first, note="Asked to"
    )


async def openings(db):
    async def read(uow):
        rows = await uow.session.execute(text("SELECT value::text FROM audit_private"))
        return {row.value for row in rows}

    return await db.read(read)


async def exported(db, folder):
    await seal_all(db)
    await db.read(audit.export_bundle, folder, key=SIGNER.key)
    return folder


async def test_what_was_sealed_verifies_before_and_after_the_person_is_erased(
    db, people, clock, tmp_path
):
    sok, _, second = people
    before = await exported(db, tmp_path / "before")
    proof = await db.read(audit.give_receipt, Concern(sok, sok), policy=None)
    clock.advance(FIVE_YEARS)
    approval = await propose(db, people)

    gone = await db.transact(
        erasure.approve_erasure, approval_id=approval.id, operator_id=second
    )

    after = await exported(db, tmp_path / "after")
    (tmp_path / "receipt.json").write_bytes(proof.content)
    assert (gone.erased, gone.kept, gone.kept_until) == (1, 0, None)
    assert await openings(db) == {'"One"', '"Two"'}
    assert (await db.read(identity.get_party, sok)).name == identity.ERASED
    for export in (before, after, tmp_path / "receipt.json"):
        assert verify(export, VKEY).exit_code == 0, export.name
    entries = b"".join(one.read_bytes() for one in after.rglob("*") if one.is_file())
    assert b"person.erased" in entries
    assert b"Sok Dara" not in entries


async def test_the_law_wins_until_its_time_has_passed(db, people, clock):
    sok, _, second = people
    with pytest.raises(ErasureTooEarly):
        await propose(db, people)
    clock.advance(FIVE_YEARS)
    (wallet,) = await db.read(wallets.list_purses, party_id=sok)
    await db.transact(
        wallets.change_destination,
        party_id=sok,
        currency=wallet.wallet.currency,
        destination="ABA 8",
    )
    approval = await propose(db, people)

    gone = await db.transact(
        erasure.approve_erasure, approval_id=approval.id, operator_id=second
    )

    assert (gone.erased, gone.kept) == (1, 1)
    assert gone.kept_until > clock.now().date()
    assert '"ABA 8"' in await openings(db)
    assert (await db.read(identity.get_party, sok)).name == "Sok Dara"


async def test_nobody_erases_alone_or_themselves(db, people, clock):
    sok, first, _ = people
    clock.advance(FIVE_YEARS)
    approval = await propose(db, people)

    with pytest.raises(SamePerson):
        await db.transact(
            erasure.approve_erasure, approval_id=approval.id, operator_id=first
        )
    with pytest.raises(OwnCase):
        await db.transact(
            erasure.approve_erasure, approval_id=approval.id, operator_id=sok
        )


async def test_a_proposal_of_another_kind_is_no_erasure_to_decide(db, people):
    sok, first, second = people
    other = await db.transact(
        approvals.propose, kind="override", concerns=sok, request={}, by=first, note="?"
    )

    for decide in (erasure.approve_erasure, erasure.decline_erasure):
        with pytest.raises(NotFound):
            await db.transact(decide, approval_id=other.id, operator_id=second)

    kept = await db.read(approvals.get_approval, other.id)
    assert kept.status == ApprovalStatus.PENDING


INVOICES = b"""Invoice no,Customer,Invoice date,Due date,Paid date,Amount,Currency
A1,Sok Heng,2025-11-02,2025-12-02,,100.00,USD
"""


async def give_files(db, party):
    """Give a statement, a list of invoices, and a file that is neither."""
    good = sample_statement(7, Profile.FAIR, months=1, ends_on=db.clock.now().date())
    await statements.receive_statement(
        db, party_id=party, file_name="sok-dara.csv", content=good
    )
    await receivables.receive_invoices(
        db, party_id=party, file_name="bills-of-sok.csv", content=INVOICES
    )
    with pytest.raises(StatementRefused):
        await statements.receive_statement(
            db, party_id=party, file_name="sok-dara.exe", content=b"MZ\x00"
        )


async def withdraw(uow, party):
    """Keep what a withdrawal was answered."""
    command = idempotency.Command(party, "key-1", bytes(32))

    async def run(_):
        return {idempotency.BODY: {"amount": 1, "destination": "ABA 7"}}

    await idempotency.once(uow, command, run)


async def left_over(db):
    """Return all that is written in the tables beside the log, as one text."""
    tables = (
        "statement statement_line statement_refusal invoice_file payout wallet approval party"
        " idempotency"
    )

    async def read(uow):
        rows = []
        for name in tables.split():
            query = text(f"SELECT one::text FROM {name} AS one")  # noqa: S608 - named above
            rows += await uow.session.scalars(query)
        return "\n".join(rows)

    return await db.read(read)


async def test_accounts_files_and_notes_go_with_the_values(db, people, clock, tmp_path):
    sok, first, second = people
    await give_files(db, sok)
    noted = await db.transact(
        approvals.propose,
        kind="override",
        concerns=sok,
        request={},
        by=first,
        note="Sok Dara told me on the phone",
    )
    await db.transact(approvals.decline, approval_id=noted.id, by=second)
    await db.transact(withdraw, sok)
    before = await left_over(db)
    await exported(db, tmp_path / "before")
    clock.advance(FIVE_YEARS)
    approval = await propose(db, people)

    gone = await db.transact(
        erasure.approve_erasure, approval_id=approval.id, operator_id=second
    )

    after = await left_over(db)
    for trace in (
        "sok-dara.csv",
        "bills-of-sok.csv",
        "sok-dara.exe",
        "Sok Dara",
        "ABA 7",
    ):
        assert trace in before, trace
        assert trace not in after, trace
    assert '{""body"": {""amount"": 1}}' in after
    assert (gone.kept, gone.kept_until) == (0, None)
    assert verify(await exported(db, tmp_path / "after"), VKEY).exit_code == 0


async def test_a_file_within_its_time_keeps_the_name_and_stays(db, people, clock):
    sok, _, second = people
    clock.advance(FIVE_YEARS)
    await give_files(db, sok)
    approval = await propose(db, people)

    gone = await db.transact(
        erasure.approve_erasure, approval_id=approval.id, operator_id=second
    )

    assert (gone.erased, gone.kept) == (1, 4)
    after = await left_over(db)
    assert "sok-dara.csv" in after
    assert "Sok Dara" in after


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE approval SET status = status WHERE kind = 'erasure'",
        "UPDATE approval SET decided_at = decided_at WHERE kind = 'erasure'",
        """INSERT INTO approval SELECT (jsonb_populate_record(
            one, jsonb_build_object('id', gen_random_uuid()))).* FROM approval AS one""",
    ],
)
async def test_an_old_erasure_lets_nothing_go_by_being_touched(
    db, people, clock, app_url, act
):
    sok, _, second = people
    clock.advance(FIVE_YEARS)
    await give_files(db, sok)
    approval = await propose(db, people)
    await db.transact(
        erasure.approve_erasure, approval_id=approval.id, operator_id=second
    )

    with (
        psycopg.connect(app_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="decided once"),
    ):
        connection.execute(act)

    assert "bills-of-sok.csv" in await left_over(db)
