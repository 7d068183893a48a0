"""Keep a log of every act that outsiders can verify without trusting the operator.

The format of entries, tree, heads and exports is described in docs/audit-format.md.
"""

from ledger.audit.errors import FolderInUse, NothingSealed
from ledger.audit.export import Exported, export_bundle, find_checkpoint
from ledger.audit.journal import EntryTold, entry_parts, leg_text
from ledger.audit.keys import load_or_create_signer
from ledger.audit.note import LogKey, Signer
from ledger.audit.reconcile import Discrepancy, Finding, reconcile
from ledger.audit.sealer import Sealed, run_sealer, seal, seal_inline

__all__ = [
    "Discrepancy",
    "EntryTold",
    "Exported",
    "Finding",
    "FolderInUse",
    "LogKey",
    "NothingSealed",
    "Sealed",
    "Signer",
    "entry_parts",
    "export_bundle",
    "find_checkpoint",
    "leg_text",
    "load_or_create_signer",
    "reconcile",
    "run_sealer",
    "seal",
    "seal_inline",
]
