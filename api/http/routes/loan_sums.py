"""A loan's sums to look at before acting: ways of paying early, the plan as a sheet."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Annotated

from fastapi import Depends, Query, Response

from api import sheets
from api.auth import STAFF
from api.http.callers import Known
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.applications import RowOut, ScheduleOut, get_quoted_schedule
from api.http.routes.loans import NoteOut, Sighted
from api.wire import Cut, MoneyOut, Out, PageOut
from contracts.inforce import Plan
from contracts.prepaying import Way
from contracts.schedule import Schedule
from finance import lending
from ledger.money import Money

router = make_router("loans")

_HEADINGS = (
    "Number",
    "Starts on",
    "Due on",
    "Principal",
    "Interest",
    "Fee",
    "Payment",
    "Balance",
    "Currency",
)

AS_AGREED = "As first agreed"
IN_FORCE = "In force since {since} ({act})"
TOTAL = "Total"

Say = Callable[[str], str]
"""Says a text of a sheet in the reader's language; ``str`` leaves it English."""

Minor = Annotated[str | None, Query(pattern="^[1-9][0-9]{0,14}$")]
Quoted = Annotated[ScheduleOut, Depends(get_quoted_schedule)]


class PlanOut(ScheduleOut):
    """The instalments in force; ``since`` and ``act`` are empty while they are as agreed."""

    since: date | None
    act: str | None

    @classmethod
    def standing(cls, plan: Plan) -> "PlanOut":
        """Show a plan with what changed it last."""
        changed = plan.changed
        return cls(
            **ScheduleOut.model_validate(plan).model_dump(),
            since=changed.on if changed else None,
            act=lending.kind_of(changed) if changed else None,
        )

    @classmethod
    def agreed(cls, schedule: Schedule) -> "PlanOut":
        """Show a plan as it was agreed."""
        said = ScheduleOut.of(schedule).model_dump()
        return cls(**said, since=None, act=None)

    def title(self, say: Say = str) -> str:
        """Return what stands above the plan in a sheet."""
        if self.since is None or self.act is None:
            return say(AS_AGREED)
        act = say(self.act.replace("_", " "))
        return say(IN_FORCE).format(since=self.since, act=act)


async def _in_force(loan: Sighted, db: Db) -> PlanOut:
    return PlanOut.standing(await db.read(lending.plan_of, loan=loan))


async def _agreed(loan: Sighted) -> PlanOut:
    return PlanOut.agreed(lending.schedule_of(loan))


InForce = Annotated[PlanOut, Depends(_in_force)]
Agreed = Annotated[PlanOut, Depends(_agreed)]


class OptionOut(Out):
    """One way of paying early; ``saved`` is against paying nothing early."""

    way: Way
    pays_now: MoneyOut
    pays_later: MoneyOut
    total: MoneyOut
    saved: MoneyOut
    next_due: MoneyOut
    last_due_on: date | None
    is_agreed: bool


class GivenOut(Out):
    """What a note got on a day: its parts, what was kept of them, what arrived."""

    on: date
    principal: MoneyOut
    interest: MoneyOut
    fee: MoneyOut
    servicing: MoneyOut
    tax: MoneyOut
    net: MoneyOut


class HolderOut(Out):
    """A note with what it is still owed and all it was given."""

    note: NoteOut
    owed_principal: MoneyOut
    received_principal: MoneyOut
    received_interest: MoneyOut
    received: MoneyOut
    flows: list[GivenOut]


@router.get("/loans/{loan_id}/payoff/options")
async def list_prepayment_options(
    loan: Sighted, db: Db, amount_minor: Minor = None
) -> PageOut[OptionOut]:
    """Show side by side what each way of paying early costs, were it done today."""
    amount = Money(int(amount_minor), loan.currency) if amount_minor else None
    found = await db.read(lending.prepayment_options, loan_id=loan.id, amount=amount)
    return PageOut[OptionOut].whole(found, OptionOut.model_validate)


