"""`acuerdo ledger classes|buckets|tariffs|statement`: answers, exit status, and what a wrong file or name gets told."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from acuerdo.base import clock
from acuerdo.config.cli import installation
from acuerdo.config.cli.main import main
from acuerdo.ledger.models import BucketSet, DisclosedTariff, UnitValue
from acuerdo.ledger.public import confirmed_tables, record_payment
from tests import factories

pytestmark = pytest.mark.django_db
CONSUMO = "co/consumo/1995-01-01"


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "open_installation", lambda: None)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    status = main(["ledger", *map(str, words), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_class_table_is_confirmed_and_withdrawn(capsys: pytest.CaptureFixture[str]) -> None:
    before = run(capsys, "classes", "list")[1]["tables"]
    assert [row["in_use"] for row in before if row["key"] == CONSUMO] == [False]
    assert run(capsys, "classes", "confirm", CONSUMO, "--reason", "Cap. XXXI leído") == (
        0, {"status": "done", "key": CONSUMO, "in_use": True},
    )  # fmt: skip
    assert confirmed_tables() == {CONSUMO}
    assert run(capsys, "classes", "withdraw", CONSUMO, "--reason", "derogada")[0] == 0
    assert confirmed_tables() == set()
    status, document = run(capsys, "classes", "confirm", "co/nada", "--reason", "x")
    assert (status, document["code"]) == (1, "unknown-class-table")


def test_buckets_are_set_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "franjas.csv"
    file.write_text("name,from_days\nal día,0\nmora,1\n", encoding="utf-8")
    day = clock.business_date()
    status, document = run(capsys, "buckets", "set", file, "--from", day, "--reason", "Comité")
    assert (status, document["buckets"][1]) == (0, {"name": "mora", "from_days": 1})
    assert [row["name"] for row in run(capsys, "buckets", "list")[1]["buckets"]] == ["al día", "mora"]
    assert len(run(capsys, "buckets", "list", "--on", "2020-01-01")[1]["buckets"]) == 8
    file.write_text("name,from_days\nal día,cero\n", encoding="utf-8")
    status, document = run(capsys, "buckets", "set", file, "--from", day, "--reason", "Comité")
    assert (status, document["code"], document["where"]["row"]) == (1, "bad-row", 2)
    assert BucketSet.objects.count() == 1


def test_tariffs_and_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule, units = tmp_path / "tarifa.yaml", tmp_path / "uf.csv"
    rule.write_text("from: 2026-01-01\ncitation: Contrato, cl. 8\nbands: [{amount: '12000'}]\n", encoding="utf-8")
    units.write_text("on,value\n2026-03-20,39500.12\n2026-03-21,39510.40\n", encoding="utf-8")
    assert run(capsys, "tariffs", "disclose", "estandar", rule)[0] == 0
    assert run(capsys, "tariffs", "units", "cl/uf", units)[1]["added"] == 2
    assert (DisclosedTariff.objects.get().key, UnitValue.objects.count()) == ("estandar", 2)
    listed = run(capsys, "tariffs", "list")[1]["tariffs"]
    assert {row["source"] for row in listed} == {"law", "disclosed"}
    rule.write_text("[", encoding="utf-8")
    assert run(capsys, "tariffs", "disclose", "otra", rule)[1]["code"] == "bad-fee-tariff"
    units.write_text("on,value\nayer,1\n", encoding="utf-8")
    assert run(capsys, "tariffs", "units", "cl/uf", units)[1]["code"] == "bad-row"


def test_a_statement_as_it_was_believed(capsys: pytest.CaptureFixture[str]) -> None:
    obligation = factories.make_obligation()
    type(obligation.account).objects.filter(pk=obligation.pk).update(balance_source="ledger", terms={})
    obligation.account.instalments.model.objects.filter(account_id=obligation.pk).delete()
    obligation.account.instalments.create(
        number=1, due_on=date(2026, 2, 5), principal_minor=10_000, total_minor=10_000, cum_due_minor=10_000
    )
    record_payment(
        obligation.pk, amount_minor=10_000, paid_on=date(2026, 2, 5), source="b", external_ref="r", actor="x",
        now=datetime(2026, 3, 13, tzinfo=UTC),
    )  # fmt: skip
    asked = ("statement", obligation.number, "--as-of", "2026-03-03")
    then = run(capsys, *asked, "--known-on", "2026-03-03")[1]
    now = run(capsys, *asked)[1]
    assert [(one["balance"]["total"], one["days_past_due"]) for one in (then, now)] == [("100.00", 26), ("0.00", 0)]
    assert main(["ledger", *asked]) == 0
    assert "0 días de mora" in capsys.readouterr().out
    status, document = run(capsys, "statement", "no-existe")
    assert (status, document["code"]) == (1, "unknown-account")
