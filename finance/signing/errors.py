"""What signing refuses."""

from ledger.errors import Conflict, Forbidden


class SigningKeyMissing(Conflict):
    """The party has no key that may sign now."""

    code = "signing_key_missing"
    message = "You have no signing key in use. Make or register one first."


class SigningKeyTaken(Conflict):
    """The key was registered before, by this party or another."""

    code = "signing_key_taken"
    message = "This key is registered already. Make a new one."


class SigningKeyInUse(Conflict):
    """A party signs with one key at a time."""

    code = "signing_key_in_use"
    message = "A key is in use already. Let the new one take its place, or revoke it."


class SigningKeyEnded(Conflict):
    """The key is in a state from which this does not follow."""

    code = "signing_key_ended"
    message = (
        "This key is {state}. This step does not follow from there."
        " Look at your keys to see which does."
    )


class OwnSigningKey(Forbidden):
    """Nobody says of their own key whose it is."""

    code = "own_signing_key"
    message = "Your own key is put in use by another operator. Ask one."
