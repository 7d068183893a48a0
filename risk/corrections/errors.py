"""What corrections refuse."""

from ledger.errors import Invalid


class CorrectionNamesNobody(Invalid):
    """Without numbers and words for channels nothing of the name is left."""

    code = "correction_names_nobody"
    message = "Write the counterparty's name as it stands on the statement."
