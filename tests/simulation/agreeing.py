"""What must be true of a loan at any moment: its books are what its history says."""

from dataclasses import dataclass

from sqlalchemy import text

from contracts.loan import LoanState
from finance import lending
from finance.lending import Claim
from ledger.database import Database, UnitOfWork
from ledger.ids import read_id

_GIVEN = text("""
SELECT coalesce(sum(d.penalty_minor), 0) AS penalty,
       coalesce(sum(d.fee_minor), 0) AS fee,
       coalesce(sum(d.interest_minor), 0) AS interest,
       coalesce(sum(d.principal_minor), 0) AS principal,
       coalesce(sum(d.excess_minor), 0) AS excess,
       coalesce(max(abs(d.rounding_minor)), 0) AS rounding
  FROM distribution d JOIN receipt r ON r.id = d.receipt
 WHERE r.loan = CAST(:loan AS uuid) AND r.status = 'distributed'
""")
_PORTIONS = text("""
SELECT n.principal_minor,
       bp.posted_credits - bp.posted_debits AS principal,
       bi.posted_credits - bi.posted_debits AS interest,
       bf.posted_credits - bf.posted_debits AS fees
  FROM note n
  JOIN balance bp ON bp.account = n.principal_account
  JOIN balance bi ON bi.account = n.interest_account
  JOIN balance bf ON bf.account = n.fee_account
 WHERE n.loan = CAST(:loan AS uuid)
""")


@dataclass(frozen=True)
class Disagreement(Exception):  # noqa: N818 - it says what it is
    """A loan's books and its history say different things."""

    loan: str
    what: str
    books: object
    history: object


async def require_agreement(db: Database, loan_id: str) -> LoanState:
    """Compare a loan's books with the replay of its history, everything distributed.

    What is owed and what was given out must be equal to the unit, and each note must be
    owed its part of the loan's principal within a unit for each receipt.
    """
    return await db.read(_compare, loan_id=loan_id)


async def _compare(uow: UnitOfWork, *, loan_id: str) -> LoanState:
    loan = await lending.get_loan(uow, loan_id=loan_id)
    state = await lending.loan_state(uow, loan_id=loan_id)
    owed = await lending.owed_by(uow, loan)
    history = {
        Claim.PRINCIPAL: state.outstanding.principal,
        Claim.INTEREST: state.outstanding.interest,
        Claim.FEES: state.outstanding.penalty,
    }
    for claim, amount in history.items():
        _require(loan_id, f"{claim} owed", owed[claim].minor, amount.minor)
    key = {"loan": str(read_id("loan", loan_id))}
    given = (await uow.session.execute(_GIVEN, key)).one()
    for part in ("penalty", "fee", "interest", "principal", "excess"):
        said = sum(getattr(one, part).minor for one in state.allocations)
        _require(loan_id, f"{part} given", int(getattr(given, part)), said)
    _require(loan_id, "overpaid", 0, state.overpaid.minor)
    steps = (len(state.allocations) + 1) * loan.currency.settlement_step
    for note in await uow.session.execute(_PORTIONS, key):
        for claim in Claim:
            part = owed[claim].minor * note.principal_minor / loan.principal_minor
            off = abs(int(getattr(note, claim)) - part)
            if off > 2 * steps:
                raise Disagreement(loan_id, f"a note's {claim}", off, 2 * steps)
    return state


def _require(loan: str, what: str, books: int, history: int) -> None:
    if books != history:
        raise Disagreement(loan, what, books, history)
