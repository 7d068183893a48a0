"""That all client money was counted, and is there: for each owner, and for supervisors."""

from datetime import date, datetime
from typing import Literal

from api.http.callers import Known, Staff
from api.http.depends import Db
from api.http.router import make_router
from api.wire import BusinessDate, Cut, MoneyOut, Out, PageOut, PartyRef
from finance import safekeeping
from finance.safekeeping import Inclusion, tree
from ledger.money import Currency

router = make_router("client_money")


class CountOut(Out):
    """What all wallets of a currency add up to, beside the money that covers them.

    ``others`` is what is owed to accounts of other kinds, in minor units as text.
    """

    id: str
    counted_on: date
    made_at: datetime
    leaves: int
    root: str
    wallets: MoneyOut
    others: dict[str, str]
    bank: MoneyOut
    transit: MoneyOut

    @classmethod
    def of(cls, proof: safekeeping.MoneyProof) -> "CountOut":
        """Show a count."""
        return cls(
            id=proof.id,
            counted_on=proof.counted_on,
            made_at=proof.made_at,
            leaves=proof.leaves,
            root=proof.root.hex(),
            wallets=MoneyOut.of(proof.wallets),
            others=proof.others,
            bank=MoneyOut.of(proof.bank),
            transit=MoneyOut.of(proof.transit),
        )


class StepOut(Out):
    """A neighbour on the way up, and the side on which it stands."""

    side: Literal["left", "right"]
    hash: str
    sum: str

    @classmethod
    def of(cls, step: tree.Step) -> "StepOut":
        """Show a step."""
        side: Literal["left", "right"] = "left" if step.on_left else "right"
        return cls(side=side, hash=step.node.hash.hex(), sum=str(step.node.sum))


class InclusionOut(Out):
    """One's own balance and the way from it to the total; the salt is one's secret."""

    account: str
    salt: str
    balance: MoneyOut
    steps: list[StepOut]
    count: CountOut

    @classmethod
    def of(cls, shown: Inclusion) -> "InclusionOut":
        """Show the way."""
        return cls(
            account=shown.way.name,
            salt=shown.way.salt.hex(),
            balance=MoneyOut.of(shown.balance),
            steps=[StepOut.of(step) for step in shown.way.steps],
            count=CountOut.of(shown.proof),
        )


@router.get("/wallets/{currency}/proof")
async def prove_balance(
    currency: Currency,
    db: Db,
    caller: Known,
    on: BusinessDate | None = None,
    party: PartyRef | None = None,
) -> InclusionOut:
    """Show that one's balance was counted, last or on a day; staff name the party."""
    shown = await db.read(
        safekeeping.show_inclusion,
        party_id=caller.about(party),
        currency=currency,
        on=on,
    )
    return InclusionOut.of(shown)


@router.get("/client-money")
async def list_counts(
    db: Db, cut: Cut, _: Staff, currency: Currency | None = None
) -> PageOut[CountOut]:
    """List what was owed to clients each day, beside the money at the bank."""
    page = await db.read(
        safekeeping.list_proofs, currency=currency, after=cut.after, limit=cut.limit
    )
    return PageOut[CountOut].of(page, CountOut.of)
