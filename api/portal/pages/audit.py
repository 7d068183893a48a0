"""The regulator's page: the log, its proof, the laws, and the clients' money."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response
from fastapi.responses import FileResponse, RedirectResponse

from api import auth
from api.auth import Caller, Role
from api.portal.desk import At
from api.portal.errors import PageUnknown
from api.portal.guard import make_pages
from finance.wallets import Platform
from ledger import audit, statements
from ledger.accounts import CLIENT_MONEY
from ledger.audit.model import CheckpointRow
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
    """What the page shows of the stored log and the books."""

    checkpoint: CheckpointRow | None
    client_money: list[ClientMoney]
    trial: list[TrialLine]


@router.get("/audit")
async def show_audit(desk: At, _: Regulator) -> Response:
    """Show the log's head, its proof and the clients' money."""
    auditor, key = desk.portal.auditor, desk.log_key
    if key and auditor.last is None and not auditor.failed:
        auditor.start(desk.db, key)
    evidence = await desk.db.read(_read)
    return desk.page("audit.html", evidence=evidence, auditor=auditor, key=key)


@router.post("/audit/verify")
async def verify(desk: At, _: Regulator) -> Response:
    """Check the log and the laws once more."""
    if desk.log_key:
        desk.portal.auditor.start(desk.db, desk.log_key)
    return RedirectResponse("/audit", status_code=303)


@router.get("/audit/export")
async def give_export(desk: At, _: Regulator) -> Response:
    """Give the export that was checked last."""
    findings = desk.portal.auditor.last
    if findings is None:
        raise PageUnknown
    return FileResponse(findings.archive, filename="tonle-audit.zip")


async def _read(uow: UnitOfWork) -> Evidence:
    trial = await statements.trial_balance(uow)
    return Evidence(await audit.find_checkpoint(uow), _client_money(trial), trial)


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
