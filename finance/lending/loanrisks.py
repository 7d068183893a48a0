"""The risk of each loan, kept until something it follows from changes.

A kept row only saves time: it names all it was made from, and one that does not fit, or
is lost, is made again. So whoever reads is told the same with it and without it.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ForeignKey, func, select, true
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from contracts.loan import LoanState
from contracts.months import add_months
from finance import rulepacks
from finance.lending import exposure, repository, rescoring, rules
from finance.lending.errors import RiskBeingWorkedOut
from finance.lending.history import History
from finance.lending.model import Application, Loan, LoanEvent, LoanStatus
from finance.lending.rules import Grade, Stage
from finance.rulepacks import RulePack
from ledger import balances
from ledger.balances import Balance
from ledger.database import UnitOfWork
from ledger.ids import AccountId, IdType
from ledger.money import BPS_PER_ONE, Currency, Money, Rounding
from ledger.tables import Base
from risk.identity import Firm
from risk.provisions import Allowance, Exposure, Scenario, allowance
from risk.stresses import Tagged, named_stresses

SCENARIOS: Final = ("base", "better", "worse")
# A fifth of a second of work: a process that serves pages stops no longer for it, and
# the database does not take the transaction for forgotten.
LOANS_AT_ONCE: Final = 50
# A second of work is what a reader is made to wait for.
MOST_FRESH: Final = 250
ACCOUNTS_AT_ONCE: Final = 10_000
# A payment moved behind a holiday is still its month's.
MOVED: Final = timedelta(days=7)
# To be raised when the same inputs are judged otherwise.
METHOD: Final = 1


class KeptRisk(Base):
    """A loan's risk, and what it was made from."""

    __tablename__ = "loan_risk"

    loan: Mapped[str] = mapped_column(
        IdType("loan"), ForeignKey("loan.id"), primary_key=True
    )
    made_from: Mapped[str]
    risk: Mapped[dict[str, Any]] = mapped_column(JSONB)


@dataclass(frozen=True)
class LoanRisk:
    """One loan: what is owed by the books, how it is classed, and what is expected lost.

    ``stressed`` has the allowance in minor units under each named stress.
    """

    loan: str
    gross: Money
    days_late: int
    grade: Grade
    stage: Stage
    pd_bps: int
    allowance: Allowance
    provision: Money
    tagged: Tagged
    stressed: Mapping[str, int]

    @property
    def expected(self) -> Money:
        """Return the allowance by IFRS 9."""
        return Money(self.allowance.minor, self.gross.currency)


@dataclass(frozen=True)
class _Read:
    """A loan with all that its risk follows from."""

    loan: Loan
    application: Application
    sector: str
    state: LoanState
    gross: Money
    pd_bps: int


@dataclass(frozen=True)
class _Inputs:
    """What may change a loan's risk; the rest of it is fixed when it is granted."""

    loan: str
    gross: Money
    events: int
    pd_bps: int
    sector: str

    def made_from(self, rules_sha256: str, on: date) -> str:
        """Name all that a loan's risk follows from."""
        return (
            f"{rules_sha256} {on} {self.gross.minor} {self.events} {self.pd_bps}"
            f" {self.sector}"
        )


async def read_risks(
    uow: UnitOfWork, *, most_fresh: int = MOST_FRESH
) -> list[LoanRisk]:
    """Return the risk of every loan on which something is owed, as of today.

    Raises:
        RiskBeingWorkedOut: Too many loans changed for a reader to wait for.
    """
    inputs, kept = await _known(uow)
    missing = [one for one in inputs if one.loan not in kept]
    if len(missing) > most_fresh:
        raise RiskBeingWorkedOut(loans=len(missing))
    fresh = await _assess(uow, missing)
    return [
        fresh[one.loan] if one.loan in fresh else _read(one, kept[one.loan])
        for one in inputs
    ]


async def list_stale_risks(uow: UnitOfWork, *, limit: int) -> list[str]:
    """Return loans whose kept risk no longer fits what it was made from."""
    inputs, kept = await _known(uow)
    return [one.loan for one in inputs if one.loan not in kept][:limit]


