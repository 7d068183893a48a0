"""Pages for people: rendered here, in Khmer and English, without any script."""

from api.portal.auditor import Auditor
from api.portal.desk import Portal
from api.portal.mounting import mount
from api.portal.people import Person, read_people, write_people
from api.portal.sessions import Seal, load_seal

__all__ = [
    "Auditor",
    "Person",
    "Portal",
    "Seal",
    "load_seal",
    "mount",
    "read_people",
    "write_people",
]
