"""What the ways in need from outside, given once when the application is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from finance import rails
from ledger import audit
from ledger.database import Database
from ledger.errors import NotFound


@dataclass(frozen=True)
class Services:
    """The database, the payment providers with the one that pays out, the log's key.

    ``policy`` names the log's witnesses; without one no head is ever witnessed.
    """

    db: Database
    providers: Mapping[str, rails.Rail] = field(default_factory=dict)
    pays_by: str = ""
    signer: audit.Signer | None = None
    policy: audit.Policy | None = None

    @property
    def log_key(self) -> audit.LogKey:
        """Return the public key of the audit log."""
        if self.signer is None:
            raise audit.NothingSealed
        return self.signer.key

    def provider(self, name: str) -> rails.Rail:
        """Return a payment provider by its name."""
        if name not in self.providers:
            raise NotFound(thing="provider")
        return self.providers[name]
