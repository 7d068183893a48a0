"""What an operator may set, by environment variables; every default suits a demo."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ledger.errors import Unavailable
from ledger.outbox import AuditMode

PROJECT = Path(__file__).resolve().parents[1]
PREFIX = "TONLE_"


def _readable(url: str) -> str:
    try:
        kind = make_url(url).get_backend_name()
    except ArgumentError:
        kind = ""
    if kind not in {"postgresql", "postgres"}:
        raise ValueError("give it as postgresql://user:password@host/name")
    return url


DatabaseUrl = Annotated[str, AfterValidator(_readable)]


class Settings(BaseSettings):
    """The installation's settings: ``TONLE_<NAME>``, and ``DATABASE_URL``.

    Raises:
        Unavailable: A setting cannot be used; the sentence names it.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, validate_by_name=True, validate_by_alias=True
    )

    data: Path = PROJECT / ".tonle"
    """Where the embedded database, passwords and keys lie."""

    database_url: DatabaseUrl | None = Field(None, validation_alias="DATABASE_URL")
    """An administrator's door to one's own PostgreSQL; none means the embedded one."""

    app_database_url: DatabaseUrl | None = None
    """The application's door, when the operator has made the roles."""

    auditor_database_url: DatabaseUrl | None = None
    """The auditor's door, given together with the application's."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    audit: AuditMode = AuditMode.DEFERRED

    log_origin: str = Field("localhost/tonle", pattern=r"^[^\s+]+$", max_length=255)
    """The audit log's name in its checkpoints; an operator gives an address it owns."""

    second_signature: bool = False
    """Whether heads carry a line of ML-DSA-44 beside the one of Ed25519."""

    witness_policy: Path | None = None
    """Whom the log asks to cosign, and how many must: a file as C2SP tlog-policy."""

    witness_group: Path | None = None
    """Which of these witnesses give one BLS line together, with their keys and proofs."""

    timestamp_url: str = Field("", pattern=r"^$|^https?://[^\s]+$")
    """The RFC 3161 authority that stamps the log's head each day, and seals; none means nobody."""

    timestamp_roots: Path | None = None
    """The root certificates it is believed under, as PEM; given with its address."""

    wrapping_keys: tuple[SecretStr, ...] = ()
    """What seals the signing keys we hold: 64 hex digits each, as a JSON list.

    The first seals, the others open what was sealed before. None means one in the file
    ``wrapping.key`` beside the log's key.
    """

    seal_certificate: Path | None = None
    """The operator's certificate with its key, as PKCS#12; it seals what was signed."""

    seal_password: SecretStr = SecretStr("")
    """What opens the certificate's file."""

    demo_bank: bool = False
    """Whether money moves through the demo's bank; without it payouts only wait."""

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            known = name if name.isupper() else f"{PREFIX}{name.upper()}"
            raise Unavailable(f"the setting {known}: {first['msg']}") from error
