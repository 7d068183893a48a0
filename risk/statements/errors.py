"""What statements refuse: each with file, line and what to do, and its own code."""

from collections.abc import Mapping
from typing import ClassVar, Self

from ledger.errors import Invalid

_LONGEST_NAME_CHARACTERS = 80


class StatementRefused(Invalid):
    """The file cannot be taken; nothing of it is kept but this refusal."""

    code: ClassVar[str] = "statement_refused"
    message: ClassVar[str] = "{file}: this file cannot be read as a statement."
    # Whether somebody who says what its columns hold could make the file readable.
    is_nameable: ClassVar[bool] = False

    def __init__(self, *, line: int = 0, file: str = "") -> None:
        self.line = line
        self.file = shown_file_name(file)
        super().__init__(file=self.file, line=line)

    def named(self, file: str) -> Self:
        """Return the same refusal, naming the file it is about."""
        return type(self)(line=self.line, file=file)


def refusal_messages() -> Mapping[str, str]:
    """Return the sentence of every refusal by its code, to say a kept one again."""
    every: list[type[StatementRefused]] = [
        StatementRefused,
        *StatementRefused.__subclasses__(),
    ]
    return {refusal.code: refusal.message for refusal in every}


def shown_file_name(file: str) -> str:
    """Return a file name fit to be shown: no folder, no control characters, short."""
    name = file.replace("\\", "/").rpartition("/")[2]
    printable = "".join(letter for letter in name if letter.isprintable())
    return printable[:_LONGEST_NAME_CHARACTERS] or "the file"


class StatementEmpty(StatementRefused):
    """There is nothing in the file."""

    code = "statement_empty"
    message = "{file} is empty. Download the statement again and upload it."


class StatementTooLarge(StatementRefused):
    """The file is beyond what one statement may weigh."""

    code = "statement_too_large"
    message = "{file} is larger than 10 MiB. Export a shorter period."


class StatementBinary(StatementRefused):
    """The file is not text."""

    code = "statement_binary"
    message = "{file} is not a text file. Export the statement as CSV, OFX or MT940."


class StatementOtherFormat(StatementRefused):
    """The file is a document of another kind, such as a PDF or a payment order."""

    code = "statement_other_format"
    message = (
        "{file} is not a statement in a format we read."
        " Export it as MT940, camt.053, OFX or CSV."
    )


class StatementColumnsUnknown(StatementRefused):
    """The table has no columns we know for date and amount."""

    code = "statement_columns_unknown"
    message = (
        "{file}: no heading with a date and an amount was found."
        " Keep the heading row of the bank's export."
    )
    is_nameable = True


class StatementColumnsAlike(StatementRefused):
    """Two columns are headed as the same amount and say different ones."""

    code = "statement_columns_alike"
    message = (
        "{file}, line {line}: two columns say how much moved, and they differ."
        " Name the columns of this table once, or export it with one of them."
    )


class StatementCut(StatementRefused):
    """The file begins or ends in the middle."""

    code = "statement_cut"
    message = (
        "{file}, line {line}: the file is cut off here."
        " Download the whole statement again."
    )


class StatementMalformed(StatementRefused):
    """A line does not have the shape its format asks for."""

    code = "statement_malformed"
    message = (
        "{file}, line {line}: this line does not have the shape of the format."
        " Upload the file as the bank made it."
    )


class StatementAmountUnreadable(StatementRefused):
    """A line's amount is not a number we can be sure of."""

    code = "statement_amount_unreadable"
    message = (
        "{file}, line {line}: the amount is not a clear number."
        " Upload the file as the bank made it."
    )


class StatementDateUnreadable(StatementRefused):
    """A line's date is not a date we can be sure of."""

    code = "statement_date_unreadable"
    message = (
        "{file}, line {line}: the date cannot be read."
        " Export with dates as year-month-day."
    )


class StatementCurrencyUnknown(StatementRefused):
    """The file names no currency, or one we do not keep."""

    code = "statement_currency_unknown"
    message = (
        "{file}, line {line}: the currency is missing or not one we take."
        " Upload a statement in USD or KHR."
    )
    is_nameable = True


class StatementCurrenciesMixed(StatementRefused):
    """One account's lines are in several currencies."""

    code = "statement_currencies_mixed"
    message = (
        "{file}, line {line}: lines of several currencies are mixed."
        " Export one file per currency."
    )


class StatementManyAccounts(StatementRefused):
    """The file holds several accounts."""

    code = "statement_many_accounts"
    message = (
        "{file}, line {line}: another account begins. Export one file per account."
    )


class StatementWithoutLines(StatementRefused):
    """The file is a statement on which nothing happened."""

    code = "statement_without_lines"
    message = "{file} has no transactions. Choose a period in which there were some."


class StatementBalanceBroken(StatementRefused):
    """The balances do not follow from the lines."""

    code = "statement_balance_broken"
    message = (
        "{file}, line {line}: the balance does not follow from the lines before it."
        " Upload the file as the bank made it, with every line."
    )


class StatementUnsafe(StatementRefused):
    """The XML declares entities or a document type, which a statement never does."""

    code = "statement_unsafe"
    message = (
        "{file} declares entities, which is not allowed. Ask the bank for camt.053."
    )


class StatementMacros(StatementRefused):
    """The workbook carries programs."""

    code = "statement_macros"
    message = (
        "{file} contains macros (programs), which we never open."
        " Save it as CSV, or as a workbook without macros."
    )


class StatementFormulas(StatementRefused):
    """A cell is worked out by the workbook and states nothing itself."""

    code = "statement_formulas"
    message = (
        "{file}, row {line}: a cell holds a formula instead of a number."
        " Upload the file as the bank made it, or save it as CSV."
    )


class StatementManySheets(StatementRefused):
    """More than one sheet of the workbook holds something."""

    code = "statement_many_sheets"
    message = "{file} has several filled sheets. Keep one sheet with one account."


class StatementTooManyLines(StatementRefused):
    """The statement has more lines than one upload may have."""

    code = "statement_too_many_lines"
    message = "{file}, line {line}: there are too many lines. Export a shorter period."
