"""What the audit log refuses."""

from ledger.errors import Conflict, NotFound


class NothingSealed(Conflict):
    """There is no signed head yet."""

    code = "nothing_sealed"
    message = "The audit log has no sealed entry yet. Seal first, then export."


class FolderInUse(Conflict):
    """The folder of an export holds something already."""

    code = "export_folder_in_use"
    message = "The folder exists and is not empty. Choose a new one."


class EntryNotThere(NotFound):
    """There is no such entry, or it is not the caller's to see."""

    code = "audit_entry_not_there"
    message = (
        "The audit log has no such entry for you yet. Check it, or try again soon."
    )


class ReceiptTooLong(Conflict):
    """More is sealed about it than a verifier reads in one file."""

    code = "receipt_too_long"
    message = "This receipt would hold more than {most} entries. Ask for an export."


class TileNotThere(NotFound):
    """The log is not that long, or the path is none."""

    code = "audit_tile_not_there"
    message = "The audit log has no such tile. Read the checkpoint for its size."
