"""What the door itself refuses, before any use case is reached."""

from ledger.errors import Forbidden, Invalid, NotFound, Refusal


class RouteUnknown(NotFound):
    """Nothing is served at this address."""

    code = "route_unknown"
    message = "Nothing is served at this address. See the API's description."


class MethodNotAllowed(Refusal):
    """The address exists, for another method."""

    kind = "method_not_allowed"
    code = "method_not_allowed"
    message = "This address does not take this method. See the Allow header."


class RequestMalformed(Refusal):
    """The request is broken as HTTP."""

    kind = "malformed"
    code = "request_malformed"
    message = "The request is not well formed. Send it as the API describes."


class TooLarge(Refusal):
    """More was sent than is read."""

    kind = "too_large"
    code = "body_too_large"
    message = "The body is larger than what is read here. Send less."


class MediaTypeRefused(Refusal):
    """The body is of another kind than the address takes."""

    kind = "unsupported"
    code = "media_type_refused"
    message = "Send the body as {expected}."


class JsonMalformed(Invalid):
    """The body is not JSON."""

    code = "json_malformed"
    message = "The body is not JSON in UTF-8. Send one JSON object."


class JsonRepeatsName(Invalid):
    """A name stands twice in one object, so two readers could read two things."""

    code = "json_name_repeated"
    message = "A name stands twice in one JSON object. Give each name once."


class JsonNotANumber(Invalid):
    """NaN and the infinities are not JSON."""

    code = "json_not_a_number"
    message = "NaN and Infinity are not numbers. Send a whole number."


class JsonTooDeep(Invalid):
    """The body is nested deeper than any request needs."""

    code = "json_too_deep"
    message = "The JSON is nested too deeply. Send it as the API describes."


class TextMalformed(Invalid):
    """Text that cannot be stored: a NUL or half of a surrogate pair."""

    code = "text_malformed"
    message = "A text holds characters that cannot be stored. Leave them out."


class RequestInvalid(Invalid):
    """Fields are wrong; each is named with its own code."""

    code = "request_invalid"
    message = "The request does not have the form the API describes."


class QueryUnknown(Invalid):
    """The address carries a parameter the route does not know."""

    code = "query_unknown"
    message = "The address has a parameter that is not known here. Known are: {known}."


class QueryRepeated(Invalid):
    """A parameter stands twice in the address."""

    code = "query_repeated"
    message = "A parameter stands twice in the address. Give each once."


class Unauthenticated(Refusal):
    """Nobody is known by what was shown."""

    kind = "unauthenticated"
    code = "unauthenticated"
    message = (
        "Send a valid API key as 'Authorization: Bearer'. Ask the operator for one."
    )


class RoleForbidden(Forbidden):
    """The caller's role may not use this address."""

    code = "role_forbidden"
    message = "Your role may not do this. Ask the operator."


class IdempotencyKeyMissing(Refusal):
    """Money moves here, so a retry must be recognisable."""

    kind = "malformed"
    code = "idempotency_key_missing"
    message = "Send an Idempotency-Key header: a new one for each new command."


class IdempotencyKeyMalformed(Refusal):
    """The key is not 1 to 255 printable ASCII characters."""

    kind = "malformed"
    code = "idempotency_key_malformed"
    message = "An Idempotency-Key is 1 to 255 printable ASCII characters."
