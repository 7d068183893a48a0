"""Make statements of Cambodian firms that never were: for demo worlds and tests.

The same seed gives the same bytes. Seasons, wages, supplier credit, wallet top-ups,
tax and rent follow a profile; the running balance is exact on every line.
"""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from io import StringIO

from ledger.money import Currency

RIEL_PER_DOLLAR = 4_000
_DAYS_PER_MONTH = 30


class Profile(StrEnum):
    """How well a sample firm does."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"
    SEASONAL = "seasonal"


@dataclass(frozen=True)
class Traits:
    """What makes a profile: monthly sales in dollars and shares of them in percent."""

    sales: int
    spread: int
    season: tuple[int, ...]
    trend: int
    suppliers: int
    wages: int
    rent: int
    other_lenders: int
    returned_each: int
    customers: int


_FLAT = (100,) * 12
_HARVEST = (60, 70, 90, 160, 110, 60, 50, 55, 80, 120, 190, 155)
_NEW_YEAR = (100, 95, 105, 135, 90, 95, 95, 90, 100, 95, 105, 110)
TRAITS = {
    Profile.STRONG: Traits(18_000, 15, _NEW_YEAR, 2, 52, 16, 5, 0, 0, 14),
    Profile.FAIR: Traits(9_000, 30, _NEW_YEAR, 0, 58, 18, 6, 1, 0, 9),
    Profile.WEAK: Traits(5_000, 45, _FLAT, -1, 60, 20, 8, 2, 3, 4),
    Profile.SEASONAL: Traits(11_000, 25, _HARVEST, 1, 54, 17, 5, 0, 0, 7),
}
_CUSTOMERS = (
    "ហាងទំនិញ សុខ ហេង",
    "ភោជនីយដ្ឋាន ទន្លេសាប",
    "ផ្សារអូឡាំពិក តូបលេខ ១២",
    "សណ្ឋាគារ ពន្លឺអង្គរ",
    "ហាងកាហ្វេ បៃតង",
    "សហគមន៍កសិកម្ម បាត់ដំបង",
    "Sok Heng Trading",
    "Golden Rice Mart",
    "Bopha Guesthouse",
    "Phsar Leu Stall 44",
    "Kampot Pepper Co",
    "Dara Construction",
    "Mekong Fresh Foods",
    "Chan Thida",
)
_SUPPLIERS = (
    "ក្រុមហ៊ុន អង្គរ ចែកចាយ",
    "រោងម៉ាស៊ីន ស្រូវមាស",
    "Khmer Packaging Supply",
    "Royal Distribution Cambodia",
    "Thai Hua Import Export",
)
_WORKERS = ("សុភា", "ដារ៉ា", "ចាន់ថា", "បូរី", "សំណាង")


@dataclass(frozen=True)
class _Line:
    on: date
    counterparty: str
    reference: str
    cents: int


def sample_statement(
    seed: int,
    profile: Profile,
    *,
    months: int = 12,
    currency: Currency = Currency.USD,
    ends_on: date,
) -> bytes:
    """Write a bank's CSV export of one account for the months up to a day."""
    chance = random.Random(f"{seed}/{profile}/{currency}")  # noqa: S311 - a made-up world
    traits = TRAITS[profile]
    starts_on = ends_on - timedelta(days=months * _DAYS_PER_MONTH - 1)
    lines = sorted(
        (
            line
            for line in _life(chance, traits, starts_on, months)
            if line.on <= ends_on
        ),
        key=lambda line: line.on,
    )
    opening = traits.sales * _OPENING_SHARE[profile]
    return _export(chance, lines, opening, currency)


# Cents of opening balance for each dollar of monthly sales.
_OPENING_SHARE = {
    Profile.STRONG: 80,
    Profile.FAIR: 45,
    Profile.WEAK: 15,
    Profile.SEASONAL: 60,
}


def _life(
    chance: random.Random, traits: Traits, starts_on: date, months: int
) -> Iterator[_Line]:
    for month in range(months):
        first = starts_on + timedelta(days=month * _DAYS_PER_MONTH)
        season = traits.season[first.month - 1]
        grown = traits.sales * season * (100 + traits.trend) ** month // 100**month
        # Cents: a dollar of plan at 100 % of season is 100 cents.
        sales = max(
            grown * chance.randint(100 - traits.spread, 100 + traits.spread) // 100, 1
        )
        for part in (_sales, _costs, _dues):
            yield from part(chance, traits, first, sales)


