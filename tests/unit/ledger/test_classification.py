"""Regulators' classes at each boundary (regulation.md §6), what stays inactive, and the shipped buckets."""

from datetime import date

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.classification import (
    ClassTable,
    class_of,
    kind_key,
    read_tables,
    shipped_tables,
    table_for,
)

ON = date(2026, 7, 15)
CONFIRMED = {table.key for table in shipped_tables()}
CO, PE = "ABCDE", ("Normal", "CPP", "Deficiente", "Dudoso", "Pérdida")

# country, kind, the last day of each class but the worst
BOUNDARIES = [
    ("co", "comercial", (30, 90, 180, 360)),
    ("co", "consumo", (30, 60, 90, 180)),
    ("co", "microcredito", (30, 60, 90, 120)),
    ("co", "vivienda", (60, 150, 360, 540)),
    ("pe", "consumo", (8, 30, 60, 120)),
    ("pe", "microempresa", (8, 30, 60, 120)),
    ("pe", "pequena_empresa", (8, 30, 60, 120)),
    ("pe", "hipotecario", (30, 60, 120, 365)),
    # Normal is day 0 alone: one day late is CPP already
    ("pe", "corporativo", (0, 60, 120, 365)),
    ("pe", "gran_empresa", (0, 60, 120, 365)),
    ("pe", "mediana_empresa", (0, 60, 120, 365)),
]


@pytest.mark.parametrize(("country", "kind", "last_days"), BOUNDARIES, ids=str)
def test_each_boundary(country: str, kind: str, last_days: tuple[int, ...]) -> None:
    codes = CO if country == "co" else PE
    for index, last in enumerate(last_days):
        on_it = class_of(country, kind, last, ON, confirmed=CONFIRMED)
        after = class_of(country, kind, last + 1, ON, confirmed=CONFIRMED)
        assert on_it is not None
        assert after is not None
        assert (on_it.code, after.code) == (codes[index], codes[index + 1])


def test_the_boundaries_are_all_the_shipped_tables() -> None:
    assert sorted((table.country, table.kind) for table in shipped_tables()) == sorted(row[:2] for row in BOUNDARIES)


@pytest.mark.parametrize(
    ("country", "kind", "is_active"),
    [
        ("co", "consumo", False),  # C in the reference: unconfirmed
        ("co", "comercial", False),  # D and E are C, and a table is as sure as its least sure row
        ("pe", "consumo", True),  # Bm
        ("pe", "hipotecario", True),  # Bm
        ("pe", "corporativo", False),  # C but for CPP
    ],
)
def test_unconfirmed_tables_wait_for_the_installation(country: str, kind: str, is_active: bool) -> None:
    table = table_for(country, kind, ON)
    assert table is not None
    assert (class_of(country, kind, 40, ON) is not None) == is_active
    confirmed = class_of(country, kind, 40, ON, confirmed=[table.key])
    assert confirmed is not None
    assert confirmed.table.citation


def test_a_kind_nobody_names_has_no_class() -> None:
    assert class_of("co", "", 40, ON, confirmed=CONFIRMED) is None
    assert class_of("co", "libranza", 40, ON, confirmed=CONFIRMED) is None
    assert class_of("mx", "consumo", 40, ON, confirmed=CONFIRMED) is None


def test_a_table_holds_from_its_date_until_a_newer_one() -> None:
    old = ClassTable("xx", "consumo", date(2020, 1, 1), "Norma 1", "A", (("A", 0), ("B", 31)))
    new = ClassTable("xx", "consumo", date(2025, 1, 1), "Norma 2", "A", (("A", 0), ("B", 16)))
    found = [class_of("xx", "consumo", 20, day, tables=[new, old]) for day in (date(2024, 12, 31), date(2025, 1, 1))]
    assert [one.code for one in found if one] == ["A", "B"]
    assert class_of("xx", "consumo", 20, date(2019, 12, 31), tables=[new, old]) is None


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Crédito de Consumo", "consumo"),
        ("CONSUMO", "consumo"),
        ("Microcrédito", "microcredito"),
        ("Créditos a pequeñas empresas", "pequena_empresa"),
        ("Hipotecario para vivienda", "hipotecario"),
    ],
)
def test_kinds_as_lenders_write_them(written: str, key: str) -> None:
    assert kind_key(written) == key


@pytest.mark.parametrize(
    "change", [{"confidence": "Z"}, {"citation": ""}, {"classes": []}, {"classes": [{"code": "A", "from_days": 5}]}]
)
def test_bad_tables_are_refused(change: dict[str, object]) -> None:
    row = {
        "kind": "x",
        "from": ON,
        "citation": "Norma",
        "confidence": "A",
        "classes": [{"code": "A", "from_days": 0}],
        **change,
    }
    with pytest.raises(Refusal) as refusal:
        read_tables({"country": "xx", "tables": [row]})
    assert refusal.value.code == "bad-classification"