async def keep_risks(uow: UnitOfWork, *, loans: Collection[str]) -> None:
    """Work out and keep the risk of a few loans."""
    inputs = await _inputs(uow, loans)
    if not inputs:
        return
    fresh = await _assess(uow, inputs)
    on, rules_sha256 = uow.today(), _rules_sha256(uow.today())
    write = insert(KeptRisk).values(
        [
            {
                "loan": one.loan,
                "made_from": one.made_from(rules_sha256, on),
                "risk": _written(fresh[one.loan]),
            }
            for one in inputs
        ]
    )
    changed = {"made_from": write.excluded.made_from, "risk": write.excluded.risk}
    await uow.session.execute(
        write.on_conflict_do_update(index_elements=["loan"], set_=changed)
    )


async def _known(uow: UnitOfWork) -> tuple[list[_Inputs], dict[str, dict[str, Any]]]:
    """Return what each loan's risk follows from, and the kept risks that still fit."""
    inputs = await _inputs(uow)
    rules_sha256, on = _rules_sha256(uow.today()), uow.today()
    names = {one.loan: one.made_from(rules_sha256, on) for one in inputs}
    rows = await uow.session.execute(
        select(KeptRisk.loan, KeptRisk.made_from, KeptRisk.risk)
    )
    kept = {loan: risk for loan, name, risk in rows if names.get(loan) == name}
    return inputs, kept


async def _inputs(
    uow: UnitOfWork, loans: Collection[str] | None = None
) -> list[_Inputs]:
    """Return what the risk of loans follows from: of some, or of all that owe."""
    latest = (
        select(func.max(LoanEvent.number))
        .where(LoanEvent.loan == Loan.id)
        .correlate(Loan)
        .scalar_subquery()
    )
    rows = (
        await uow.session.execute(
            select(
                Loan.id,
                Loan.currency,
                Loan.principal_account,
                Loan.interest_account,
                Loan.fee_account,
                latest.label("events"),
                Application.decision["pd_bps"].as_integer().label("pd_bps"),
                Firm.sector,
            )
            .join(Application, Application.id == Loan.application)
            .outerjoin(Firm, Firm.party == Loan.borrower)
            .where(
                Loan.status.in_((LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF)),
                true() if loans is None else Loan.id.in_(loans),
            )
            .order_by(Loan.id)
        )
    ).all()
    pds = await rescoring.latest_pds(uow)
    places = [AccountId(place) for row in rows for place in row[2:5]]
    standing = await _standing(uow, places)
    found = [
        _Inputs(
            row.id,
            Money(
                sum(standing[AccountId(place)].posted for place in row[2:5]),
                Currency(row.currency),
            ),
            row.events,
            pds.get(row.id, row.pd_bps),
            row.sector.value if row.sector else exposure.UNDESCRIBED,
        )
        for row in rows
    ]
    return [one for one in found if one.gross.minor]


async def _standing(
    uow: UnitOfWork, places: Sequence[AccountId]
) -> dict[AccountId, Balance]:
    found: dict[AccountId, Balance] = {}
    for start in range(0, len(places), ACCOUNTS_AT_ONCE):
        part = places[start : start + ACCOUNTS_AT_ONCE]
        found |= await balances.get_many(uow, part)
    return found


def _rules_sha256(on: date) -> str:
    in_force = [rule for rule in rulepacks.home().rules if rule.covers(on)]
    told = repr((METHOD, in_force, named_stresses()))
    return hashlib.sha256(told.encode()).hexdigest()


async def _assess(uow: UnitOfWork, inputs: Sequence[_Inputs]) -> dict[str, LoanRisk]:
    """Work the risk of loans out from their histories."""
    pack, today = rulepacks.home(), uow.today()
    scenarios = scenarios_of(pack, today)
    found: dict[str, LoanRisk] = {}
    for start in range(0, len(inputs), LOANS_AT_ONCE):
        part = {one.loan: one for one in inputs[start : start + LOANS_AT_ONCE]}
        for read in await _read_all(uow, part, today):
            found[read.loan.id] = _judge(pack, read, scenarios)
    return found


async def _read_all(
    uow: UnitOfWork, inputs: Mapping[str, _Inputs], today: date
) -> list[_Read]:
    rows = await uow.session.execute(
        select(Loan, Application)
        .join(Application, Application.id == Loan.application)
        .where(Loan.id.in_(inputs))
    )
    events = await repository.list_events_of(uow, set(inputs))
    read = []
    for loan, application in rows:
        known = inputs[loan.id]
        state = History.read(uow, loan, events[loan.id]).state(today)
        read.append(
            _Read(loan, application, known.sector, state, known.gross, known.pd_bps)
        )
    return read


