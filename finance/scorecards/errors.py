"""What the change of a scorecard refuses."""

from ledger.errors import Conflict, Invalid


class ScorecardUnreadable(Invalid):
    """The file is no scorecard."""

    code = "scorecard_unreadable"
    message = "This file is not a scorecard that can be scored with."


class ScorecardUnproven(Conflict):
    """Too little stands behind a card for it to decide."""

    code = "scorecard_unproven"
    message = (
        "Only {bad} loans went bad in this card's sample. It may watch as challenger, "
        "and decide after {least}."
    )


class ScorecardUnexplained(Conflict):
    """Trees cannot say why, and every refusal must."""

    code = "scorecard_unexplained"
    message = "A card of trees gives no reasons. Propose it as challenger."
