"""Know who takes part: people and firms, where they pay tax, whether they were checked.

A party has no role. Whether it borrows, lends or operates is a matter of the
accounts, keys and approvals others give it.
"""

from risk.identity.errors import (
    CountryUnknown,
    GroupUnusable,
    NameUnusable,
    OwnCheckForbidden,
    PartyAlreadyChecked,
    PartyNotVerified,
    ProvinceUnknown,
)
from risk.identity.events import (
    FirmDescribed,
    PartyRegistered,
    PartyRejected,
    PartyVerified,
)
from risk.identity.model import (
    ERASED,
    Firm,
    KycState,
    Party,
    PartyKind,
    Sector,
    TaxResidency,
)
from risk.identity.provinces import PROVINCES
from risk.identity.repository import (
    find_firm,
    get_names,
    get_party,
    list_parties,
)
from risk.identity.service import (
    describe_firm,
    forget_name,
    register_party,
    reject_party,
    verify_party,
)

__all__ = [
    "ERASED",
    "PROVINCES",
    "CountryUnknown",
    "Firm",
    "FirmDescribed",
    "GroupUnusable",
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
    "ProvinceUnknown",
    "Sector",
    "TaxResidency",
    "describe_firm",
    "find_firm",
    "forget_name",
    "get_names",
    "get_party",
    "list_parties",
    "register_party",
    "reject_party",
    "verify_party",
]
