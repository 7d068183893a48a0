"""What contracts refuse: bad terms, events that cannot be, rates that do not exist."""

from ledger.errors import Invalid


class TermsInvalid(Invalid):
    """A clause of the terms is wrong or contradicts another."""

    code = "terms_invalid"
    message = "The field {field} {reason}. Correct it and send the terms again."


class EventInvalid(Invalid):
    """An event cannot belong to this loan."""

    code = "loan_event_invalid"
    message = "The field {field} {reason}. Correct the event and send it again."


class InputInvalid(Invalid):
    """A calculator was asked something it cannot understand."""

    code = "calculation_input_invalid"
    message = "The field {field} {reason}. Correct it and ask again."


class NoRate(Invalid):
    """No yearly rate makes what was paid out worth what is paid in."""

    code = "no_rate"
    message = "No rate solves these flows. Check that money goes both ways."


class SeveralRates(Invalid):
    """More than one yearly rate fits, so none may be called the rate."""

    code = "several_rates"
    message = "{count} rates solve these flows ({rates}). None of them is the rate."
