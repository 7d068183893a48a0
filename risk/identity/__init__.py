"""Know who takes part: people and firms, where they pay tax, whether they were checked.

A party has no role. Whether it borrows, lends or operates is a matter of the
accounts, keys and approvals others give it.
"""

from risk.identity.errors import (
    CountryUnknown,
    NameUnusable,
    OwnCheckForbidden,
    PartyAlreadyChecked,
    PartyNotVerified,
)
from risk.identity.events import PartyRegistered, PartyRejected, PartyVerified
from risk.identity.model import KycState, Party, PartyKind, TaxResidency
from risk.identity.repository import get_party, list_parties
from risk.identity.service import register_party, reject_party, verify_party

__all__ = [
    "CountryUnknown",
    "KycState",
    "NameUnusable",
    "OwnCheckForbidden",
    "Party",
    "PartyAlreadyChecked",
    "PartyKind",
    "PartyNotVerified",
    "PartyRegistered",
    "PartyRejected",
    "PartyVerified",
    "TaxResidency",
    "get_party",
    "list_parties",
    "register_party",
    "reject_party",
    "verify_party",
]
