"""What security is worth to lenders after a cautious cut."""

from ledger.money import BPS_PER_ONE, Money, Rounding


def shortfall(outstanding: Money, worth: Money, haircut_bps: int) -> Money:
    """Return how much of a loan its security does not cover after the haircut."""
    counted = worth.times_bps(BPS_PER_ONE - haircut_bps, rounding=Rounding.DOWN)
    return max(outstanding - counted, Money.zero(outstanding.currency))
