"""What the pages refuse by themselves, before any use case is reached."""

from ledger.errors import Forbidden, Invalid, NotFound, Refusal


class PageUnknown(NotFound):
    """There is no such page, or it is not the reader's to see."""

    code = "page_unknown"
    message = "There is no such page, or it is not yours to see. Go to your start page."


class SignInNeeded(Refusal):
    """The page is for people who are signed in."""

    kind = "unauthenticated"
    code = "sign_in_needed"
    message = "Sign in first. You are signed out after 30 minutes without a click."


class KeyUnknown(Refusal):
    """The key shown at sign-in opens nothing."""

    kind = "unauthenticated"
    code = "key_unknown"
    message = "This key is not known or was taken back. Copy it again, whole."


class FormStale(Forbidden):
    """The form does not belong to this visit: another tab, or another site."""

    code = "form_stale"
    message = (
        "This form has expired. Nothing was done. Open the page and send it again."
    )


class FormMalformed(Invalid):
    """The form cannot be read, or a field of it is missing."""

    code = "form_malformed"
    message = "The form could not be read. Open the page and fill it in again."


class AmountUnreadable(Invalid):
    """The text is not an amount."""

    code = "amount_malformed"
    message = "Write the amount in the digits 0 to 9 only, such as {example}."


class DayUnreadable(Invalid):
    """The text is not a day."""

    code = "day_unreadable"
    message = "{field}: choose a day, or write it as year-month-day: 2026-01-31."


class CountUnreadable(Invalid):
    """The text is not a whole number above zero."""

    code = "count_unreadable"
    message = "{field}: write a whole number above zero in the digits 0 to 9."


class RateUnreadable(Invalid):
    """The text is not a yearly rate."""

    code = "rate_unreadable"
    message = "Write the rate in percent a year, such as 12.5."


class CoverUnreadable(Invalid):
    """The share of a loan that security stands behind is no percentage."""

    code = "cover_malformed"
    message = "Write how much of the loan is covered, from 1 to 100 percent."


class FileTooLarge(Refusal):
    """The form carries more than a file may weigh."""

    kind = "too_large"
    code = "file_too_large"
    message = "The file is larger than 10 MB. Export a shorter period and send that."


class FileMissing(Invalid):
    """The form was sent without a file."""

    code = "file_missing"
    message = "Choose a file first, then send it."
