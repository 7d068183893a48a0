"""What lists of invoices refuse: each with file, line and what to do, and its own code."""

from risk.statements.errors import StatementRefused


class InvoicesEmpty(StatementRefused):
    """No line of the file is an invoice."""

    code = "invoices_empty"
    message = "{file} has no invoices. Export the list of invoices and upload it."


class InvoicesColumnsUnknown(StatementRefused):
    """The file is no table, or its headings do not make a list of invoices."""

    code = "invoices_columns_unknown"
    message = (
        "{file} is not a list of invoices we can read. Upload CSV or Excel with a heading"
        " each for invoice number, customer, invoice date, due date, amount, and date paid"
        " or amount outstanding."
    )


class InvoiceMalformed(StatementRefused):
    """A line does not fit below the headings."""

    code = "invoice_malformed"
    message = (
        "{file}, line {line}: this line does not fit below the headings."
        " Correct it and upload the file again."
    )


class InvoiceAmountUnreadable(StatementRefused):
    """A line's amount is not a number we can be sure of."""

    code = "invoice_amount_unreadable"
    message = (
        "{file}, line {line}: the amount is missing or not a clear number."
        " Correct it and upload the file again."
    )


class InvoiceDateUnreadable(StatementRefused):
    """One of a line's dates is not a date we can be sure of."""

    code = "invoice_date_unreadable"
    message = (
        "{file}, line {line}: a date is missing or cannot be read."
        " Write dates as year-month-day."
    )


class InvoiceDatesDisagree(StatementRefused):
    """An invoice falls due before it is written."""

    code = "invoice_dates_disagree"
    message = (
        "{file}, line {line}: the due date is before the invoice date."
        " Correct it and upload the file again."
    )


class InvoicePaymentUnclear(StatementRefused):
    """What is paid of an invoice, or when, cannot be told."""

    code = "invoice_payment_unclear"
    message = (
        "{file}, line {line}: it is not clear whether this invoice was paid, and when."
        " Give the date paid, or the amount outstanding."
    )


class InvoiceUnnamed(StatementRefused):
    """A line has no invoice number or no customer."""

    code = "invoice_unnamed"
    message = (
        "{file}, line {line}: the invoice number or the customer is missing."
        " Fill it in and upload the file again."
    )


class InvoiceToldTwice(StatementRefused):
    """A customer's invoice stands on two lines."""

    code = "invoice_told_twice"
    message = (
        "{file}, line {line}: this invoice stands on another line too."
        " Keep one line for each invoice."
    )


class InvoiceCurrencyUnknown(StatementRefused):
    """No currency is named, or none that exists."""

    code = "invoice_currency_unknown"
    message = (
        "{file}, line {line}: the currency is missing or unknown."
        " Add a column with USD or KHR."
    )
