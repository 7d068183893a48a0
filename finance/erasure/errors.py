"""What erasure refuses."""

from ledger.errors import Conflict


class ErasureTooEarly(Conflict):
    """The law still asks for everything that is known."""

    code = "erasure_too_early"
    message = "Records about this party must be kept until {until}. Ask again then."
