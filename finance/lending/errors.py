"""What lending refuses."""

from ledger.errors import Conflict, Invalid


class ApplicationNotWaiting(Conflict):
    """The application is past this step, or not there yet."""

    code = "application_not_waiting"
    message = "The application is {status}. This step does not follow from there."


class AmountOutsideLimits(Invalid):
    """More or less than loans of this market may be."""

    code = "loan_amount_outside_limits"
    message = "A loan must be between {least_minor} and {most_minor} minor units."


class TermOutsideLimits(Invalid):
    """Longer or shorter than loans of this market may be."""

    code = "loan_term_outside_limits"
    message = "A loan must run between {least} and {most} months."


class StatementsNeeded(Invalid):
    """An application stands on at least one readable statement in its currency."""

    code = "statements_needed"
    message = "Add at least one statement in {currency} of your own account."


class LoanNotOpen(Conflict):
    """The loan is not in a state that allows this."""

    code = "loan_not_open"
    message = "The loan is {status}. This is not possible now."


class DocumentChanged(Conflict):
    """What is accepted is not what the agreement says."""

    code = "document_changed"
    message = "This is not the agreement's hash. Read the document again, then accept."


class ReceiptTooEarly(Invalid):
    """A receipt cannot be dated before the loan or in the future."""

    code = "receipt_date_wrong"
    message = "A receipt is dated from the disbursement until today. Correct the date."


class WriteOffTooEarly(Conflict):
    """The loan is not late enough to be written off."""

    code = "write_off_too_early"
    message = "The loan is {days_late} days late; it takes {needed} to write it off."


class NothingOwed(Conflict):
    """The loan is owed nothing any more."""

    code = "nothing_owed"
    message = "Nothing is owed on this loan. The money stays where it is."


class SignatureStillOpen(Conflict):
    """The borrower still has time to accept."""

    code = "signature_still_open"
    message = "The borrower may accept until {until}. Wait until then."
