"""Who lives in the demo world, and what life has in store for each firm."""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.money import Currency, Money
from risk.identity import Sector
from risk.statements import Profile

USD, KHR = Currency.USD, Currency.KHR
LENDERS: Final = 60
ABROAD: Final = ("SG", "FR", "US", "JP", "AU", "KR")
_ABROAD_EVERY: Final = 5
_RIEL_EVERY: Final = 2


class Fate(StrEnum):
    """What becomes of a firm's request."""

    ON_TIME = "on_time"
    LATE = "late"
    PARTIAL = "partial"
    BEHIND = "behind"
    EARLY = "early"
    DEFAULT = "default"
    SHORT = "short"
    REFUSED = "refused"
    OPEN = "open"
    WAITING = "waiting"
    EQUITY = "equity"


@dataclass(frozen=True)
class Firm:
    """A firm, the records it brings, and what it asks for."""

    name: str
    name_km: str
    profile: Profile
    amount: Money
    term_months: int
    purpose: str
    fate: Fate


TRADES: Final = {
    "Battambang Rice Mill": (Sector.FOOD, "KH-2"),
    "Kampot Pepper Cooperative": (Sector.AGRICULTURE, "KH-7"),
    "Takeo Silk Weavers": (Sector.GARMENTS, "KH-21"),
    "Siem Reap Cold Chain": (Sector.TRANSPORT, "KH-17"),
    "Poipet Motor Parts": (Sector.TRADE, "KH-1"),
    "Kep Crab Guesthouse": (Sector.TOURISM, "KH-23"),
    "Kandal Brick Kiln": (Sector.CONSTRUCTION, "KH-8"),
    "Mondulkiri Coffee Roasters": (Sector.FOOD, "KH-11"),
    "Phnom Penh Noodle House": (Sector.FOOD, "KH-12"),
    "Pursat Clay Stoves": (Sector.MANUFACTURING, "KH-15"),
    "Kratie Fish Processing": (Sector.FOOD, "KH-10"),
    "Tonle Agritech": (Sector.AGRICULTURE, "KH-12"),
}
"""What each firm does, and in which province."""


def _usd(dollars: int) -> Money:
    return Money(dollars * 100, USD)


def _riel(riel: int) -> Money:
    return Money(riel * 100, KHR)


FIRMS: Final = (
    Firm(
        "Battambang Rice Mill",
        "រោងម៉ាស៊ីនកិនស្រូវបាត់ដំបង",
        Profile.STRONG,
        _usd(18_000),
        12,
        "Buy paddy at harvest and pay farmers in cash",
        Fate.ON_TIME,
    ),
    Firm(
        "Kampot Pepper Cooperative",
        "សហគមន៍ម្រេចកំពត",
        Profile.SEASONAL,
        _usd(9_000),
        12,
        "Drying floor and export packaging",
        Fate.LATE,
    ),
    Firm(
        "Takeo Silk Weavers",
        "តម្បាញសូត្រតាកែវ",
        Profile.FAIR,
        _riel(32_000_000),
        12,
        "Twelve looms and dyed yarn",
        Fate.PARTIAL,
    ),
    Firm(
        "Siem Reap Cold Chain",
        "ខ្សែសង្វាក់ត្រជាក់សៀមរាប",
        Profile.STRONG,
        _usd(15_000),
        12,
        "Two refrigerated vans",
        Fate.EARLY,
    ),
    Firm(
        "Poipet Motor Parts",
        "គ្រឿងបន្លាស់ម៉ូតូប៉ោយប៉ែត",
        Profile.FAIR,
        _usd(7_500),
        12,
        "Stock of spare parts before the new year",
        Fate.DEFAULT,
    ),
    Firm(
        "Kep Crab Guesthouse",
        "ផ្ទះសំណាក់ក្តាមកែប",
        Profile.SEASONAL,
        _usd(24_000),
        12,
        "Six more rooms",
        Fate.SHORT,
    ),
    Firm(
        "Kandal Brick Kiln",
        "ឡឥដ្ឋកណ្តាល",
        Profile.WEAK,
        _usd(12_000),
        12,
        "A second kiln",
        Fate.REFUSED,
    ),
    Firm(
        "Mondulkiri Coffee Roasters",
        "កាហ្វេលីងមណ្ឌលគិរី",
        Profile.STRONG,
        _usd(10_000),
        18,
        "Roaster and green beans",
        Fate.BEHIND,
    ),
    Firm(
        "Phnom Penh Noodle House",
        "ហាងគុយទាវភ្នំពេញ",
        Profile.STRONG,
        _riel(40_000_000),
        12,
        "A second kitchen",
        Fate.ON_TIME,
    ),
    Firm(
        "Pursat Clay Stoves",
        "ចង្ក្រានដីពោធិ៍សាត់",
        Profile.STRONG,
        _usd(6_000),
        9,
        "Moulds and a delivery cart",
        Fate.OPEN,
    ),
    Firm(
        "Kratie Fish Processing",
        "កែច្នៃត្រីក្រចេះ",
        Profile.STRONG,
        _usd(8_000),
        12,
        "Smoking ovens and ice",
        Fate.WAITING,
    ),
    Firm(
        "Tonle Agritech",
        "បច្ចេកវិទ្យាកសិកម្មទន្លេ",
        Profile.STRONG,
        _usd(40_000),
        12,
        "Soil sensors for two thousand farms",
        Fate.EQUITY,
    ),
)

_FAMILY: Final = (
    ("Sok", "សុខ"),
    ("Chan", "ចាន់"),
    ("Kim", "គឹម"),
    ("Heng", "ហេង"),
    ("Lim", "លឹម"),
    ("Ly", "លី"),
    ("Pich", "ពេជ្រ"),
    ("Prak", "ប្រាក់"),
    ("Sar", "សារ"),
    ("Tep", "ទេព"),
)
_GIVEN: Final = (
    ("Dara", "តារា"),
    ("Sreymom", "ស្រីមុំ"),
    ("Vanna", "វណ្ណា"),
    ("Bopha", "បុប្ផា"),
    ("Rithy", "រិទ្ធី"),
    ("Kosal", "កុសល"),
    ("Malis", "ម្លិះ"),
    ("Sophea", "សុភា"),
    ("Visal", "វិសាល"),
    ("Chenda", "ចិន្តា"),
)
_FOREIGN: Final = ("Tan", "Martin", "Nguyen", "Sato", "Smith", "Park")


@dataclass(frozen=True)
class Lender:
    """A person with some money to lend; ``country`` decides the tax withheld."""

    name: str
    country: str
    dollars: Money
    riel: Money | None


def lenders(luck: random.Random) -> list[Lender]:
    """Return the lenders: most live here, every fifth abroad, every second has riel."""
    return [_lender(number, luck) for number in range(LENDERS)]


def _lender(number: int, luck: random.Random) -> Lender:
    family, given = _FAMILY[number % 10], _GIVEN[number // 10 + number % 4]
    dollars = _usd(luck.randrange(20, 60) * 100)
    riel = _riel(luck.randrange(10, 40) * 500_000) if number % _RIEL_EVERY else None
    if number % _ABROAD_EVERY == 0:
        place = number // _ABROAD_EVERY % len(ABROAD)
        name = f"{given[0]} {_FOREIGN[place]}"
        return Lender(name, ABROAD[place], dollars, None)
    name = f"{family[1]} {given[1]} ({family[0]} {given[0]})"
    return Lender(name, "KH", dollars, riel)
