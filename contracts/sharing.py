"""Share one receipt among the lenders' notes: every unit goes somewhere, once.

Principal, interest and late fees go to the notes by what each is owed, by largest
remainder with ties to the earlier note, in units that can be paid; so no note is off
its exact share by more than one such unit. Fees of the instalment are the operator's.
Servicing fee and withholding tax are taken of interest and late fees, and of interest,
each rounded once over the notes with the same rate and then shared out the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from contracts.state import Allocation
from ledger.errors import ensure
from ledger.money import (
    BPS_PER_ONE,
    Currency,
    Money,
    Rounding,
    round_fraction,
    split_units,
)


@dataclass(frozen=True, slots=True)
class NoteHolding:
    """A lender's note: what it is still owed, and its lender's tax rate.

    When the books do not say what each note is owed of interest or late fees, those
    are shared by principal.
    """

    note_id: str
    principal_minor: int
    withholding_bps: int
    interest_minor: int = 0
    late_fee_minor: int = 0


class NoteShare(NamedTuple):
    """What one note gets of a receipt, in minor units; a difference may be negative."""

    note_id: str
    currency: Currency
    principal_minor: int
    interest_minor: int
    late_fee_minor: int
    servicing_fee_minor: int
    tax_withheld_minor: int

    @property
    def gross_minor(self) -> int:
        """All that came in for the note."""
        return self.principal_minor + self.interest_minor + self.late_fee_minor

    @property
    def net_minor(self) -> int:
        """What is left for the lender."""
        return self.gross_minor - self.servicing_fee_minor - self.tax_withheld_minor

    @property
    def principal(self) -> Money:
        """The principal that was paid back."""
        return Money(self.principal_minor, self.currency)

    @property
    def interest(self) -> Money:
        """The interest, before the fee and the tax."""
        return Money(self.interest_minor, self.currency)

    @property
    def gross(self) -> Money:
        """All that came in for the note."""
        return Money(self.gross_minor, self.currency)

    @property
    def net(self) -> Money:
        """What the lender receives."""
        return Money(self.net_minor, self.currency)

    def plus(self, other: "NoteShare") -> "NoteShare":
        """Return what the same note got in all."""
        return NoteShare(
            self.note_id,
            self.currency,
            *(one + more for one, more in zip(self[2:], other[2:], strict=True)),
        )

    def less(self, other: "NoteShare") -> "NoteShare":
        """Return the difference to what the same note got before."""
        return NoteShare(
            self.note_id,
            self.currency,
            *(new - old for new, old in zip(self[2:], other[2:], strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Distribution:
    """A whole receipt: the notes' shares, the operator's fee, the excess, the dust.

    ``rounding`` is less than one payable unit for each of the three split amounts.
    """

    shares: tuple[NoteShare, ...]
    operator_fee: Money
    excess: Money
    rounding: Money

    @property
    def net(self) -> Money:
        """What all lenders receive."""
        return self._sum([share.net_minor for share in self.shares])

    @property
    def servicing_fee(self) -> Money:
        """What the operator keeps for its service."""
        return self._sum([share.servicing_fee_minor for share in self.shares])

    @property
    def tax_withheld(self) -> Money:
        """What goes to the tax office."""
        return self._sum([share.tax_withheld_minor for share in self.shares])

    @property
    def received(self) -> Money:
        """The receipt this came from."""
        lenders = self.net + self.servicing_fee + self.tax_withheld
        return lenders + self.operator_fee + self.excess + self.rounding

    def _sum(self, parts: Sequence[int]) -> Money:
        return Money(sum(parts), self.rounding.currency)


def distribute(
    allocation: Allocation,
    notes: Sequence[NoteHolding],
    *,
    servicing_fee_bps: int,
) -> Distribution:
    """Share an allocated receipt out among the notes.

    ``principal_minor`` is what a note was owed before this receipt; after a write-off
    it is what the note lost, so a recovery finds its owners.
    """
    currency = allocation.total.currency
    by_principal = [note.principal_minor for note in notes]
    by_interest = [note.interest_minor for note in notes]
    by_late_fee = [note.late_fee_minor for note in notes]
    principal, dust_p = _split(allocation.principal, by_principal)
    interest, dust_i = _split(allocation.interest, by_interest, by_principal)
    late, dust_l = _split(allocation.penalty, by_late_fee, by_principal)
    earned = [of + lateness for of, lateness in zip(interest, late, strict=True)]
    service = _levy(earned, [servicing_fee_bps] * len(notes), currency)
    tax = _levy(interest, [note.withholding_bps for note in notes], currency)
    columns = zip(principal, interest, late, service, tax, strict=True)
    shares = tuple(
        NoteShare(note.note_id, currency, *column)
        for note, column in zip(notes, columns, strict=True)
    )
    dust = Money(dust_p + dust_i + dust_l, currency)
    distribution = Distribution(shares, allocation.fee, allocation.excess, dust)
    ensure(distribution.received == allocation.total, "every unit received is shared")
    return distribution


def _split(
    amount: Money, weights: Sequence[int], otherwise: Sequence[int] = ()
) -> tuple[list[int], int]:
    """Share whole payable units out; what is smaller stays over as dust.

    No part passes its weight while the amount does not pass their sum, and all of it
    gives each exactly its weight: a loan that is paid off leaves nothing behind.
    """
    step = amount.currency.settlement_step
    dust = amount.minor % step
    if amount.minor == dust:
        return [0] * len(weights), dust
    by = weights if any(weights) else otherwise
    return split_units(amount.minor - dust, by, step), dust


def _levy(
    bases: Sequence[int], rates_bps: Sequence[int], currency: Currency
) -> list[int]:
    """Take basis points of each base; notes of one rate are rounded together."""
    step = currency.settlement_step
    taken = [0] * len(bases)
    for bps in sorted(set(rates_bps)):
        members = [index for index, rate in enumerate(rates_bps) if rate == bps]
        weights = [bases[index] for index in members]
        exact = Fraction(sum(weights) * bps, BPS_PER_ONE * step)
        units = round_fraction(exact, Rounding.HALF_EVEN) * step
        if units:
            parts = split_units(units, weights, step)
            for index, part in zip(members, parts, strict=True):
                taken[index] = part
    return taken
