"""Certified caps: what ships, what is missing, and what only counts once confirmed."""

import csv
from datetime import date
from decimal import Decimal
from importlib import resources

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.rates import usury_from_ibc
from acuerdo.ledger.rules.rate_caps import RateCap, cap_table, read_caps, shipped_caps
from tests.unit.ledger.published import published, say

CONSUMER = "co/consumo_y_ordinario"


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2026, 3, 31), "25.52"),
        (date(2026, 10, 1), "28.59"),
        (date(2023, 4, 15), "47.09"),
        (date(2016, 9, 30), "32.01"),
    ],
)
def test_a_day_has_its_months_cap(day: date, percent: str) -> None:
    assert shipped_caps()[CONSUMER].require(day).annual == Decimal(percent) / 100


@pytest.mark.parametrize(
    "day", [date(2026, 4, 1), date(2026, 7, 31), date(2026, 11, 1), date(2018, 1, 1), date(2000, 1, 1)]
)
def test_a_missing_month_is_refused_by_name(day: date) -> None:
    with pytest.raises(Refusal, match=f"{day:%Y-%m}") as refusal:
        shipped_caps()[CONSUMER].require(day)
    assert refusal.value.code == "rate-cap-missing"


def test_unconfirmed_months_stay_out_until_asked_for() -> None:
    day = date(2023, 8, 15)
    assert shipped_caps()[CONSUMER].on(day) is None
    unconfirmed = shipped_caps(include_unconfirmed=True)[CONSUMER].require(day)
    assert (unconfirmed.annual, unconfirmed.confidence) == (Decimal("0.4313"), "C")


def test_every_shipped_row_is_cited_and_agrees_with_its_ibc() -> None:
    text = resources.files("acuerdo.ledger").joinpath("data", "rate_caps", "co.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert len(rows) == 130
    for row in rows:
        assert row["citation"], row
        if row["ibc_percent"] and row["confidence"] != "C":
            assert usury_from_ibc(Decimal(row["ibc_percent"])) == Decimal(row["annual_percent"]), row


def test_agrees_with_the_published_anchor_points(capsys: pytest.CaptureFixture[str]) -> None:
    agreed, apart = 0, []
    with (published("colombia_usury_rate") / "usury_anchor_points.csv").open() as file:
        for row in csv.DictReader(file):
            found = shipped_caps()[CONSUMER].on(date.fromisoformat(row["valid_from"]))
            if found is None or not row["usury_ea_pct"]:
                continue
            if found.annual == Decimal(row["usury_ea_pct"]) / 100:
                agreed += 1
            else:
                apart.append(row)
    say(capsys, f"usury anchors: {agreed} agree, {len(apart)} do not")
    assert apart == []
    assert agreed >= 8


def test_spans_show_the_holes() -> None:
    table = cap_table(
        "x",
        [
            RateCap(date(2026, 1, 1), date(2026, 1, 31), Decimal("0.2")),
            RateCap(date(2026, 3, 1), date(2026, 3, 31), Decimal("0.3")),
        ],
    )
    spans = [
        (str(first), str(last), row.annual if row else None)
        for first, last, row in table.spans(date(2025, 12, 30), date(2026, 3, 2))
    ]
    assert spans == [
        ("2025-12-30", "2025-12-31", None),
        ("2026-01-01", "2026-01-31", Decimal("0.2")),
        ("2026-02-01", "2026-02-28", None),
        ("2026-03-01", "2026-03-02", Decimal("0.3")),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [RateCap(date(2026, 1, 31), date(2026, 1, 1), Decimal("0.2"))],  # reversed
        [RateCap(date(2026, 1, 1), date(2026, 1, 31), Decimal(25))],  # percent for fraction
        [
            RateCap(date(2026, 1, 1), date(2026, 1, 31), Decimal("0.2")),
            RateCap(date(2026, 1, 31), date(2026, 2, 28), Decimal("0.2")),
        ],
    ],
)
def test_impossible_tables_are_refused(rows: list[RateCap]) -> None:
    with pytest.raises(Refusal) as refusal:
        cap_table("x", rows)
    assert refusal.value.code == "bad-rate-cap"


def test_reads_lines_with_comments() -> None:
    lines = [
        "# source",
        "key,from,to,annual_percent,ibc_percent,confidence,citation",
        "a,2026-01-01,2026-01-31,20,,A,Ley",
    ]
    assert read_caps(lines)["a"].on(date(2026, 1, 5)) == RateCap(
        date(2026, 1, 1), date(2026, 1, 31), Decimal("0.20"), "Ley"
    )
