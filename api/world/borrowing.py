"""Act two: firms apply with their records, two operators decide, lenders pledge."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from api.world.cast import FIRMS, Fate, Firm
from api.world.stage import Player, Stage
from finance import approvals, lending, raising
from finance.lending import Application, ApplicationStatus
from finance.rails import Fault
from finance.raising import Offer
from ledger.ids import PartyId
from ledger.money import Currency, Money
from risk import statements
from risk.statements import StatementRefused, sample_statement

RECORDS: Final = Path(__file__).resolve().parents[2] / "tests" / "data" / "statements"
RECORD_ENDINGS: Final = frozenset({".sta", ".xml", ".ofx", ".qfx", ".csv"})
OPEN_DAYS: Final = 30
REFLECTION_DAYS: Final = 5
PLEDGES_A_LENDER: Final = 3
SHORT_PERCENT: Final = 45
STEPS: Final = {Currency.USD: 1_000, Currency.KHR: 4_000_000}
LATER: Final = frozenset({Fate.OPEN, Fate.WAITING, Fate.EQUITY})


@dataclass
class Borrowing:
    """What came of the applications: offers and loans by firm, files by outcome."""

    files: Counter[str] = field(default_factory=Counter)
    offers: dict[str, Offer] = field(default_factory=dict)
    loans: dict[str, str] = field(default_factory=dict)
    paid_out_on: date | None = None


async def play(stage: Stage) -> Borrowing:
    """Let the firms of the first day apply and the lenders fund them."""
    found = Borrowing()
    stage.tell("Firms bring their records and apply")
    await _bring_records(stage, found)
    for firm in FIRMS:
        if firm.fate in LATER:
            continue
        application = await apply(stage, firm)
        if firm is FIRMS[0]:
            await _name_sureties(stage, application)
        if application.status == ApplicationStatus.ASSESSED:
            found.offers[firm.name] = await decide(stage, application)
    stage.tell("Lenders pledge; what goes beyond a target is refused")
    for firm in FIRMS:
        if firm.name in found.offers:
            await _fill(stage, firm, found.offers[firm.name])
    await stage.go_on(REFLECTION_DAYS)
    stage.tell("Funded firms accept their agreements and are paid")
    stage.rail.faults.extend([Fault.NONE, Fault.LOST_REPLY, Fault.SLOW])
    await sign(stage, found)
    found.paid_out_on = stage.today
    await stage.reconcile()
    return found


async def _bring_records(stage: Stage, found: Borrowing) -> None:
    """Upload real banks' sample files: each is read completely or refused."""
    owners = list(stage.firms.values())
    files = sorted(f for f in RECORDS.rglob("*") if f.suffix in RECORD_ENDINGS)
    for number, file in enumerate(files):
        owner = owners[number % len(owners)]
        try:
            kept = await statements.receive_statement(
                stage.acting(owner),
                party_id=owner.id,
                file_name=file.name,
                content=file.read_bytes(),
            )
        except StatementRefused as refusal:
            found.files[refusal.code] += 1
        else:
            found.files[kept.format.value] += 1


async def apply(stage: Stage, firm: Firm) -> Application:
    """Upload a year of a firm's account and ask for its loan."""
    player = stage.firms[firm.name]
    content = sample_statement(
        seed=FIRMS.index(firm),
        profile=firm.profile,
        currency=firm.amount.currency,
        ends_on=stage.today - timedelta(days=1),
    )
    kept = await statements.receive_statement(
        stage.acting(player),
        party_id=player.id,
        file_name=f"{firm.name.lower().replace(' ', '-')}.csv",
        content=content,
    )
    return await stage.acting(player).transact(
        lending.submit_application,
        party_id=player.id,
        wanted=lending.LoanRequest(firm.amount, firm.term_months),
        purpose=firm.purpose,
        statement_ids=[kept.id],
    )


async def _name_sureties(stage: Stage, application: Application) -> None:
    """Let a guarantor and a trustee stand behind a loan, named before it is reviewed."""
    one = stage.operators[0]
    for role, player in stage.sureties.items():
        await stage.acting(one).transact(
            lending.name_surety,
            application_id=application.id,
            party_id=player.id,
            role=role,
            operator_id=one.id,
        )


