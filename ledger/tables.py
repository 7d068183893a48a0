"""The common ground of all tables: naming, column types, composites."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Date, DateTime, Enum, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

from ledger.money import Currency

CURRENCY = Enum(Currency, native_enum=False, create_constraint=False, length=3)

LONGEST_CHOICE: Final = 16


def choice_of(kind: type[StrEnum]) -> Enum:
    """Make a text column that keeps the values of a closed set."""
    return Enum(
        kind,
        native_enum=False,
        length=LONGEST_CHOICE,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """All tables of the platform."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        date: Date(),
        int: BigInteger(),
        str: Text(),
    }
