"""The loan book's risk adds up to the ledger, and notices what changes each month."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from structlog.testing import capture_logs

from api.cli.portfolio import look_again
from api.jobs import jobs_of, risks
from api.services import Services
from contracts import schedule
from finance import lending, rulepacks
from finance.lending import Stage, loanrisks
from ledger.errors import InvariantBroken
from ledger.ids import PartyId, read_id
from risk.identity import PartyKind
from risk.provisions import allowance
from risk.statements import Profile, receive_statement, sample_statement
from tests.journeys.people import usd


async def only_book(world) -> lending.Book:
    (book,) = await world.db.read(lending.assess_book)
    return book


async def test_the_book_is_the_ledger_to_the_cent(world, desk, loan) -> None:
    book = await only_book(world)

    (one,) = book.loans
    assert book.gross == book.on_ledger == usd(1_000)
    assert one.stage is Stage.PERFORMING
    assert len(one.tagged.exposure.owed_minor) == 12
    assert one.tagged.exposure.owed_minor[0] == usd(1_000).minor
    assert 0 < book.expected.minor < usd(50).minor
    assert book.provision == usd(10)
    told = lending.book_json(book)
    assert told["stages"]["1"]["allowance_minor"] == told["allowance_minor"]
    assert all(stressed.allowance >= book.expected for stressed in book.stressed)


async def test_what_will_be_owed_falls_by_what_each_month_pays(world, loan) -> None:
    left = usd(1_000).minor
    owed = []
    for row in schedule.build(loan.agreed_terms).rows:
        owed.append(left)
        left -= row.principal.minor

    (one,) = (await only_book(world)).loans

    assert left == 0
    assert one.tagged.exposure.owed_minor == tuple(owed)


async def test_the_allowance_is_the_sum_done_by_hand(world, loan) -> None:
    (one,) = (await only_book(world)).loans
    seen, pack, on = one.tagged.exposure, rulepacks.home(), loan.disbursed_on
    by_hand = 0.0
    for name in ("base", "better", "worse"):
        weight, worse_pd, worse_lgd = (
            pack.bps(f"ecl_{name}_{what}", on=on) / 10_000
            for what in ("weight", "pd", "lgd")
        )
        lgd = min(seen.lgd_bps / 10_000 * worse_lgd, 1)
        stays = (1 - min(seen.pd_bps / 10_000 * worse_pd, 1)) ** (1 / 12)
        worth = 1 / (1 + float(seen.rate_bps) / 10_000 / 12)
        by_hand += weight * sum(
            (1 - stays) * stays**month * owed * lgd * worth ** (month + 1)
            for month, owed in enumerate(seen.owed_minor)
        )

    assert one.expected.minor == round(by_hand)


async def test_a_late_loan_climbs_the_stages_and_the_classes(world, loan) -> None:
    found = []
    for days in (31, 35, 60):
        world.clock.advance(timedelta(days=days))
        (one,) = (await only_book(world)).loans
        found.append((one.stage.value, one.grade.name))

    assert found == [(1, "normal"), (2, "substandard"), (3, "loss")]


async def test_a_book_that_is_not_the_ledger_is_not_told(
    world, loan, admin_of: str
) -> None:
    with psycopg.connect(admin_of) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE loan SET status = 'paid_off'")

    with pytest.raises(InvariantBroken):
        await world.db.read(lending.assess_book)


async def test_what_is_kept_of_loans_changes_nothing_that_is_told(
    world, desk, loan
) -> None:
    """Kept or worked out, the book is the same; what changed since is worked out."""
    before = await only_book(world)
    assert await risks.keep(world.db) == 1
    assert await risks.keep(world.db) == 0
    assert await only_book(world) == before

    world.clock.advance(timedelta(days=70))
    late = await only_book(world)

    assert late.loans[0].days_late > 0
    assert await risks.keep(world.db) == 1
    assert await only_book(world) == late


async def test_a_reader_is_not_made_to_wait_for_more_loans_than_a_few(
    world, loan
) -> None:
    with pytest.raises(lending.RiskBeingWorkedOut):
        await world.db.read(loanrisks.read_risks, most_fresh=0)

    await risks.keep(world.db)
    (one,) = await world.db.read(loanrisks.read_risks, most_fresh=0)
    assert one.loan == loan.id


async def test_a_firm_that_got_worse_is_noticed_once_a_month(world, loan) -> None:
    firm = PartyId(loan.borrower)
    world.clock.advance(timedelta(days=70))
    content = sample_statement(
        seed=7,
        profile=Profile.WEAK,
        months=12,
        ends_on=world.clock.now().date() - timedelta(days=1),
    )
    await receive_statement(
        world.db, party_id=firm, file_name="new.csv", content=content
    )
    assert await world.db.read(lending.list_due) == [loan.id]

    seen = await world.db.transact(lending.rescore_loan, loan_id=loan.id)
    again = await world.db.transact(lending.rescore_loan, loan_id=loan.id)

    assert again.scored_on == seen.scored_on
    assert await world.db.read(lending.list_due) == []
    (warned,) = await world.db.read(lending.list_warned)
    assert warned.rescore.signals == seen.signals != []
    (one,) = (await only_book(world)).loans
    assert one.pd_bps == seen.pd_bps


async def test_without_new_records_a_firm_is_not_judged_anew(world, loan) -> None:
    (before,) = (await only_book(world)).loans
    world.clock.advance(timedelta(days=70))

    seen = await world.db.transact(lending.rescore_loan, loan_id=loan.id)

    assert seen.signals == ["feed_missed"]
    assert seen.pd_bps == before.pd_bps


async def test_a_doubled_risk_moves_a_loan_to_stage_two(world, loan) -> None:
    (one,) = (await only_book(world)).loans
    seen = replace(one.tagged.exposure, stage=2)
    scenarios = loanrisks.scenarios_of(
        loanrisks.rulepacks.home(), world.clock.now().date()
    )

    assert allowance(seen, scenarios).lifetime_minor == one.allowance.lifetime_minor


@pytest.fixture
async def beside(world, desk, loan) -> str:
    """A second firm's loan."""
    firm = await world.party("Silk Weaver", PartyKind.FIRM)
    offer = await world.offer(firm, usd(500), desk)
    await world.pledge(offer, await world.lender("Lender", usd(500)), usd(500))
    return (await world.fund(offer, firm)).id


