"""What raising refuses, and what the caller can do about it."""

from ledger.errors import Conflict, Forbidden, Invalid


class OfferTermsWrong(Invalid):
    """The offer asks for what the market's rules or its own numbers do not allow."""

    code = "offer_terms_wrong"
    message = "These terms are not allowed: {rule}. Change them."


class OfferNotOpen(Conflict):
    """The offer takes no pledges: not yet, no more, or never again."""

    code = "offer_not_open"
    message = "This offer is {status}. Choose one that is open."


class OfferNotStarted(Conflict):
    """The offer opens later."""

    code = "offer_not_started"
    message = "This offer opens at {opens_at}. Come back then."


class DeadlinePassed(Conflict):
    """The offer's time is over; it waits to be closed."""

    code = "offer_deadline_passed"
    message = "This offer took pledges until {deadline_at}. Choose another one."


class OfferFull(Conflict):
    """Nothing is left to pledge."""

    code = "offer_full"
    message = "This offer is full. Choose another one, or wait for a withdrawal."


class BeyondTarget(Conflict):
    """The pledge is larger than what is left."""

    code = "pledge_beyond_target"
    message = "Only {remaining_minor} minor units of {currency} are left. Pledge less."


class BelowMinimum(Invalid):
    """Small pledges are refused unless they take all that is left."""

    code = "pledge_below_minimum"
    message = "Pledge at least {minimum_minor} minor units of {currency}."


class NotWholeUnits(Invalid):
    """The amount buys a fraction of a unit."""

    code = "pledge_not_whole_units"
    message = "Pledge a multiple of {step_minor} minor units: the price of one unit."


class AboveShare(Conflict):
    """One party may take only a part of an offer."""

    code = "pledge_above_share"
    message = "You may pledge {allowed_minor} minor units more to this offer."


class OwnOffer(Forbidden):
    """Nobody funds their own offer: it would only look wanted."""

    code = "own_offer"
    message = "You cannot pledge to your own offer. Choose another one."


class PledgeEnded(Conflict):
    """The pledge was withdrawn, captured or released before."""

    code = "pledge_ended"
    message = "This pledge is {status} and cannot change any more."


class ReflectionOver(Conflict):
    """The time to think again is over."""

    code = "reflection_over"
    message = "This pledge could be withdrawn until {until}. It stands now."


class OfferStillRunning(Conflict):
    """The offer is neither full nor at its deadline."""

    code = "offer_still_running"
    message = "The offer runs until {deadline_at}. Close it then."


class ReflectionRunning(Conflict):
    """Somebody may still withdraw, so the outcome is open."""

    code = "reflection_running"
    message = "A pledge can still be withdrawn until {until}. Close the offer then."


class PledgeKnown(Conflict):
    """A signature pledges once."""

    code = "pledge_known"
    message = "This signature was used before. Ask for a new message and sign that."
