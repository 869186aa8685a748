"""The reader of environment variables: right values, wrong values, secrets."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from acuerdo.config import environment
from acuerdo.kernel.errors import Refusal

NAME = "ACUERDO_SOMETHING"


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("dos palabras\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert environment.text(NAME) == "dos palabras"


def test_a_missing_secret_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "nothing"))
    with pytest.raises(Refusal, match=f"{NAME}_FILE"):
        environment.text(NAME)


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("sí", True), ("TRUE", True), ("no", False), ("off", False), ("", False)]
)
def test_flags(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv(NAME, value)
    assert environment.flag(NAME, default=not expected) is expected


def test_words_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "uno.example, dos.example,,")
    assert environment.words(NAME) == ["uno.example", "dos.example"]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (environment.flag, "maybe"),
        (lambda name: environment.number(name, 3), "1.5"),
        (lambda name: environment.time_zone(name, "UTC"), "Bogotá"),
        (lambda name: environment.local_time(name, ""), "25:00"),
        (lambda name: environment.local_time(name, ""), "5am"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[str], object], value: str
) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(Refusal) as refused:
        read(NAME)
    assert refused.value.code == "setting-invalid"
    assert NAME in refused.value.message


def test_unset_variables_take_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert environment.number(NAME, 7) == 7
    assert environment.flag(NAME, default=True) is True
    assert environment.local_time(NAME, "05:00") == "05:00"
    assert environment.time_zone(NAME, "America/Lima") == "America/Lima"


def test_a_database_address_becomes_settings() -> None:
    settings = environment.database("postgres://ana:s%40la@db.example:6432/cartera?sslmode=verify-full")
    assert settings["NAME"] == "cartera"
    assert settings["USER"] == "ana"
    assert settings["PASSWORD"] == "s@la"
    assert (settings["HOST"], settings["PORT"]) == ("db.example", "6432")
    assert settings["OPTIONS"] == {"sslmode": "verify-full"}


def test_a_wrong_database_address_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(Refusal) as refused:
        environment.database("postgres://ana:secreta@db.example:no-port/x?zzz=1")
    assert "secreta" not in refused.value.message


def test_the_secret_key_is_made_once_for_its_owner_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ACUERDO_SECRET_KEY", raising=False)
    monkeypatch.setenv("ACUERDO_DATA", str(tmp_path / "data"))
    environment.keep_secret_key()
    first = environment.secret_key()
    environment.keep_secret_key()
    assert environment.secret_key() == first
    assert len(first) >= 60
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_reading_the_settings_leaves_no_trace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ACUERDO_SECRET_KEY", raising=False)
    monkeypatch.setenv("ACUERDO_DATA", str(tmp_path / "data"))
    assert environment.secret_key() != environment.secret_key()
    assert not (tmp_path / "data").exists()
