"""What lending refuses."""

from ledger.errors import Conflict, Invalid


class ApplicationNotWaiting(Conflict):
    """The application is past this step, or not there yet."""

    code = "application_not_waiting"
    message = (
        "The application is {status}. This step does not follow from there."
        " Open it to see which does."
    )


class AmountOutsideLimits(Invalid):
    """More or less than loans of this market may be."""

    code = "loan_amount_outside_limits"
    message = "A loan must be between {least_minor} and {most_minor} minor units."


class TermOutsideLimits(Invalid):
    """Longer or shorter than loans of this market may be."""

    code = "loan_term_outside_limits"
    message = "A loan must run between {least} and {most} months."


class MethodNotOffered(Invalid):
    """Paying back in this way is not offered to those who ask."""

    code = "loan_method_not_offered"
    message = "A loan cannot be asked for with the method {method}. Choose another."


class StatementsNeeded(Invalid):
    """An application stands on at least one readable statement in its currency."""

    code = "statements_needed"
    message = "Add at least one statement in {currency} of your own account."


class LoanNotOpen(Conflict):
    """The loan is not in a state that allows this."""

    code = "loan_not_open"
    message = "The loan is {status}, so this cannot be done. Open it to see what can."


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
    message = "The loan is {days_late} days late. It can be written off from {needed} days on."


class NothingOwed(Conflict):
    """The loan is owed nothing any more."""

    code = "nothing_owed"
    message = "Nothing is owed on this loan. The money stays where it is."


class SignatureStillOpen(Conflict):
    """The borrower still has time to accept."""

    code = "signature_still_open"
    message = "The borrower may accept until {until}. Wait until then."


class TreatyUnknown(Invalid):
    """No treaty lowers this lender's tax."""

    code = "treaty_unknown"
    message = "No treaty with {country} lowers this lender's tax. Check the country."


class YearNotBegun(Invalid):
    """A certificate speaks of a year that has begun."""

    code = "year_not_begun"
    message = "The year {year} has not begun. Ask for an earlier one."


class RateAboveCap(Invalid):
    """The market allows no such price."""

    code = "rate_above_cap"
    message = (
        "With this rate the yearly cost is {rate_bps} basis points; the market allows"
        " {cap_bps}. Lower the rate."
    )


class QuoteTooFarAhead(Invalid):
    """A price is told for the coming days only."""

    code = "quote_too_far_ahead"
    message = "A quote is good from today through {days} days. Choose an earlier day."


class LimitReached(Conflict):
    """Lenders' limit for a borrower, group, sector or province leaves no room."""

    code = "limit_reached"
    message = "The limit by {limit} leaves room for {room_minor} minor units only."


class OverrideForbidden(Conflict):
    """The law, lenders' limits and what cannot be paid are nobody's to set aside."""

    code = "override_forbidden"
    message = "This was refused for {reason}. No person may set that aside."


class OverrideMissing(Conflict):
    """Nobody has proposed to set this decision aside."""

    code = "override_missing"
    message = "Nobody has proposed an override of this decision. Propose it first."


class AgreementUnsigned(Conflict):
    """There is nothing to certify yet."""

    code = "agreement_unsigned"
    message = "The agreement is not signed yet. The certificate is written when it is."


class AgreementSigned(Conflict):
    """One signs an agreement once."""

    code = "agreement_signed"
    message = "You have signed this agreement. It waits for the others it binds."


class OwnSurety(Conflict):
    """Nobody stands behind a loan of their own."""

    code = "own_surety"
    message = "The borrower cannot stand behind its own loan. Name another party."


class SuretyTaken(Conflict):
    """A party stands for a loan once, and a loan has one trustee."""

    code = "surety_taken"
    message = "This party is named already, or the loan has its trustee. Name another."


class SuretyMissing(Conflict):
    """The party does not stand for this loan."""

    code = "surety_missing"
    message = "This party does not stand behind the loan. Look at who does."


class TooManySureties(Conflict):
    """As many stand for the loan as may."""

    code = "too_many_sureties"
    message = "At most {most} parties stand behind one loan. Release one first."


class RiskBeingWorkedOut(Conflict):
    """So much of the book has changed that a reader would wait too long."""

    code = "risk_being_worked_out"
    message = "The risk of {loans} loans is being worked out. Look again in a minute."
