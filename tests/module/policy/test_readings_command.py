"""`acuerdo policy readings` as a person types it: what is open, approving in somebody's name, and what stands."""

import json
from typing import Any

import pytest

from acuerdo.config.cli import installation
from acuerdo.config.cli.main import main
from acuerdo.policy.models import PolicyReading
from tests.factories import make_creditor, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database is open already."""
    monkeypatch.setattr(installation, "open_installation", lambda **_: None)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    status = main(["policy", "readings", *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_options_tell_what_is_followed_until_somebody_approves_another(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = answer(capsys, "options", "--pack", "co")
    found = {one["name"]: [row["value"] for row in one["options"] if row["is_followed"]] for one in told["settings"]}
    assert status == 0
    assert found["before_closing"] == ["five_minutes"]
    assert found["confirmations"] == ["exempt"]


def test_approving_and_listing(capsys: pytest.CaptureFixture[str]) -> None:
    make_creditor("Banco Uno")
    make_user("compliance", username="cumple")
    words = ("approve", "week", "iso_week", "--creditor", "Banco Uno", "--by", "cumple", "--reason", "Acta 12")
    status, told = answer(capsys, *words)
    assert (status, told["reading"]["approved_by"], told["reading"]["value"]) == (0, "cumple", "iso_week")
    status, listed = answer(capsys, "list", "--creditor", "Banco Uno")
    assert [row["name"] for row in listed["readings"]] == ["week"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("week", "iso_week", "--creditor", "Banco Uno", "--by", "gestor"), "reading-not-permitted"),
        (("week", "iso_week", "--creditor", "Banco Uno", "--by", "nadie"), "user-unknown"),
        (("week", "iso_week", "--creditor", "Banco Dos", "--by", "cumple"), "creditor-unknown"),
        (("week", "luna", "--creditor", "Banco Uno", "--by", "cumple"), "unknown-reading"),
    ],
)
def test_refusals(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str) -> None:
    make_creditor("Banco Uno")
    make_user("compliance", username="cumple")
    make_user("agent", username="gestor")
    status, told = answer(capsys, "approve", *words, "--reason", "Acta 12")
    assert (status, told["code"]) == (1, code)
    assert PolicyReading.objects.count() == 0
