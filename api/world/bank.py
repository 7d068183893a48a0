"""The demo's bank: visitors pay in as at any bank, and the bank tells the platform."""

from typing import Annotated

from pydantic import StringConstraints

from api.http.callers import Client
from api.http.depends import Db, Outside
from api.http.router import make_router
from api.wire import In, MoneyIn, Out
from finance import wallets
from finance.rails import FakeRail
from ledger.errors import NotFound

router = make_router("demo")

Reference = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class PaymentIn(In):
    """Money for a wallet or a loan; the reference is its id."""

    reference: Reference
    amount: MoneyIn


class PaymentOut(Out):
    """The bank's number of the payment; the platform hears of it at once."""

    payment: str


@router.post("/demo/payments", status_code=202)
async def pay_at_the_bank(
    body: PaymentIn, outside: Outside, db: Db, _: Client
) -> PaymentOut:
    """Pay by the demo's bank, as far as it knows the payer."""
    rail = outside.provider(outside.pays_by)
    if not isinstance(rail, FakeRail):
        raise NotFound(thing="bank")
    payment = rail.receive(body.reference, body.amount.to_money())
    for delivery in rail.deliveries():
        event = rail.parse_webhook(delivery.body, delivery.signature)
        await db.transact(wallets.keep_notice, event=event)
    return PaymentOut(payment=payment)
