"""The log's page: its head and witnesses for everyone; for the regulator its proof too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response
from fastapi.responses import FileResponse, RedirectResponse

from api import auth
from api.auth import Caller, Role
from api.http.callers import Anyone
from api.portal.desk import At, Desk
from api.portal.errors import PageUnknown
from api.portal.guard import make_pages
from finance import safekeeping
from finance.safekeeping import MoneyProof
from finance.wallets import Platform
from ledger import audit, statements
from ledger.accounts import CLIENT_MONEY
from ledger.audit import PublishedHead, WitnessStanding
from ledger.database import UnitOfWork
from ledger.money import Currency, Money
from ledger.statements import TrialLine

router = make_pages()

Regulator = Annotated[Caller, Depends(auth.role(Role.REGULATOR))]

HELD_AT = (Platform.BANK, Platform.TRANSIT)


@dataclass(frozen=True)
class ClientMoney:
    """What is owed to clients in a currency, and where the money for it is."""

    currency: Currency
    bank: Money
    transit: Money
    owed: Money

    @property
    def difference(self) -> Money:
        """What is there less what is owed."""
        return self.bank + self.transit - self.owed


@dataclass(frozen=True)
class Evidence:
    """What everyone may see of the log: heads, witnesses, the last counts of client money."""

    head: PublishedHead | None
    witnessed: PublishedHead | None
    standings: list[WitnessStanding]
    counts: list[MoneyProof]


@dataclass(frozen=True)
class Inside:
    """What the regulator sees of the books beside it."""

    client_money: list[ClientMoney]
    trial: list[TrialLine]


@router.get("/audit")
async def show_audit(desk: At, _: Anyone) -> Response:
    """Show everyone the log's head and its witnesses; the regulator, the checks too."""
    return desk.page(
        "audit.html",
        evidence=await desk.db.read(_read, policy=desk.policy),
        inside=await _look_inside(desk),
        auditor=desk.portal.auditor,
        key=desk.log_key,
        policy=desk.policy,
    )


@router.post("/audit/verify")
async def verify(desk: At, _: Regulator) -> Response:
    """Check the log and the laws once more."""
    if desk.log_key:
        desk.portal.auditor.start(desk.db, desk.log_key, desk.policy)
    return RedirectResponse("/audit", status_code=303)


@router.get("/audit/export")
async def give_export(desk: At, _: Regulator) -> Response:
    """Give the export that was checked last."""
    findings = desk.portal.auditor.last
    if findings is None:
        raise PageUnknown
    return FileResponse(findings.archive, filename="tonle-audit.zip")


@router.get("/audit/verify.py")
async def give_verifier(_: Anyone) -> Response:
    """Give the program that checks exports and receipts; it needs Python alone."""
    program = audit.single_file()
    named = {"Content-Disposition": 'attachment; filename="verify.py"'}
    return Response(program, media_type="text/x-python", headers=named)


async def _look_inside(desk: Desk) -> Inside | None:
    """Read what only the regulator sees, whose first visit begins a check."""
    if desk.caller is None or desk.caller.role is not Role.REGULATOR:
        return None
    auditor = desk.portal.auditor
    if desk.log_key and auditor.last is None and not auditor.failed:
        auditor.start(desk.db, desk.log_key, desk.policy)
    return await desk.db.read(_read_inside)


async def _read(uow: UnitOfWork, *, policy: audit.Policy | None) -> Evidence:
    counts = [
        count
        for currency in Currency
        for count in (
            await safekeeping.list_proofs(uow, currency=currency, limit=1)
        ).items
    ]
    return Evidence(
        await audit.find_head(uow, policy),
        await audit.find_witnessed_head(uow, policy),
        await audit.list_standings(uow, policy),
        counts,
    )


async def _read_inside(uow: UnitOfWork) -> Inside:
    trial = await statements.trial_balance(uow)
    return Inside(_client_money(trial), trial)


def _client_money(trial: Sequence[TrialLine]) -> list[ClientMoney]:
    """Set what is held against what is owed: all accounts but bank and transit."""
    found = []
    for currency in Currency:
        lines = [
            line
            for line in trial
            if line.book == CLIENT_MONEY and line.asset == currency.value
        ]
        net = {line.kind: line.debits - line.credits for line in lines}
        bank, transit = (net.pop(kind, 0) for kind in HELD_AT)
        owed = Money(-sum(net.values()), currency)
        if lines:
            found.append(
                ClientMoney(
                    currency, Money(bank, currency), Money(transit, currency), owed
                )
            )
    return found
