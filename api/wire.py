"""How values look on the wire: money, ids, dates, words and pages."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from ledger.ids import AccountId, EntryId, PartyId
from ledger.money import Currency, Money
from ledger.paging import DEFAULT_PAGE, MAX_PAGE, Page

# The largest whole number every JSON reader keeps exactly (RFC 8259, section 6).
MAX_WIRE_MINOR = 2**53 - 1
MAX_WORDS = 2_000
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)

T = TypeVar("T")
R = TypeVar("R")


def _refuse(code: str) -> PydanticCustomError:
    return PydanticCustomError(code, "refused")


def _minor(value: object) -> int:
    """Take a whole number only: no text, no fraction, no exponent, no yes or no."""
    if type(value) is not int:
        raise _refuse("amount_malformed")
    if not 0 < value <= MAX_WIRE_MINOR:
        raise _refuse("amount_out_of_range")
    return value


def _ascii_number(value: object) -> int:
    """Take the digits 0 to 9 from an address: no sign, space or underscore."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    if type(value) is int:
        return value
    raise _refuse("number_malformed")


def _date(value: object) -> date:
    """Take year-month-day only: no time, no seconds since 1970."""
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _refuse("date_malformed")


@dataclass(frozen=True)
class IdText:
    """Marks a text as an id with a prefix: ``Annotated[PartyId, IdText("party")]``."""

    prefix: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the form after the type."""
        pattern = re.compile(self.pattern, re.ASCII)

        def check(value: str) -> str:
            if not pattern.fullmatch(value):
                raise _refuse("id_malformed")
            return value

        return no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the form."""
        return {**handler(core), "pattern": f"^{self.pattern}$"}

    @property
    def pattern(self) -> str:
        """Return the form as a regular expression."""
        return f"{self.prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}"


class In(BaseModel):
    """What a caller may send: exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Out(BaseModel):
    """What a caller is told."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


BusinessDate = Annotated[date, BeforeValidator(_date)]


def _one_line(value: str) -> str:
    """Refuse line breaks and other control characters, which no list can show."""
    if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in value):
        raise _refuse("text_malformed")
    return value


ONE_LINE = AfterValidator(_one_line)
Words = Annotated[str, StringConstraints(min_length=1, max_length=MAX_WORDS)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE]
# A member of a closed set is written as its text.
BY_NAME = Field(strict=False)
CurrencyIn = Annotated[Currency, BY_NAME]


class MoneyIn(In):
    """A payable amount: more than zero, in whole cents or whole riel."""

    minor: Annotated[int, BeforeValidator(_minor), Field(gt=0, le=MAX_WIRE_MINOR)]
    currency: CurrencyIn

    @model_validator(mode="after")
    def _settleable(self) -> "MoneyIn":
        if self.minor % self.currency.settlement_step:
            raise _refuse("amount_not_settleable")
        return self

    def to_money(self) -> Money:
        """Return the amount as money."""
        return Money(self.minor, self.currency)


class MoneyOut(Out):
    """An amount in minor units of its currency."""

    minor: int
    currency: Currency

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        """Show an amount."""
        return cls(minor=money.minor, currency=money.currency)


class PageOut(Out, Generic[T]):
    """Some of a list, newest first; ``next_after`` asks for what follows."""

    items: list[T]
    has_more: bool
    next_after: str | None

    @classmethod
    def of(cls, page: Page[R], show: Callable[[R], T]) -> "PageOut[T]":
        """Show a page."""
        return cls(
            items=[show(item) for item in page.items],
            has_more=page.next_after is not None,
            next_after=page.next_after,
        )

    @classmethod
    def whole(cls, items: Sequence[R], show: Callable[[R], T]) -> "PageOut[T]":
        """Show a list that is short by nature on one page."""
        return cls.of(Page(list(items), None), show)


Number = Annotated[int, BeforeValidator(_ascii_number), Field(strict=False)]
Limit = Annotated[
    int, BeforeValidator(_ascii_number), Query(ge=1, le=MAX_PAGE), Field(strict=False)
]
BookPath = Annotated[str, Query(max_length=200, pattern="^[a-z0-9_]+(/[a-z0-9_]+)*$")]
AnyRef = Annotated[str, IdText("[a-z]{1,16}")]


@dataclass(frozen=True)
class Slice:
    """Which part of a list is asked for."""

    after: str | None
    limit: int


def _slice(after: AnyRef | None = None, limit: Limit = DEFAULT_PAGE) -> Slice:
    """Read the cursor, as ``next_after`` gave it, and how many to show."""
    return Slice(after, limit)


Cut = Annotated[Slice, Depends(_slice)]

PartyRef = Annotated[PartyId, IdText("party")]
KeyRef = Annotated[str, IdText("key")]
SigningKeyRef = Annotated[str, IdText("sgn")]
StatementRef = Annotated[str, IdText("stmt")]
InvoiceFileRef = Annotated[str, IdText("invf")]
TableRef = Annotated[str, IdText("table")]
DepositRef = Annotated[str, IdText("dep")]
PayoutRef = Annotated[str, IdText("pay")]
OfferRef = Annotated[str, IdText("offer")]
PledgeRef = Annotated[str, IdText("plg")]
ApplicationRef = Annotated[str, IdText("app")]
ApprovalRef = Annotated[str, IdText("appr")]
RateRef = Annotated[str, IdText("rate")]
LoanRef = Annotated[str, IdText("loan")]
NoteRef = Annotated[str, IdText("note")]
ReceiptRef = Annotated[str, IdText("rcpt")]
ShareRef = Annotated[str, IdText("share")]
AccountRef = Annotated[AccountId, IdText("acct")]
EntryRef = Annotated[EntryId, IdText("entry")]
