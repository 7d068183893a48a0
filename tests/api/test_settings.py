"""A setting that cannot be used is named in one sentence."""

from pathlib import Path

import pytest

from api.settings import Settings
from ledger.errors import Unavailable


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TONLE_PORT", "eighty", "TONLE_PORT"),
        ("TONLE_PORT", "65536", "TONLE_PORT"),
        ("TONLE_AUDIT", "sometimes", "'off', 'deferred' or 'inline'"),
        ("DATABASE_URL", "nonsense", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "mysql://me:secret@host/name", "postgresql://user"),
        ("TONLE_APP_DATABASE_URL", "nonsense", "TONLE_APP_DATABASE_URL"),
    ],
)
def test_an_unusable_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Unavailable, match=said) as refused:
        Settings()

    assert value not in str(refused.value)


def test_the_environment_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONLE_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone@somewhere/name")

    settings = Settings()

    assert settings.data == tmp_path
    assert settings.database_url == "postgresql://someone@somewhere/name"
    assert settings.app_database_url is None
