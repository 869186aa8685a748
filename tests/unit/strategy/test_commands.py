"""`acuerdo strategy validate|facts` and `acuerdo decide`: no database needed."""

import json
from pathlib import Path

import polars as pl
import pytest

from acuerdo.config.cli.main import main
from tests.properties.strategy_worlds import make_world

BASE = Path("acuerdo/strategy/data/estrategia_base.yaml").resolve()


@pytest.fixture(autouse=True)
def _spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACUERDO_LANG", "es")


def test_validate_a_good_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strategy", "validate", str(BASE), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["code"] == "estrategia_base"


def test_validate_names_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "mala.yaml"
    bad.write_text(
        BASE.read_text("utf-8").replace("when: company", "when: compani").replace("repeat_days: 8", "repeat_days: 8.5"),
        "utf-8",
    )
    assert main(["strategy", "validate", str(bad), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == "bad-strategy"
    assert [fault["path"] for fault in told["faults"]] == ["segments[6].when", "steps[18].repeat_days"]
    assert all(fault["line"] > 10 for fault in told["faults"])
    assert main(["strategy", "validate", str(bad)]) == 1
    assert "¿quiso decir «company»?" in capsys.readouterr().out


def test_a_file_that_is_not_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")
    assert main(["strategy", "validate", str(tmp_path / "x.yaml")]) == 1
    assert "UTF-8" in capsys.readouterr().err


def test_facts_are_listed_in_both_languages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["strategy", "facts"]) == 0
    assert "Días de mora" in capsys.readouterr().out
    monkeypatch.setenv("ACUERDO_LANG", "en")
    assert main(["strategy", "facts", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert {"code": "days_past_due", "type": "int", "text": "Days past due", "values": []} in facts


def test_decide_writes_the_plan_and_its_funnel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "foto").mkdir()
    world = make_world(5, people=30)
    world.write(tmp_path / "foto")
    words = ["decide", "--snapshot", str(tmp_path / "foto"), "--strategy", str(BASE), "--out", str(tmp_path / "plan")]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    rows = pl.read_parquet(tmp_path / "plan" / "decisions.parquet")
    assert rows.height == told["portfolio"] == len(world.tables["obligations"])
    assert json.loads((tmp_path / "plan" / "funnel.json").read_text())["planned"] == told["planned"]
    assert main([*words, "--engine", "duckdb"]) == 0
    assert "contactos" in capsys.readouterr().out
    assert pl.read_parquet(tmp_path / "plan" / "decisions.parquet").equals(rows)


def test_decide_refuses_another_date_and_a_missing_snapshot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_world(5, people=3).write(tmp_path)
    words = ["--strategy", str(BASE), "--out", str(tmp_path / "plan"), "--json"]
    assert main(["decide", "--snapshot", str(tmp_path), "--date", "2026-07-16", *words]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "snapshot-other-date"
    assert main(["decide", "--snapshot", str(tmp_path / "nada"), *words]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "snapshot-missing"
