"""What approvals refuse."""

from ledger.errors import Conflict, Forbidden


class SamePerson(Forbidden):
    """Who proposed may not decide."""

    code = "same_person"
    message = "You proposed this yourself. Another operator must decide."


class OwnCase(Forbidden):
    """Nobody judges what they ask for themselves, in whatever other role."""

    code = "own_case"
    message = "This is your own case. Two other operators must decide."


class ApprovalDecided(Conflict):
    """An approval is used once."""

    code = "approval_decided"
    message = "This was decided already. Propose it again if it is still needed."


class ApprovalExpired(Conflict):
    """Nobody decided in time."""

    code = "approval_expired"
    message = "The proposal has expired. Propose it again."


class RequestChanged(Conflict):
    """What is to be done is not what was proposed."""

    code = "request_changed"
    message = "The request changed after it was proposed. Review it again."


class ProposalWaiting(Conflict):
    """The same was proposed before and still waits."""

    code = "proposal_waiting"
    message = "This was proposed already. Another operator must decide it first."
