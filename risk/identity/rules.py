"""What identity decides about names and countries."""

import unicodedata

from babel import Locale

from risk.identity.errors import CountryUnknown, NameUnusable

LONGEST_NAME_CHARACTERS = 200
# CLDR also names groups, parts of countries and codes for tests.
_NO_COUNTRIES = frozenset(
    [
        "AC",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EU",
        "EZ",
        "IC",
        "QO",
        "TA",
        "UN",
        "XA",
        "XB",
        "XK",
        "ZZ",
    ]
)
_TERRITORIES = frozenset(
    code
    for code in map(str, Locale("en").territories)
    if code.isalpha() and code not in _NO_COUNTRIES
)


def require_name(name: str) -> str:
    """Return the name in one spelling (NFC, single spaces), or refuse it."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    # Format characters (Cf) stay: Khmer writes word breaks as zero-width spaces.
    printable = all(unicodedata.category(letter) not in _UNPRINTABLE for letter in tidy)
    legible = any(unicodedata.category(letter)[0] in "LN" for letter in tidy)
    if not (printable and legible) or not 1 <= len(tidy) <= LONGEST_NAME_CHARACTERS:
        raise NameUnusable(longest=LONGEST_NAME_CHARACTERS)
    return tidy


_UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn"})


def require_country(country: str) -> str:
    """Return the country's ISO 3166 alpha-2 code, or refuse it."""
    if country not in _TERRITORIES:
        raise CountryUnknown
    return country
