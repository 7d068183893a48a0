"""What an operator may set, by environment variables; every default suits a demo."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.outbox import AuditMode

PROJECT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """The installation's settings: ``TONLE_<NAME>``, and ``DATABASE_URL``."""

    model_config = SettingsConfigDict(
        env_prefix="TONLE_", frozen=True, validate_by_name=True, validate_by_alias=True
    )

    data: Path = PROJECT / ".tonle"
    """Where the embedded database, passwords and keys lie."""

    database_url: str | None = Field(None, validation_alias="DATABASE_URL")
    """An administrator's door to one's own PostgreSQL; none means the embedded one."""

    app_database_url: str | None = None
    """The application's door, when the operator has made the roles."""

    auditor_database_url: str | None = None
    """The auditor's door, given together with the application's."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    audit: AuditMode = AuditMode.DEFERRED