async def decide(stage: Stage, application: Application) -> Offer:
    """Review by one operator, approve by the other; the same person is refused."""
    one, two = stage.operators
    await review(stage, application)
    alone = stage.acting(one).transact(
        lending.approve_application,
        application_id=application.id,
        operator_id=one.id,
        open_days=OPEN_DAYS,
    )
    await stage.expect(approvals.SamePerson, alone)
    return await stage.acting(two).transact(
        lending.approve_application,
        application_id=application.id,
        operator_id=two.id,
        open_days=OPEN_DAYS,
    )


async def review(stage: Stage, application: Application) -> None:
    """Let the first operator recommend an application."""
    one = stage.operators[0]
    await stage.acting(one).transact(
        lending.review_application,
        application_id=application.id,
        operator_id=one.id,
        note="Statements and reasons read; the purpose fits the season.",
    )


async def _fill(stage: Stage, firm: Firm, offer: Offer) -> None:
    """Let lenders pledge until the offer is full, or short when that is its fate."""
    wanted = offer.target_minor
    if firm.fate is Fate.SHORT:
        wanted = wanted * SHORT_PERCENT // 100
    wanted -= wanted % offer.step_minor
    last = await pledge_until(stage, offer, wanted)
    if firm.fate is Fate.SHORT or last is None:
        return
    beyond = _rich(stage, offer)
    await stage.expect(
        raising.OfferFull, _pledge(stage, beyond, offer, offer.min_pledge)
    )
    if firm is FIRMS[0]:
        await _think_again(stage, offer, *last)


async def pledge_until(
    stage: Stage, offer: Offer, wanted: int, *, parts: int = PLEDGES_A_LENDER
) -> tuple[Player, str] | None:
    """Let lenders pledge a part of what they have until so much is promised.

    Returns who came last with which pledge, or None when they had too little.
    """
    step = max(STEPS[offer.currency], offer.step_minor)
    left, last = wanted, None
    for player in stage.luck.sample(stage.lenders, len(stage.lenders)):
        free = player.free[offer.currency]
        size = free // parts // step * step
        amount = min(size, left)
        if 0 < left - amount < offer.min_pledge_minor:
            amount = left if free >= left else amount - step
        if amount < min(left, offer.min_pledge_minor) or amount <= 0:
            continue
        pledge = await _pledge(stage, player, offer, Money(amount, offer.currency))
        last = player, pledge
        left -= amount
        if not left:
            return last
    return None


async def _pledge(stage: Stage, player: Player, offer: Offer, amount: Money) -> str:
    pledge = await stage.acting(player).transact(
        raising.place_pledge,
        offer_id=offer.id,
        party_id=player.id,
        amount=amount,
        custody=stage.services.custody,
    )
    player.free[offer.currency] -= amount.minor
    player.pledges += 1
    return pledge.id


def _rich(stage: Stage, offer: Offer) -> Player:
    return max(stage.lenders, key=lambda player: player.free[offer.currency])


async def _think_again(
    stage: Stage, offer: Offer, player: Player, pledge_id: str
) -> None:
    """One lender withdraws within the reflection period; another takes its place."""
    withdrawn = await stage.acting(player).transact(
        raising.withdraw_pledge, pledge_id=pledge_id, party_id=player.id
    )
    player.free[offer.currency] += withdrawn.amount_minor
    await stage.go_on(1)
    await _pledge(stage, _rich(stage, offer), offer, withdrawn.amount)


async def sign(stage: Stage, found: Borrowing) -> None:
    """Let the borrowers of funded offers accept, and who stands behind their loans.

    When the last has signed, the money goes out.
    """
    for name, player in stage.firms.items():
        loans = await stage.db.read(
            lending.list_loans, borrower_id=PartyId(player.id), limit=1
        )
        for loan in loans.items:
            behind = await stage.db.read(lending.list_sureties, loan.application)
            signers = [stage.sureties[surety.stands_as] for surety in behind]
            for signer in (*signers, player):
                await _accept(stage, signer, loan.id)
            found.loans[name] = loan.id
    await stage.work()


async def _accept(stage: Stage, player: Player, loan_id: str) -> None:
    document = await stage.db.read(lending.get_agreement, loan_id=loan_id)
    await stage.acting(player).transact(
        lending.accept_agreement,
        loan_id=loan_id,
        party_id=player.id,
        document_hash=document.sha256,
        custody=stage.services.custody,
    )
