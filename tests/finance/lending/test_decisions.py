"""Limits counted from the books, refusals set aside by two, decisions made again."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from finance import approvals, lending, rulepacks
from finance.lending import exposure
from ledger.database import Database
from ledger.errors import NotFound
from ledger.ids import PartyId
from ledger.money import Currency, Money
from risk import identity, receivables
from risk.decision import LimitKind, Security, SecurityKind
from risk.identity import PartyKind, Sector
from risk.scoring import expert_scorecard
from risk.statements import Profile, receive_statement, sample_statement
from tests.journeys.people import usd

A_THOUSAND = usd(1_000)
INVOICES = b"""Invoice no,Customer,Invoice date,Due date,Paid date,Amount,Currency
A1,Sok Heng,2025-11-02,2025-12-02,2025-12-12,100.00,USD
A2,Dara,2025-11-03,2025-12-03,,40.00,USD
"""


async def limits(db: Database, party: PartyId, amount: Money = A_THOUSAND):
    async def ask(uow):
        return await exposure.limits_for(
            uow, rulepacks.home(), party_id=party, amount=amount, on=uow.today()
        )

    found = await db.read(ask)
    return {limit.kind: limit for limit in found}


async def describe(db: Database, party: PartyId, head: PartyId | None = None) -> None:
    await db.transact(
        identity.describe_firm,
        party_id=party,
        sector=Sector.AGRICULTURE,
        province="KH-2",
        head=head,
        by="somebody",
    )


async def a_refusal(world, firm: PartyId, months: int = 2) -> lending.Application:
    """A firm whose only fault is that its records are short."""
    content = sample_statement(
        seed=7, profile=Profile.STRONG, months=months, ends_on=world.clock.now().date()
    )
    kept = await receive_statement(
        world.db, party_id=firm, file_name="short.csv", content=content
    )
    return await world.db.transact(
        lending.submit_application,
        party_id=firm,
        wanted=lending.LoanRequest(usd(600), 12),
        purpose="stock",
        statement_ids=[kept.id],
    )


async def test_limits_count_what_is_owed_and_promised(world, desk, loan) -> None:
    firm = PartyId(loan.borrower)
    await describe(world.db, firm)
    sister = await world.party("Sister", PartyKind.FIRM)
    await describe(world.db, sister, head=firm)
    stranger = await world.party("Stranger", PartyKind.FIRM)
    await world.offer(sister, usd(2_000), desk)

    own, of_sister = await limits(world.db, firm), await limits(world.db, sister)
    of_stranger = await limits(world.db, stranger)

    assert own[LimitKind.BORROWER].used_minor == usd(1_000).minor
    assert of_sister[LimitKind.BORROWER].used_minor == usd(2_000).minor
    for found in (own, of_sister):
        assert found[LimitKind.GROUP].used_minor == usd(3_000).minor
        assert found[LimitKind.SECTOR].used_minor == usd(3_000).minor
        assert found[LimitKind.PROVINCE].used_minor == usd(3_000).minor
    assert {limit.used_minor for limit in of_stranger.values()} == {0}
    riel = await limits(world.db, firm, Money(100_000_000, Currency.KHR))
    assert {limit.used_minor for limit in riel.values()} == {0}


async def test_room_taken_since_the_review_stops_the_approval(
    world, desk, admin_of: str
) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    application = await world.application(firm, usd(5_000))
    await world.db.transact(
        lending.review_application,
        application_id=application.id,
        operator_id=desk[0],
        note="sound",
    )
    await world.offer(firm, usd(2_000), desk)
    with psycopg.connect(admin_of) as admin:
        admin.execute(
            "UPDATE application SET amount_minor = 14600000 WHERE status = 'listed'"
        )

    with pytest.raises(lending.LimitReached):
        await world.db.transact(
            lending.approve_application,
            application_id=application.id,
            operator_id=desk[1],
            open_days=30,
        )


async def test_groups_are_one_level_deep(world) -> None:
    one, two, three = [await world.party(n, PartyKind.FIRM) for n in ("A", "B", "C")]
    await describe(world.db, two, head=one)

    for firm, head in ((three, two), (one, three), (three, three)):
        with pytest.raises(identity.GroupUnusable):
            await describe(world.db, firm, head=head)
    with pytest.raises(NotFound):
        await describe(world.db, PartyId("party_" + "0" * 26))


async def test_two_operators_set_a_refusal_aside_and_it_stays_on_record(
    world, desk
) -> None:
    firm = await world.party("Young", PartyKind.FIRM)
    application = await a_refusal(world, firm)
    assert application.status == "refused"
    named = {"application_id": application.id}

    with pytest.raises(lending.OverrideMissing):
        await world.db.transact(lending.approve_override, **named, operator_id=desk[1])
    with pytest.raises(approvals.OwnCase):
        await world.db.transact(
            lending.propose_override, **named, operator_id=firm, reason="mine"
        )
    await world.db.transact(
        lending.propose_override, **named, operator_id=desk[0], reason="known here"
    )
    with pytest.raises(approvals.SamePerson):
        await world.db.transact(lending.approve_override, **named, operator_id=desk[0])
    found = await world.db.transact(
        lending.approve_override, **named, operator_id=desk[1]
    )

    assert found.status == "assessed"
    assert found.decision["outcome"] == "refuse"
    (kept,) = found.overrides
    assert kept["reason"] == "known here"
    assert (kept["proposed_by"], kept["approved_by"]) == desk
    with pytest.raises(lending.ApplicationNotWaiting):
        await world.db.transact(
            lending.propose_override, **named, operator_id=desk[0], reason="again"
        )


async def test_nobody_sets_aside_what_cannot_be_paid(world, desk) -> None:
    firm = await world.party("Big", PartyKind.FIRM)
    application = await world.application(firm, usd(100_000))
    assert lending.hard_reason(application) == "instalment_not_affordable"

    with pytest.raises(lending.OverrideForbidden):
        await world.db.transact(
            lending.propose_override,
            application_id=application.id,
            operator_id=desk[0],
            reason="please",
        )


async def test_a_decision_replays_to_the_byte_after_days(world) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    application = await world.application(firm, usd(5_000))
    world.clock.advance(timedelta(days=40))

    found = await world.db.read(lending.replay_decision, application_id=application.id)

    assert found.matches
    assert found.differences == ()


async def test_invoices_count_and_are_replayed_from_their_bytes(
    world, admin_of: str
) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    without = await world.application(firm, usd(5_000))
    kept = await receivables.receive_invoices(
        world.db, party_id=firm, file_name="ar.csv", content=INVOICES
    )
    application = await world.db.transact(
        lending.submit_application,
        party_id=firm,
        wanted=lending.LoanRequest(usd(5_000), 12),
        purpose="stock",
        statement_ids=without.statements,
        invoice_file_ids=[kept.id],
    )
    world.clock.advance(timedelta(days=40))

    found = await world.db.read(lending.replay_decision, application_id=application.id)
    features = application.decision["features"]
    with psycopg.connect(admin_of) as admin:
        admin.execute(
            "ALTER TABLE invoice_file DROP CONSTRAINT ck_invoice_file_content"
        )
        admin.execute("ALTER TABLE invoice_file DISABLE TRIGGER USER")
        admin.execute("UPDATE invoice_file SET content = content || '\\x0a'::bytea")
    changed = await world.db.read(
        lending.replay_decision, application_id=application.id
    )

    assert without.decision["features"]["late_payment_share"] is None
    assert "invoices_sha256" not in without.decision
    assert application.decision["invoices_sha256"] == [kept.sha256.hex()]
    assert features["late_payment_share"] == "1.0000"
    assert features["largest_debtor_share"] == "1.0000"
    assert found.matches
    assert [one.place for one in changed.differences] == [f"files.{kept.id}"]


async def test_anothers_invoices_are_as_if_unknown(world) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    other = await world.party("Other", PartyKind.FIRM)
    application = await world.application(firm, usd(5_000))
    kept = await receivables.receive_invoices(
        world.db, party_id=other, file_name="ar.csv", content=INVOICES
    )

    with pytest.raises(NotFound):
        await world.db.transact(
            lending.submit_application,
            party_id=firm,
            wanted=lending.LoanRequest(usd(5_000), 12),
            purpose="stock",
            statement_ids=application.statements,
            invoice_file_ids=[kept.id],
        )


async def test_a_changed_byte_of_the_kept_file_is_found(world, admin_of: str) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    application = await world.application(firm, usd(5_000))
    with psycopg.connect(admin_of) as admin:
        admin.execute("ALTER TABLE statement DROP CONSTRAINT ck_statement_content")
        admin.execute(
            "UPDATE statement SET content ="
            " set_byte(content, length(content) - 2, get_byte(content, 0) + 1)"
        )

    found = await world.db.read(lending.replay_decision, application_id=application.id)

    assert not found.matches
    assert found.differences[0].place == f"files.{application.statements[0]}"
    (on_record,) = application.decision["statements_sha256"]
    assert found.differences[0].kept == on_record


async def test_a_changed_rule_or_record_is_named(world, admin_of: str) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    application = await world.application(firm, usd(5_000))
    home = rulepacks.home()
    dearer = replace(
        home,
        rules=tuple(
            replace(rule, value=101) if rule.key == "price_margin" else rule
            for rule in home.rules
        ),
    )
    found = await world.db.read(
        lending.replay_decision,
        application_id=application.id,
        by=lending.Ruling(dearer),
    )
    changed = {item.place: (item.kept, item.again) for item in found.differences}
    assert changed["decision.policy.margin_bps"] == ("100", "101")

    with psycopg.connect(admin_of) as admin:
        admin.execute(
            "UPDATE application SET decision = jsonb_set(decision, '{grade}', '\"B\"')"
        )
    found = await world.db.read(lending.replay_decision, application_id=application.id)

    (only,) = found.differences
    assert (only.place, only.kept, only.again) == ("decision.grade", '"B"', '"A"')


async def test_another_model_is_named_by_its_hash(world) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    application = await world.application(firm, usd(5_000))
    harder = replace(expert_scorecard(), base_points=299, hash="0" * 64)

    found = await world.db.read(
        lending.replay_decision,
        application_id=application.id,
        by=lending.Ruling(card=harder),
    )

    changed = {item.place: item.again for item in found.differences}
    assert changed["decision.model_sha256"] == f'"{"0" * 64}"'
    assert "decision.score" in changed


async def test_another_amount_term_or_guarantee_is_answered_and_not_kept(
    world,
) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    application = await world.application(firm, usd(5_000))
    guarantee = Security(SecurityKind.GUARANTEE, 10_000)
    asked = lending.LoanRequest(usd(5_000), 12, security=guarantee)

    same, _ = await world.db.read(
        lending.what_if,
        application_id=application.id,
        wanted=lending.request_of(application),
    )
    secured, quote = await world.db.read(
        lending.what_if, application_id=application.id, wanted=asked
    )

    assert same.to_json() == application.decision
    assert secured.rate_bps < same.rate_bps
    assert secured.cap_test.price.lgd_bps == 2_000
    assert quote.terms.rate_bps == secured.rate_bps