def lose(admin_of: str, loan: lending.Loan, place: str) -> None:
    """Take out of a loan's decision what lies at a place."""
    lost = "UPDATE application SET decision = decision #- %s WHERE party = %s"
    with psycopg.connect(admin_of) as admin:
        admin.execute(lost, [place, read_id("party", loan.borrower)])


async def test_a_loan_that_cannot_be_scored_keeps_no_other_from_it(
    world, loan, beside, admin_of: str
) -> None:
    lose(admin_of, loan, "{instalment_minor}")
    (rescoring,) = (
        job for job in jobs_of(Services(world.db)) if job.name == "rescoring"
    )

    with pytest.raises(ExceptionGroup):
        await rescoring.run()

    assert await world.db.read(lending.list_due) == [loan.id]


async def test_the_command_looks_at_all_others_and_names_the_loan_it_could_not(
    world, loan, beside, admin_of: str
) -> None:
    lose(admin_of, loan, "{instalment_minor}")

    done = await look_again(world.db)

    assert done["looked_at"] == 1
    assert done["failed"] == [{"loan": loan.id, "error": "KeyError"}]


async def test_a_loan_of_unknown_risk_keeps_no_other_from_it_and_is_told(
    world, loan, beside, admin_of: str
) -> None:
    lose(admin_of, loan, "{price,lgd_bps}")

    with capture_logs() as said:
        kept = await risks.keep(world.db)

    assert kept == 1
    assert [(line["event"], line["loan"]) for line in said] == [
        ("loan_risk_unknown", loan.id)
    ]
    assert await world.db.read(lending.list_stale_risks, limit=9) == [loan.id]