def scenarios_of(pack: RulePack, on: date) -> tuple[Scenario, ...]:
    """Return the scenarios a market weighs on a day."""
    return tuple(
        Scenario(
            name,
            pack.bps(f"ecl_{name}_weight", on=on),
            pack.bps(f"ecl_{name}_pd", on=on),
            pack.bps(f"ecl_{name}_lgd", on=on),
        )
        for name in SCENARIOS
    )


def _judge(pack: RulePack, one: _Read, scenarios: Sequence[Scenario]) -> LoanRisk:
    graded = rules.grade(pack, one.loan.agreed_terms, one.state)
    stage = _stage(pack, graded, one)
    decided = one.application.decision
    seen = Exposure(
        one.loan.id,
        stage.value,
        one.pd_bps,
        int(decided["price"]["lgd_bps"]),
        one.loan.agreed_terms.rate_bps,
        _to_come(one),
    )
    tagged = Tagged(
        seen,
        one.loan.currency.value,
        one.sector,
        bool(decided["statements_not_counted_sha256"]),
    )
    return LoanRisk(
        one.loan.id,
        one.gross,
        one.state.days_past_due,
        graded,
        stage,
        one.pd_bps,
        allowance(seen, scenarios),
        one.gross.times_bps(graded.provision_bps, rounding=Rounding.HALF_EVEN),
        tagged,
        {
            stress.name: allowance(stress.on([tagged])[0], scenarios).minor
            for stress in named_stresses()
        },
    )


def _stage(pack: RulePack, graded: Grade, one: _Read) -> Stage:
    """Return the stage by days late, or by a chance of default that rose enough."""
    ratio = pack.bps("sicr_pd_ratio", on=one.state.on)
    at_start = int(one.application.decision["pd_bps"])
    riskier = one.pd_bps * BPS_PER_ONE >= at_start * ratio
    if graded.stage is Stage.PERFORMING and riskier:
        return Stage.UNDERPERFORMING
    return graded.stage


def _to_come(one: _Read) -> tuple[int, ...]:
    """Return what is owed now by the books, and what will be after each month's payments.

    What is overdue stays owed: a loan that is late is not expected to catch up.
    """
    today, gross = one.state.on, one.gross.minor
    coming = [
        (item.due_on - MOVED, (item.owed.principal - item.paid.principal).minor)
        for item in one.state.instalments
        if item.due_on > today
    ]
    owed, ends_on = [gross], add_months(today, 1)
    while any(due_on > ends_on for due_on, _ in coming):
        paid = sum(part for due_on, part in coming if due_on <= ends_on)
        owed.append(max(gross - paid, 0))
        ends_on = add_months(today, len(owed))
    return tuple(owed)


def _written(one: LoanRisk) -> dict[str, Any]:
    seen = one.tagged.exposure
    return {
        "days_late": one.days_late,
        "class": one.grade.name,
        "provision_bps": one.grade.provision_bps,
        "class_stage": one.grade.stage.value,
        "stage": one.stage.value,
        "twelve_month_minor": one.allowance.twelve_month_minor,
        "lifetime_minor": one.allowance.lifetime_minor,
        "provision_minor": one.provision.minor,
        "lgd_bps": seen.lgd_bps,
        "rate_bps": str(seen.rate_bps),
        "owed_minor": list(seen.owed_minor),
        "earns_other": one.tagged.earns_other,
        "stressed": dict(one.stressed),
    }


def _read(known: _Inputs, kept: Mapping[str, Any]) -> LoanRisk:
    stage, gross = Stage(kept["stage"]), known.gross
    seen = Exposure(
        known.loan,
        stage.value,
        known.pd_bps,
        kept["lgd_bps"],
        Decimal(kept["rate_bps"]),
        tuple(kept["owed_minor"]),
    )
    return LoanRisk(
        known.loan,
        gross,
        kept["days_late"],
        Grade(kept["class"], kept["provision_bps"], Stage(kept["class_stage"])),
        stage,
        known.pd_bps,
        Allowance(
            known.loan,
            stage.value,
            gross.minor,
            kept["twelve_month_minor"],
            kept["lifetime_minor"],
        ),
        Money(kept["provision_minor"], gross.currency),
        Tagged(seen, gross.currency.value, known.sector, kept["earns_other"]),
        kept["stressed"],
    )
