"""What safekeeping remembers: for each day and currency, what was counted, and how."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, composite, mapped_column

from ledger.ids import IdType
from ledger.money import Currency, Money
from ledger.tables import CURRENCY, Base


class MoneyProof(Base):
    """All wallets of a currency in one tree, beside the money that covers them.

    ``wallets`` is the tree's sum, ``others`` what is owed to accounts of other kinds,
    ``bank`` and ``transit`` the clients' money there is. ``seed`` makes the salts; it
    is nobody's to see, since a salt tells whose a balance is.
    """

    __tablename__ = "money_proof"

    id: Mapped[str] = mapped_column(IdType("mpr"), primary_key=True)
    counted_on: Mapped[date]
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    made_at: Mapped[datetime]
    seed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    leaves: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    wallets_minor: Mapped[int]
    wallets: Mapped[Money] = composite("wallets_minor", "currency")
    others: Mapped[dict[str, str]] = mapped_column(JSON)
    bank_minor: Mapped[int]
    bank: Mapped[Money] = composite("bank_minor", "currency")
    transit_minor: Mapped[int]
    transit: Mapped[Money] = composite("transit_minor", "currency")

    __table_args__ = (
        UniqueConstraint("counted_on", "currency"),
        CheckConstraint("octet_length(seed) = 32", "seed"),
        CheckConstraint("octet_length(root) = 32", "root"),
        CheckConstraint("wallets_minor >= 0", "wallets"),
    )


class MoneyProofLeaf(Base):
    """One wallet's balance as it was counted, at its place in the tree."""

    __tablename__ = "money_proof_leaf"

    proof: Mapped[str] = mapped_column(IdType("mpr"), ForeignKey("money_proof.id"))
    position: Mapped[int]
    account: Mapped[str] = mapped_column(IdType("acct"), ForeignKey("account.id"))
    balance_minor: Mapped[int]

    __table_args__ = (
        PrimaryKeyConstraint("proof", "position"),
        UniqueConstraint("proof", "account"),
        CheckConstraint("balance_minor >= 0", "balance"),
    )
