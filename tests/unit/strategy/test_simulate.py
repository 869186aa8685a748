"""`acuerdo strategy simulate` over snapshot folders, and the figures of a rehearsal against the plan's own rows."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from acuerdo.config.cli.main import main
from acuerdo.strategy.engine.archive import keep_snapshot, kept_days, kept_snapshot
from acuerdo.strategy.engine.rehearsal import compare_rows, rehearse_day, sum_figures
from acuerdo.strategy.rules.yaml_text import read_strategy
from tests.properties.strategy_worlds import ON, make_world

BASE = Path("acuerdo/strategy/data/estrategia_base.yaml").resolve()


def test_simulate_tells_days_totals_and_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, on in ((1, ON), (2, date(2026, 7, 16))):
        (tmp_path / f"foto{number}").mkdir()
        make_world(number, people=80).write(tmp_path / f"foto{number}", on)
    fewer = tmp_path / "menos.yaml"
    fewer.write_text(BASE.read_text("utf-8").replace("calls_per_agent: 60", "calls_per_agent: 0"), "utf-8")
    words = [
        "strategy",
        "simulate",
        str(fewer),
        "--snapshot",
        str(tmp_path / "foto1"),
        "--snapshot",
        str(tmp_path / "foto2"),
    ]
    assert main([*words, "--against", str(BASE), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["result"]
    assert [day["date"] for day in told["days"]] == ["2026-07-15", "2026-07-16"]
    assert told["total"]["planned"] == sum(day["planned"] for day in told["days"])
    assert "call" not in told["total"]["contacts"]
    assert told["against"]["contacts"]["call"] > 0
    assert sum(told["changes"].values()) == told["total"]["portfolio"]
    assert told["changes"]["channel"] + told["changes"].get("lost", 0) >= told["against"]["contacts"]["call"]
    assert main(words) == 0
    assert "2 " in capsys.readouterr().out


def test_figures_are_those_of_the_rows(tmp_path: Path) -> None:
    document = read_strategy(BASE.read_text("utf-8"))
    rehearsed = rehearse_day(make_world(7, people=150).write(tmp_path), document, zone="America/Bogota")
    rows, told = rehearsed.rows, rehearsed.figures
    actions = rows.filter(pl.col("channel") != "")
    assert told["planned"] == actions.height == sum(told["contacts"].values()) == sum(told["steps"].values())
    assert told["planned"] + sum(told["drops"].values()) == told["portfolio"] == sum(told["segments"].values())
    assert sum(sum(channels.values()) for channels in told["load"].values()) == actions.height
    costs = {"email": 500, "sms": 4_000, "whatsapp": 6_000, "call": 180_000}  # minor units of COP
    in_pesos = actions.filter(pl.col("currency") == "COP")
    assert told["cost_minor"]["COP"] == sum(costs[channel] for channel in in_pesos.get_column("channel"))
    assert set(told["rules"]) <= {
        code for codes in rows.get_column("reasons").to_list() for code in codes if "." in code
    }
    assert compare_rows(rows, rows).keys() <= {"same", "quiet"}
    assert sum_figures([told, told])["contacts"] == {channel: 2 * n for channel, n in told["contacts"].items()}


def test_past_days_are_kept_and_the_oldest_go(tmp_path: Path) -> None:
    archive = tmp_path / "dias"
    for number, on in enumerate((date(2026, 4, 1), ON, ON)):
        folder = tmp_path / str(number)
        folder.mkdir()
        keep_snapshot(make_world(number, people=3).write(folder, on), archive)
    assert kept_days(archive) == [ON]
    assert kept_snapshot(archive, ON).on == ON
    from acuerdo.kernel.errors import Refusal

    with pytest.raises(Refusal) as refused:
        kept_snapshot(archive, date(2026, 4, 1))
    assert refused.value.code == "snapshot-missing"


def test_validate_counts_who_falls_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_world(3, people=60).write(tmp_path)
    gaps = tmp_path / "huecos.yaml"
    text = BASE.read_text("utf-8").replace(
        "  - code: general\n    title: Los demás\n", "  - code: general\n    title: Nadie\n    when: day > 9000\n"
    )
    gaps.write_text(text, "utf-8")
    assert main(["strategy", "validate", str(gaps), "--snapshot", str(tmp_path), "--json"]) == 0
    codes = {one["code"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert "obligaciones no caen en ningún segmento" in codes["people-left-out"]["message"]
    assert codes["segment-overlap"]["line"] > 0
    assert {"people-may-be-left-out", "segment-empty"} <= set(codes)