def _sales(
    chance: random.Random, traits: Traits, first: date, sales: int
) -> Iterator[_Line]:
    customers = _CUSTOMERS[: traits.customers]
    weights = [chance.randint(1, 6) for _ in range(24)]
    for number, weight in enumerate(weights):
        on = first + timedelta(days=number * _DAYS_PER_MONTH // len(weights))
        cents = sales * weight // sum(weights)
        reference = chance.choice(
            ("លក់ទំនិញ", "Sales invoice", "KHQR payment received", "ទទួលប្រាក់ពីការលក់")
        )
        if cents:
            yield _Line(on, chance.choice(customers), reference, cents)


def _costs(
    chance: random.Random, traits: Traits, first: date, sales: int
) -> Iterator[_Line]:
    for share, day in ((3, 3), (3, 12), (4, 21)):
        cents = sales * traits.suppliers * share // 1000
        yield _Line(
            first + timedelta(days=day + chance.randint(0, 3)),
            chance.choice(_SUPPLIERS),
            chance.choice(("ទិញទំនិញពីអ្នកផ្គត់ផ្គង់", "Supplier payment, goods on credit")),
            -cents,
        )
    planned = traits.sales * 100
    for worker in _WORKERS:
        cents = planned * traits.wages // 100 // len(_WORKERS)
        yield _Line(first + timedelta(days=27), worker, "ប្រាក់ខែ Salary", -cents)
    rent = planned * traits.rent // 100
    yield _Line(first + timedelta(days=1), "ម្ចាស់ផ្ទះ", "ថ្លៃឈ្នួល Rent", -rent)


def _dues(
    chance: random.Random, traits: Traits, first: date, sales: int
) -> Iterator[_Line]:
    planned = traits.sales * 100
    yield _Line(
        first + timedelta(days=19), "GDT", "ពន្ធ Tax on turnover 1%", -(sales // 100)
    )
    yield _Line(
        first + timedelta(days=chance.randint(4, 25)),
        "Wing Wallet",
        "Wallet top-up បញ្ចូលលុយ",
        -(planned * 2 // 100),
    )
    yield _Line(first + timedelta(days=29), "Bank", "កម្រៃសេវា Service fee", -200)
    for lender in range(traits.other_lenders):
        yield _Line(
            first + timedelta(days=9 + lender),
            ("Prasac MFI", "LOLC")[lender % 2],
            "សងប្រាក់កម្ចី Loan repayment",
            -(planned * 4 // 100),
        )
    if traits.returned_each and chance.randrange(traits.returned_each) == 0:
        yield _Line(
            first + timedelta(days=15),
            "Bank",
            "Returned cheque, insufficient funds",
            -500,
        )


def _export(
    chance: random.Random, lines: list[_Line], opening: int, currency: Currency
) -> bytes:
    """Write the table the way a bank does: what the account is, lines, what is left."""
    scale: Callable[[int], int] = {
        Currency.USD: lambda cents: cents,
        # Riel minor units, paid in whole hundreds of riel.
        Currency.KHR: lambda cents: cents * RIEL_PER_DOLLAR // 10_000 * 10_000,
    }[currency]
    out = StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    balance = scale(opening)
    write(["Account number", f"0001{chance.randrange(10**8):08d}"])
    write(["Currency", currency.value])
    write(["Opening balance", _show(balance)])
    write(["Transaction Date", "Name", "Transaction Details", "Ref No", "Money In",
           "Money Out", "Balance"])  # fmt: skip
    for number, line in enumerate(lines, start=1):
        moved = scale(line.cents) or (1 if line.cents > 0 else -1) * scale(100)
        balance += moved
        sides = (_show(moved), "") if moved > 0 else ("", _show(-moved))
        write([line.on.strftime("%d/%m/%Y"), line.counterparty, line.reference,
               f"FT{line.on:%y%m%d}{number:05d}", *sides, _show(balance)])  # fmt: skip
    write(["Closing balance", _show(balance)])
    return ("\ufeff" + out.getvalue()).encode()


def _show(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"
