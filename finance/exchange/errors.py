"""What exchange refuses."""

from ledger.errors import Conflict, Invalid


class RateMissing(Conflict):
    """Nobody has recorded a rate of these currencies."""

    code = "exchange_rate_missing"
    message = "There is no rate for these currencies yet. Ask the operator for one."


class RateStale(Conflict):
    """The newest rate is too old to exchange by."""

    code = "exchange_rate_stale"
    message = "The rate of {quoted_on} is too old. Wait for the next one."


class RateSuperseded(Conflict):
    """A newer rate came after the one the caller saw."""

    code = "exchange_rate_superseded"
    message = "There is a newer rate. Look at it, then ask again."


class ExchangeTooSmall(Invalid):
    """The amount is worth less than the smallest payable part of the other currency."""

    code = "exchange_too_small"
    message = "The amount is worth nothing payable in {currency}. Exchange more."


class ExchangeNotCovered(Conflict):
    """The house has not the other currency to give; clients' money never stands in."""

    code = "exchange_not_covered"
    message = (
        "The platform can give {most_minor} minor units of {currency} now."
        " Exchange less, or try later."
    )
