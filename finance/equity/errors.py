"""What equity refuses."""

from ledger.errors import Conflict, Invalid


class ShareClassMalformed(Invalid):
    """A class needs a price that can be paid and at least one authorised share."""

    code = "share_class_malformed"
    message = "Give a price above zero and from 1 to {most} authorised shares."


class NotEnoughShares(Conflict):
    """The class has fewer shares left than the offer could sell."""

    code = "not_enough_shares"
    message = "Only {unissued} shares are left to issue. Offer fewer."


class TargetNotWhole(Invalid):
    """The target is not a whole number of shares."""

    code = "target_not_whole_shares"
    message = "The target must be a multiple of the price of {price_minor}."


class ShareClassNotWaiting(Conflict):
    """The class is past this step, or not there yet."""

    code = "share_class_not_waiting"
    message = (
        "The share class is {status}. This step does not follow from there."
        " Open it to see which does."
    )
