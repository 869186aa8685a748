"""`acuerdo policy check`: the contract's JSON, its statuses, its speed of start, and every bad input by name."""

import argparse
import io
import json
import shutil
import subprocess
import sys
from typing import Any

import pytest

from acuerdo.config.cli import policy as command
from acuerdo.config.cli.main import main
from acuerdo.policy.rules import library

QUESTION: dict[str, Any] = {
    "pack": "co",
    "at": "2026-07-13T10:00:00-05:00",
    "channel": "sms",
    "purpose": "collection",
    "recipient": "debtor",
    "timezone": "America/Bogota",
    "consents": [{"channel": "sms", "granted_at": "2026-01-05T08:00:00-05:00", "revoked_at": None}],
    "holds": [],
    "history": [],
    "settings": {},
}


def run(text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    status = command.run(parser.parse_args(["check", *flags]))
    return status, capsys.readouterr().out


def test_the_contracts_example(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = run(json.dumps(QUESTION), monkeypatch, capsys)
    answer = json.loads(out)
    assert status == 0
    assert answer["verdict"] == "deny"
    assert answer["next_allowed_at"] == "2026-07-14T07:00:00-05:00"
    assert answer["pack_version"].startswith("2026.11+")
    (rule,) = answer["rules"]
    assert (rule["id"], rule["verdict"]) == ("co.ley2300.art3.hours", "deny")
    assert (rule["citation"], rule["effective_from"]) == ("Ley 2300 de 2023, art. 3", "2023-10-10")
    assert rule["reason"].startswith("Fuera del horario de ley")


def test_one_question_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    tuesday = {**QUESTION, "at": "2026-07-14T10:00:00-05:00"}
    lines = [json.dumps(QUESTION), "", json.dumps(tuesday), "{", json.dumps({**tuesday, "holds": ["dispute"]})]
    status, out = run("\n".join(lines), monkeypatch, capsys, "--lines")
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [answer.get("verdict") for answer in answers] == ["deny", "allow", None, "deny"]
    assert answers[2]["error"]["code"] == "invalid-json"
    assert answers[3]["next_allowed_at"] is None


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"pack": "zz"}, "unknown-pack", ""),
        ({"pack": 7}, "invalid-field", "pack"),
        ({"at": "2026-07-13T10:00:00"}, "naive-time", "at"),
        ({"at": "mañana"}, "invalid-time", "at"),
        ({"at": "2026-02-30T10:00:00-05:00"}, "invalid-time", "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "time-out-of-range", ""),
        ({"timezone": "Mars/Olympus"}, "unknown-timezone", ""),
        ({"channel": "fax"}, "unknown-channel", ""),
        ({"holds": ["disputed"]}, "unknown-hold", ""),
        ({"hold": ["dispute"]}, "unknown-field", "question.hold"),
        ({"holds": "dispute"}, "invalid-field", "holds"),
        ({"consents": [{"channel": "sms"}]}, "invalid-field", "consents.granted_at"),
        (
            {
                "consents": [
                    {"channel": "sms", "granted_at": "2026-02-01T00:00:00Z", "revoked_at": "2026-01-01T00:00:00Z"}
                ]
            },
            "consent-revoked-before-granted",
            "",
        ),
        ({"history": [{"at": "2026-07-13T15:00:01Z", "channel": "sms"}]}, "future-history", ""),
        ({"history": [{"at": "2026-07-13T09:00:00", "channel": "sms"}]}, "naive-time", "history.at"),
        (
            {"history": [{"at": "2026-07-13T09:00:00-05:00", "channel": "sms", "answered": "no"}]},
            "invalid-field",
            "history.answered",
        ),
        ({"settings": {"frequency_policy": "lenient_after_two_way"}}, "setting-not-approved", ""),
        ({"settings": {"velocidad": "alta"}}, "unknown-setting", ""),
        ({"own_hours": {"windows": {"lunes": []}, "given_at": "2026-01-01T00:00:00Z"}}, "invalid-windows", ""),
        ({"balance_minor": 10.5}, "invalid-field", "balance_minor"),
    ],
)
def test_bad_input_is_named(change: dict[str, Any], code: str, field: str) -> None:
    answer, status = command.answer_question(json.dumps({**QUESTION, **change}))
    assert status == 1
    assert (answer["error"]["code"], answer["error"]["field"]) == (code, field)
    assert answer["error"]["message"].endswith(".")


@pytest.mark.parametrize("text", ["", "[]", "null", "7", '"co"', "{}", "[" * 100_000])
def test_what_is_not_a_question(text: str) -> None:
    answer, status = command.answer_question(text)
    assert status == 1
    assert answer["error"]["code"] in {"invalid-json", "invalid-field", "missing-field"}


def test_it_starts_without_django_nor_data_frames() -> None:
    script = (
        "import sys, acuerdo.config.cli.policy\n"
        "print(sorted(set(sys.modules) & {'django', 'polars', 'narwhals', 'yaml', 'psycopg', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_packs_in_force_and_installing_one(tmp_path: Any, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("ACUERDO_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(library, "_shelf", [])
    source = tmp_path / "co"
    shutil.copytree(library.PACKS / "co", source)
    text = (source / "pack.toml").read_text("utf-8")
    (source / "pack.toml").write_text(text.replace("may_override", "may_overide", 1), "utf-8")
    assert main(["policy", "install", str(source), "--json"]) == 1
    refused = json.loads(capsys.readouterr().out)
    assert (refused["code"], refused["where"]["column"]) == ("invalid-pack", "may_overide")
    assert refused["where"]["row"] > 1
    (source / "pack.toml").write_text(text.replace('version = "2026.11"', 'version = "2027.01"'), "utf-8")
    assert main(["policy", "install", str(source), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"].startswith("2027.01+")
    assert main(["policy", "packs", "--json"]) == 0
    rows = {row["pack"]: row for row in json.loads(capsys.readouterr().out)["packs"]}
    assert (rows["co"]["is_own"], rows["pe"]["is_own"], len(rows)) == (True, False, 8)
    shutil.rmtree(tmp_path / "data")
    assert main(["policy", "packs"]) == 0
    assert "2027.01" not in capsys.readouterr().out
