"""Pages for people: rendered here, in Khmer and English, without any script."""

from api.portal.auditor import Auditor
from api.portal.desk import Portal
from api.portal.mounting import mount
from api.portal.people import Person, read_people, write_people
from api.portal.sessions import Seal

__all__ = [
    "Auditor",
    "Person",
    "Portal",
    "Seal",
    "mount",
    "read_people",
    "write_people",
]
