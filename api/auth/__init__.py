"""Who calls: API keys bound to a party and a role, and who may call what."""

from api.auth.access import STAFF, Access, Caller, Role, anyone, role
from api.auth.events import KeyCreated, KeyRevoked
from api.auth.model import ApiKey
from api.auth.service import NewKey, create_key, find_caller, list_keys, revoke_key

__all__ = [
    "STAFF",
    "Access",
    "ApiKey",
    "Caller",
    "KeyCreated",
    "KeyRevoked",
    "NewKey",
    "Role",
    "anyone",
    "create_key",
    "find_caller",
    "list_keys",
    "revoke_key",
    "role",
]
