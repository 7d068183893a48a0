"""What access refuses."""

from ledger.errors import Conflict, Forbidden


class KeyRefused(Conflict):
    """A key handed over now could open money that is another's already."""

    code = "key_refused"
    message = (
        "This party had a key or has a wallet."
        " Only whoever runs the platform can make it another key."
    )


class StaffKey(Forbidden):
    """Operators do not lock each other or the regulator out."""

    code = "key_of_staff"
    message = "This key is of staff. Only whoever runs the platform can take it back."
