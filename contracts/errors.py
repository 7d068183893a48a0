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


class KeyUnproven(Invalid):
    """Nobody has shown to have the secret of this key, or it is no key at all."""

    code = "signing_key_unproven"
    message = (
        "This key's proof of possession does not hold. Make it again and send both."
    )


class SignatureInvalid(Invalid):
    """The signature is not this key's over this message."""

    code = "signature_invalid"
    message = "This signature does not hold. Sign exactly the message you were shown."


class SignersInvalid(Invalid):
    """One signature of many must name its signers: some, each once."""

    code = "signers_invalid"
    message = "The signers are {reason}. Name each one once, with a proven key."


class LevelTooLow(Invalid):
    """The product asks for a stronger signature."""

    code = "signature_level_too_low"
    message = (
        "This needs a signature of the level {least}. Register a signing key first."
    )
