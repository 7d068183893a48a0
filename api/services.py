"""What the ways in need from outside, given once when the application is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contracts.documents import Press
from contracts.quorum import Group
from finance import rails
from finance.signing import Custody
from ledger import audit
from ledger.database import Database
from ledger.errors import NotFound, Unavailable


@dataclass(frozen=True)
class Services:
    """The database, the providers with the one that pays out, the log's key, the vault.

    ``policy`` names the log's witnesses; without one no head is ever witnessed. Without
    a ``press`` agreements are pages only; without an ``authority`` no head is time-stamped, and
    without a ``seal`` no print has the operator's certificate under it.
    """

    db: Database
    providers: Mapping[str, rails.Rail] = field(default_factory=dict)
    pays_by: str = ""
    signer: audit.Signer | None = None
    custody: Custody | None = None
    policy: audit.Policy | None = None
    group: Group | None = None
    press: Press | None = None
    authority: audit.Authority | None = None
    seal: Callable[[bytes], bytes] | None = None

    @property
    def log_key(self) -> audit.LogKey:
        """Return the public key of the audit log."""
        if self.signer is None:
            raise audit.NothingSealed
        return self.signer.key

    @property
    def keeper(self) -> Custody:
        """Return what signing for owners takes.

        Raises:
            Unavailable: This installation holds no keys.
        """
        if self.custody is None:
            raise Unavailable("this installation has no vault for signing keys")
        return self.custody

    @property
    def printer(self) -> Press:
        """Return what documents are printed with.

        Raises:
            Unavailable: This installation prints nothing.
        """
        if self.press is None:
            raise Unavailable("this installation prints no documents")
        return self.press

    def provider(self, name: str) -> rails.Rail:
        """Return a payment provider by its name."""
        if name not in self.providers:
            raise NotFound(thing="provider")
        return self.providers[name]
