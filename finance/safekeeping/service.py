"""Count client money each day, and show each owner that theirs was counted."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import text

from finance import wallets
from finance.safekeeping import repository, tree
from finance.safekeeping.events import ClientMoneyCounted
from finance.safekeeping.model import MoneyProof
from finance.safekeeping.repository import Standing
from finance.safekeeping.tree import Way
from finance.wallets import Platform
from ledger.database import UnitOfWork
from ledger.errors import NotFound, ensure
from ledger.ids import AccountId, PartyId, new_id
from ledger.money import Currency, Money

WALLET: Final = "wallet"
_ASSETS: Final = (Platform.BANK, Platform.TRANSIT)

# One count at a time; a second one of the same day finds the first.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('finance.safekeeping'))")


@dataclass(frozen=True)
class Inclusion:
    """What an owner needs to see their balance in the total, and nobody else's name."""

    proof: MoneyProof
    way: Way

    @property
    def balance(self) -> Money:
        """Return what was counted for the owner."""
        return Money(self.way.units, self.proof.currency)


async def count_money(uow: UnitOfWork, *, currency: Currency) -> MoneyProof:
    """Count all wallets of a currency for today; once a day, however often asked."""
    await uow.session.execute(_ALONE)
    known = await repository.find_proof(uow, currency, uow.today())
    if known is not None:
        return known
    standings = await repository.list_standings(uow, currency)
    proof, leaves = _counted(uow, currency, standings)
    uow.add(proof)
    await uow.session.flush()
    await repository.add_leaves(uow, proof.id, leaves)
    uow.record(
        ClientMoneyCounted(
            proof.id,
            proof.counted_on,
            proof.made_at,
            proof.leaves,
            proof.root.hex(),
            wallets=proof.wallets,
            others=proof.others,
            bank=proof.bank,
            transit=proof.transit,
        )
    )
    return proof


async def count_all(uow: UnitOfWork) -> None:
    """Count every currency for today."""
    for currency in Currency:
        await count_money(uow, currency=currency)


async def show_inclusion(
    uow: UnitOfWork,
    *,
    party_id: PartyId,
    currency: Currency,
    on: date | None = None,
) -> Inclusion:
    """Show an owner that their balance was counted, on a day or last.

    Raises:
        WalletMissing: The party has no wallet in this currency.
        NotFound: Nothing was counted then, or the wallet is newer.
    """
    wallet = await wallets.get_wallet(uow, party_id=party_id, currency=currency)
    proof = await repository.find_proof(uow, currency, on)
    if proof is None:
        raise NotFound(thing="proof")
    mine = await repository.get_leaf(uow, proof.id, AccountId(wallet.account))
    leaves = await repository.list_leaves(uow, proof.id)
    nodes = tree.leaves_of(
        proof.seed, [(leaf.account, leaf.balance_minor) for leaf in leaves]
    )
    way = Way(
        mine.account,
        tree.salt_of(proof.seed, mine.account),
        mine.balance_minor,
        tree.path(nodes, mine.position),
    )
    return Inclusion(proof, way)


def _counted(
    uow: UnitOfWork, currency: Currency, standings: Sequence[Standing]
) -> tuple[MoneyProof, list[tuple[str, int]]]:
    seed = secrets.token_bytes(tree.SEED_BYTES)
    wallets_owed = [(one.account, one.owed) for one in standings if one.kind == WALLET]
    owed = tree.in_order(seed, wallets_owed)
    top = tree.root(tree.leaves_of(seed, owed))
    sums: Counter[str] = Counter()
    for one in standings:
        sums[one.kind] += one.owed
    ensure(sums.pop(WALLET, 0) == top.sum, "the tree counts every wallet")
    bank, transit = (-sums.pop(place.value, 0) for place in _ASSETS)
    ensure(top.sum + sums.total() == bank + transit, "what is owed is what is there")
    proof = MoneyProof(
        id=new_id("mpr", uow.now()),
        counted_on=uow.today(),
        currency=currency,
        made_at=uow.now(),
        seed=seed,
        leaves=len(owed),
        root=top.hash,
        wallets_minor=top.sum,
        others={kind: str(units) for kind, units in sorted(sums.items())},
        bank_minor=bank,
        transit_minor=transit,
    )
    return proof, owed
