"""What the audit log refuses."""

from ledger.errors import Conflict


class NothingSealed(Conflict):
    """There is no signed head yet."""

    code = "nothing_sealed"
    message = "The audit log has no sealed entry yet. Seal first, then export."


class FolderInUse(Conflict):
    """The folder of an export holds something already."""

    code = "export_folder_in_use"
    message = "The folder exists and is not empty. Choose a new one."
