"""Receipts: what of the log concerns somebody, and nobody else's part of it.

A lender sees of a contract's journal entries the parts that touch its own accounts, and of
a repayment what its notes got. Whoever asks for another's thing is told that there is none.
"""

from api.auth import STAFF, Caller
from finance import equity, lending, raising, safekeeping, signing, wallets
from finance.lending import Loan
from finance.safekeeping import Way
from finance.signing import Purpose
from ledger import audit
from ledger.audit import Concern, Policy, Receipt
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import PartyId
from ledger.money import Currency
from ledger.paging import MAX_PAGE

CONTRACT = ("loan.agreed", "agreement.accepted", "loan.disbursed")
REPAYMENT = ("repayment.received", "repayment.distributed")
SHARES = ("shares.issued",)


async def of_pledge(
    uow: UnitOfWork, *, pledge_id: str, lender: PartyId, policy: Policy | None
) -> Receipt:
    """Prove a lender's pledge, what became of it, and the signature under it."""
    pledge = await raising.get_pledge(uow, pledge_id=pledge_id, party_id=lender)
    signed = await signing.list_signatures(
        uow, party_id=lender, concerns=pledge.offer, limit=MAX_PAGE
    )
    beside = [one.id for one in signed.items if one.subject == pledge_id]
    concern = Concern(pledge_id, pledge_id, beside=beside)
    return await audit.give_receipt(uow, concern, policy=policy)


async def of_contract(
    uow: UnitOfWork, *, loan_id: str, caller: Caller, policy: Policy | None
) -> Receipt:
    """Prove a contract: what was agreed, who accepted and signed, the money's leaving."""
    loan = await sight_loan(uow, loan_id=loan_id, caller=caller)
    signed = await signing.list_signatures(uow, concerns=loan_id, limit=MAX_PAGE)
    total = await signing.find_total(uow, Purpose.AGREEMENT, loan_id)
    beside = [*(one.id for one in signed.items), *([total.id] if total else [])]
    accounts = await _accounts(uow, loan, caller)
    concern = Concern(loan_id, loan_id, CONTRACT, accounts, beside)
    return await audit.give_receipt(uow, concern, policy=policy)


async def of_share(
    uow: UnitOfWork,
    *,
    loan_id: str,
    receipt_id: str,
    caller: Caller,
    policy: Policy | None,
) -> Receipt:
    """Prove a repayment and, to a lender, its own share of it."""
    await sight_loan(uow, loan_id=loan_id, caller=caller)
    # Its journal entries name every lender's accounts, so staff alone are shown them.
    accounts = None if caller.role in STAFF else ()
    ways = await lending.list_ways(uow, receipt_id=receipt_id, lender=caller.party)
    concern = Concern(receipt_id, loan_id, REPAYMENT, accounts)
    return await audit.give_receipt(
        uow, concern, policy=policy, ways=[_shown(way) for way in ways]
    )


async def of_holding(
    uow: UnitOfWork, *, share_id: str, holder: PartyId, policy: Policy | None
) -> Receipt:
    """Prove to a holder that its shares were written into the register."""
    held = await equity.list_holdings(uow, share_id=share_id, holder=holder)
    if not held:
        raise NotFound(thing="holding")
    concern = Concern(share_id, share_id, SHARES, [one.account for one in held])
    return await audit.give_receipt(uow, concern, policy=policy)


async def of_balance(
    uow: UnitOfWork, *, party: PartyId, currency: Currency, policy: Policy | None
) -> Receipt:
    """Prove to an owner that the last count has their balance, by the log's entry."""
    shown = await safekeeping.show_inclusion(uow, party_id=party, currency=currency)
    concern = Concern(shown.proof.id, shown.proof.id)
    ways = [_shown(shown.way)]
    return await audit.give_receipt(uow, concern, policy=policy, ways=ways)


def _shown(way: Way) -> dict[str, object]:
    """Write a way as a receipt has it."""
    return {
        "account": way.name,
        "balance": str(way.units),
        "salt": way.salt.hex(),
        "steps": [
            {
                "hash": step.node.hash.hex(),
                "side": "left" if step.on_left else "right",
                "sum": str(step.node.sum),
            }
            for step in way.steps
        ],
    }


async def sight_loan(uow: UnitOfWork, *, loan_id: str, caller: Caller) -> Loan:
    """Return a loan to its borrower, its lenders and staff; to others there is none."""
    loan = await lending.get_loan(uow, loan_id=loan_id)
    if caller.role in STAFF or await lending.take_part(
        uow, loan_id=loan_id, party_id=caller.party
    ):
        return loan
    raise NotFound(thing="loan")


async def _accounts(uow: UnitOfWork, loan: Loan, caller: Caller) -> list[str] | None:
    """Return where a loan's money touches a client; None means staff, who see all."""
    if caller.role in STAFF:
        return None
    wallet = await wallets.find_wallet(uow, caller.party, loan.currency)
    holders = await lending.list_holders(uow, loan_id=loan.id, lender_id=caller.party)
    notes = [place for one in holders.items for place in one.note.accounts]
    return [*([wallet.account] if wallet else []), *notes]
