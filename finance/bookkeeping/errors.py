"""What bookkeeping refuses."""

from ledger.entries import NotReversible
from ledger.errors import Conflict, NotFound


class PeriodNotOver(Conflict):
    """A period that still runs must take what happens today."""

    code = "period_not_over"
    message = "The period ends on {ends_on} and still runs. Wait until it is over."


class AccountNotAdjustable(Conflict):
    """What a product keeps count of is changed by that product alone."""

    code = "account_not_adjustable"
    message = (
        "Account {account} belongs to a product, which alone may change it."
        " Undo what was done there instead."
    )


class NotACorrection(NotFound):
    """The proposal is of another kind, and is decided where it was made."""

    message = "There is no such {thing}. Check the id."


class EntryOfProduct(NotReversible):
    """A loan, pledge, deposit or payout made the entry, and its records would differ."""

    code = "entry_of_product"
    message = (
        "Entry {entry} belongs to a product, whose own records would not follow."
        " Undo what was done there instead."
    )
