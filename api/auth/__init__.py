"""Who calls: API keys bound to a party and a role, and who may call what."""

from api.auth.access import STAFF, Access, Caller, Role, anyone, role
from api.auth.errors import KeyRefused, StaffKey
from api.auth.events import KeyCreated, KeyRevoked
from api.auth.model import ApiKey
from api.auth.service import (
    NewKey,
    create_key,
    find_caller,
    hand_first_key,
    list_keys,
    revoke_client_key,
    revoke_key,
)

__all__ = [
    "STAFF",
    "Access",
    "ApiKey",
    "Caller",
    "KeyCreated",
    "KeyRefused",
    "KeyRevoked",
    "NewKey",
    "Role",
    "StaffKey",
    "anyone",
    "create_key",
    "find_caller",
    "hand_first_key",
    "list_keys",
    "revoke_client_key",
    "revoke_key",
    "role",
]
