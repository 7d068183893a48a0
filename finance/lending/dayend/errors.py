"""What day-ends refuse."""

from ledger.errors import Conflict


class ClockNotStopped(Conflict):
    """There is no alarm an operator could answer."""

    code = "clock_not_stopped"
    message = "The clock is not stopped. There is nothing to let go on."
