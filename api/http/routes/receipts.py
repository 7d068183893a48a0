"""Receipts: files that prove to their owner what the log has about them."""

from typing import Annotated

from fastapi import Query, Response

from api import evidence
from api.http.callers import Client, Known, Lender
from api.http.commands import MOST_KEY, prove_command
from api.http.depends import Db, Outside
from api.http.router import make_router
from api.http.routes.audit import RECEIPT, standing
from api.wire import LoanRef, PledgeRef, ReceiptRef, ShareRef
from ledger import audit
from ledger.money import Currency

router = make_router("audit")

Key = Annotated[str, Query(min_length=1, max_length=MOST_KEY, pattern=r"^[!-~]+$")]


@router.get("/pledges/{pledge_id}/proof", response_class=Response, responses=RECEIPT)
async def give_pledge_receipt(
    pledge_id: PledgeRef, db: Db, outside: Outside, lender: Lender
) -> Response:
    """Hand out the proof that one's pledge and its signature are in the log."""
    receipt = await db.read(
        evidence.of_pledge,
        pledge_id=pledge_id,
        lender=lender.party,
        policy=outside.policy,
    )
    return _file(receipt, pledge_id)


@router.get("/loans/{loan_id}/proof", response_class=Response, responses=RECEIPT)
async def give_contract_receipt(
    loan_id: LoanRef, db: Db, outside: Outside, caller: Known
) -> Response:
    """Hand out the proof that the contract, its acceptances and signatures are in the log."""
    receipt = await db.read(
        evidence.of_contract, loan_id=loan_id, caller=caller, policy=outside.policy
    )
    return _file(receipt, loan_id)


@router.get(
    "/loans/{loan_id}/receipts/{receipt_id}/proof",
    response_class=Response,
    responses=RECEIPT,
)
async def give_share_receipt(
    loan_id: LoanRef, receipt_id: ReceiptRef, db: Db, outside: Outside, caller: Known
) -> Response:
    """Hand out the proof of a repayment and, to a lender, of its own share."""
    receipt = await db.read(
        evidence.of_share,
        loan_id=loan_id,
        receipt_id=receipt_id,
        caller=caller,
        policy=outside.policy,
    )
    return _file(receipt, receipt_id)


@router.get("/holdings/{share_id}/proof", response_class=Response, responses=RECEIPT)
async def give_holding_receipt(
    share_id: ShareRef, db: Db, outside: Outside, client: Client
) -> Response:
    """Hand out the proof that one's shares were written into the register."""
    receipt = await db.read(
        evidence.of_holding,
        share_id=share_id,
        holder=client.party,
        policy=outside.policy,
    )
    return _file(receipt, share_id)


@router.get("/wallets/{currency}/receipt", response_class=Response, responses=RECEIPT)
async def give_count_receipt(
    currency: Currency, db: Db, outside: Outside, client: Client
) -> Response:
    """Hand out the proof that the last count of client money has one's balance."""
    receipt = await db.read(
        evidence.of_balance,
        party=client.party,
        currency=currency,
        policy=outside.policy,
    )
    return _file(receipt, f"counted-{currency}")


@router.get("/commands/proof", response_class=Response, responses=RECEIPT)
async def give_command_receipt(
    key: Key, db: Db, outside: Outside, caller: Known
) -> Response:
    """Hand out the proof of what one's own command did, by its Idempotency-Key."""
    found = await db.read(
        prove_command, party=caller.party, key=key, policy=outside.policy
    )
    if found is None:
        raise audit.EntryNotThere
    return _file(found[1], found[0])


def _file(receipt: audit.Receipt, about: str) -> Response:
    name = f'attachment; filename="receipt-{about}.json"'
    headers = {"Content-Disposition": name, **standing(receipt.head)}
    return Response(receipt.content, media_type="application/json", headers=headers)
