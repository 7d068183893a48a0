"""What identity refuses."""

from ledger.errors import Conflict, Forbidden, Invalid


class NameUnusable(Invalid):
    """The name is empty, too long or holds control characters."""

    code = "party_name_unusable"
    message = "Give a name of 1 to {longest} printable characters."


class CountryUnknown(Invalid):
    """The country is not an ISO 3166 code."""

    code = "party_country_unknown"
    message = "Give the country as two capital letters of ISO 3166, such as KH."


class PartyAlreadyChecked(Conflict):
    """The check of this party is over."""

    code = "party_already_checked"
    message = "This party's check ended as {state}. Register again to change it."


class OwnCheckForbidden(Forbidden):
    """Nobody vouches for themselves."""

    code = "party_own_check"
    message = "You cannot settle your own check. Ask another person."


class PartyNotVerified(Conflict):
    """The party's check is not done, so money may not move."""

    code = "party_not_verified"
    message = "This party's check is {state}. It must be verified first."


class ProvinceUnknown(Invalid):
    """No province of this market has this code."""

    code = "province_unknown"
    message = "No province has this code. Use one of ISO 3166-2:KH, such as KH-12."


class GroupUnusable(Conflict):
    """Groups are one level deep: a head belongs to nobody, a member leads nobody."""

    code = "group_unusable"
    message = (
        "This firm cannot belong there. Name the head that decides for all of them."
    )
