"""How dates are written: proofs of an order, days that do not exist, and years of two digits."""

from datetime import date

import pytest

from acuerdo.portfolio.rules.dates import DateTrouble, Evidence, decide_orders, parse_date, weigh

TODAY = date(2026, 7, 13)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-05", date(2026, 2, 5)), ("2026/2/5", date(2026, 2, 5)), ("05/02/2026", date(2026, 2, 5)), ("5-2-26", date(2026, 2, 5)),
        ("20260205", date(2026, 2, 5)), ("5-feb-2026", date(2026, 2, 5)), ("5 de febrero de 2026", date(2026, 2, 5)),
        ("Feb-2026", date(2026, 2, 1)), ("46058", date(2026, 2, 5)), ("\x1fn46058", date(2026, 2, 5)), ("\x1fn46058.75", date(2026, 2, 5)),
        ("\x1fd2026-02-05", date(2026, 2, 5)), ("2016-08-15 18:22:40.000000", date(2016, 8, 15)), ("05/02/2026 10:30", date(2026, 2, 5)),
        ("29/02/2024", date(2024, 2, 29)), ("00/00/0000", None), ("0000-00-00", None),
        ("01/01/46", date(2046, 1, 1)), ("01/01/47", date(1947, 1, 1)),  # twenty years ahead at most
    ],
)  # fmt: skip
def test_dates(text: str, expected: date | None) -> None:
    assert parse_date(text, "dmy", today=TODAY) == expected


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("31/02/2026", "dmy", "date-impossible"), ("2026-02-31", "dmy", "date-impossible"), ("29/02/2026", "dmy", "date-impossible"),
        ("02/13/2026", "dmy", "date-other-order"), ("03/04/2026", None, "date-ambiguous"), ("mañana", "dmy", "date-malformed"),
        ("123", "dmy", "date-malformed"), ("\x1fn150000", "dmy", "date-malformed"), ("5-foo-2026", "dmy", "date-malformed"),
    ],
)  # fmt: skip
def test_what_is_no_date(text: str, order: str | None, code: str) -> None:
    with pytest.raises(DateTrouble, match=code):
        parse_date(text, order, today=TODAY)  # type: ignore[arg-type]


def test_evidence_and_orders() -> None:
    assert weigh(["25/04/2026", "03/04/2026", "04/04/2026", "x"]) == Evidence(dmy=1, ambiguous=1, example="03/04/2026")
    seen = {"a": Evidence(dmy=1), "b": Evidence(ambiguous=1)}
    assert {name: found.order for name, found in decide_orders(seen).items()} == {"a": "dmy", "b": "dmy"}
    assert decide_orders({"b": Evidence(ambiguous=1)})["b"].unknown
    assert decide_orders({"b": Evidence(dmy=1, mdy=1)})["b"].mixed