@router.get("/loans/{loan_id}/holders")
async def list_holders(
    loan: Sighted, db: Db, caller: Known, cut: Cut
) -> PageOut[HolderOut]:
    """List notes with what each was given; a lender sees only their own, staff all."""
    own = None if caller.role in STAFF else caller.party
    page = await db.read(
        lending.list_holders,
        loan_id=loan.id,
        lender_id=own,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[HolderOut].of(page, HolderOut.model_validate)


@router.get("/loans/{loan_id}/schedule")
async def get_schedule(plan: InForce) -> PlanOut:
    """Show the instalments in force today, since when and by which act."""
    return plan


@router.get("/loans/{loan_id}/agreed-schedule")
async def get_agreed_schedule(plan: Agreed) -> ScheduleOut:
    """Show the instalments as first agreed, whatever changed them since."""
    return plan


@router.get("/loans/{loan_id}/schedule.csv", **sheets.CSV.described)
async def get_schedule_csv(plan: InForce) -> Response:
    """Hand the instalments in force today out as text for spreadsheets."""
    return sheets.CSV.answer(table_of(plan), name="schedule", title=plan.title())


@router.get("/loans/{loan_id}/schedule.xlsx", **sheets.XLSX.described)
async def get_schedule_xlsx(plan: InForce) -> Response:
    """Hand the instalments in force today out as a spreadsheet."""
    return sheets.XLSX.answer(table_of(plan), name="schedule", title=plan.title())


@router.get("/loans/{loan_id}/agreed-schedule.csv", **sheets.CSV.described)
async def get_agreed_schedule_csv(plan: Agreed) -> Response:
    """Hand the instalments as first agreed out as text for spreadsheets."""
    return sheets.CSV.answer(table_of(plan), name="agreed-schedule", title=plan.title())


@router.get("/loans/{loan_id}/agreed-schedule.xlsx", **sheets.XLSX.described)
async def get_agreed_schedule_xlsx(plan: Agreed) -> Response:
    """Hand the instalments as first agreed out as a spreadsheet."""
    return sheets.XLSX.answer(
        table_of(plan), name="agreed-schedule", title=plan.title()
    )


@router.get("/applications/{application_id}/schedule.csv", **sheets.CSV.described)
async def get_quoted_schedule_csv(plan: Quoted) -> Response:
    """Hand the instalments as quoted out as text for spreadsheets."""
    return sheets.CSV.answer(table_of(plan), name="quoted-schedule")


@router.get("/applications/{application_id}/schedule.xlsx", **sheets.XLSX.described)
async def get_quoted_schedule_xlsx(plan: Quoted) -> Response:
    """Hand the instalments as quoted out as a spreadsheet."""
    return sheets.XLSX.answer(table_of(plan), name="quoted-schedule")


def table_of(plan: ScheduleOut, say: Say = str) -> sheets.Table:
    """Write a schedule as rows, with the sums of each calendar year and of all."""
    table: sheets.Table = [list(map(say, _HEADINGS))]
    for year, of_year in groupby(plan.rows, key=lambda row: row.due_on.year):
        rows = list(of_year)
        table += [_line(row) for row in rows]
        table.append(_sums(f"{say(TOTAL)} {year}", rows))
    return [*table, _sums(say(TOTAL), plan.rows)]


def _line(row: RowOut) -> list[sheets.Cell]:
    parts = (row.principal, row.interest, row.fee, row.payment, row.balance_after)
    dates: list[sheets.Cell] = [row.number, row.starts_on, row.due_on]
    return [*dates, *map(_major, parts), row.payment.currency.value]


def _sums(name: str, rows: Sequence[RowOut]) -> list[sheets.Cell]:
    parts = [(row.principal, row.interest, row.fee, row.payment) for row in rows]
    columns = zip(*parts, strict=True)
    head: list[sheets.Cell] = [name, "", ""]
    sums = [sum(map(_major, column), Decimal(0)) for column in columns]
    return [*head, *sums, "", rows[0].payment.currency.value]


def _major(money: MoneyOut) -> Decimal:
    return Money(money.minor, money.currency).major()
