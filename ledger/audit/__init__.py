"""Keep a log of every act that outsiders can verify without trusting the operator.

The format of entries, tree, heads and exports is described in docs/audit-format.md.
"""

from ledger.audit.cosigning import Cosignature, read_cosignatures
from ledger.audit.errors import (
    EntryNotThere,
    FolderInUse,
    NothingSealed,
    TileNotThere,
)
from ledger.audit.export import Exported, export_bundle, find_checkpoint
from ledger.audit.journal import EntryTold, entry_parts, leg_text
from ledger.audit.keys import load_or_create_signer
from ledger.audit.note import (
    Checkpoint,
    LogKey,
    Note,
    NoteKey,
    NoteRefused,
    Signer,
)
from ledger.audit.packing import pack
from ledger.audit.policy import Policy, PolicyRefused, Witness
from ledger.audit.proving import (
    Concern,
    Receipt,
    find_receipt,
    give_receipt,
    index_of,
    prove_entry,
    prove_growth,
    read_bundle,
    read_tile,
)
from ledger.audit.reconcile import Discrepancy, Finding, reconcile
from ledger.audit.sealer import Sealer, run_sealer
from ledger.audit.sealing import Sealed, seal, seal_inline
from ledger.audit.second import (
    SecondKey,
    SecondSigner,
    check_second,
    load_or_create_second,
)
from ledger.audit.single_file import single_file
from ledger.audit.stamping import (
    Authority,
    Token,
    TokenRefused,
    find_unstamped,
    keep_token,
)
from ledger.audit.witnessing import (
    Asking,
    PublishedHead,
    WitnessStanding,
    find_head,
    find_witnessed_head,
    keep_beside,
    keep_cosignatures,
    list_asking,
    list_standings,
    submit_again,
)

__all__ = [
    "Asking",
    "Authority",
    "Checkpoint",
    "Concern",
    "Cosignature",
    "Discrepancy",
    "EntryNotThere",
    "EntryTold",
    "Exported",
    "Finding",
    "FolderInUse",
    "LogKey",
    "Note",
    "NoteKey",
    "NoteRefused",
    "NothingSealed",
    "Policy",
    "PolicyRefused",
    "PublishedHead",
    "Receipt",
    "Sealed",
    "Sealer",
    "SecondKey",
    "SecondSigner",
    "Signer",
    "TileNotThere",
    "Token",
    "TokenRefused",
    "Witness",
    "WitnessStanding",
    "check_second",
    "entry_parts",
    "export_bundle",
    "find_checkpoint",
    "find_head",
    "find_receipt",
    "find_unstamped",
    "find_witnessed_head",
    "give_receipt",
    "index_of",
    "keep_beside",
    "keep_cosignatures",
    "keep_token",
    "leg_text",
    "list_asking",
    "list_standings",
    "load_or_create_second",
    "load_or_create_signer",
    "pack",
    "prove_entry",
    "prove_growth",
    "read_bundle",
    "read_cosignatures",
    "read_tile",
    "reconcile",
    "run_sealer",
    "seal",
    "seal_inline",
    "single_file",
    "submit_again",
]
