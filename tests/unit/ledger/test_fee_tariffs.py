"""Collection fees: what the law of each country allows, what was disclosed, and every refusal by its code."""

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.answers import answer_replay
from acuerdo.ledger.rules.fee_tariffs import FeeBand, FeeCase, FeeTariff, FeeTerms, check_fee, law_for, shipped_laws

ON = date(2026, 3, 28)
UF = Decimal("39500.12")
DISCLOSED = FeeTariff("own", date(2026, 1, 1), "scale", "Contrato, cl. 8", bands=(FeeBand(percent=Decimal(9)),))


def case(overdue: int, days: int = 25, **more: Any) -> FeeCase:
    free = {"free_activity_on": date(2026, 3, 10), "due_since": date(2026, 3, 3)}
    return FeeCase(on=ON, currency="CLP", overdue_minor=overdue, days_past_due=days, **(free | more))


def terms(country: str = "cl", kind: str = "consumo", *disclosed: FeeTariff) -> FeeTerms:
    return FeeTerms(country, kind, disclosed or (DISCLOSED,), {"cl/uf": {ON: UF}})


@pytest.mark.parametrize(
    ("overdue", "limit"),
    [
        (395_001, 35_550),  # 10 UF and less: 9 %
        (395_002, 23_700),  # above 10 UF: 6 % of all of it, the strictest reading
        (1_975_006, 118_500),  # 50 UF
        (1_975_007, 59_250),  # above 50 UF: 3 %
    ],
)
def test_chiles_scale(overdue: int, limit: int) -> None:
    check_fee(limit, case(overdue), terms())
    with pytest.raises(Refusal) as refusal:
        check_fee(limit + 1, case(overdue), terms())
    assert refusal.value.code == "fee-above-tariff"
    assert "Ley 19.496" in refusal.value.message


def test_chiles_limit_is_for_all_fees_of_the_arrears_and_falls_without_a_free_activity() -> None:
    check_fee(25_550, case(395_001, charged_minor=10_000), terms())
    lower = 27_650  # 35,550.09 less 0.2 UF (7,900.02), rounded down
    check_fee(lower, case(395_001, free_activity_on=None), terms())
    for wrong in (case(395_001, charged_minor=10_001), case(395_001, free_activity_on=date(2026, 3, 19))):
        with pytest.raises(Refusal, match="pasa de lo permitido"):
            check_fee(25_550 if wrong.charged_minor else lower + 1, wrong, terms())


OWN = FeeTariff("own", date(2026, 1, 1), "scale", "Tarifas", bands=(FeeBand(amount=Decimal(12000)),))


@pytest.mark.parametrize(
    ("country", "kind", "more", "amount", "code"),
    [
        ("co", "vivienda", {}, 1, "fee-forbidden"),
        ("pe", "consumo", {}, 1, "fee-forbidden"),
        ("pe", "microempresa", {}, 1, "fee-forbidden"),
        ("cl", "consumo", {"days_past_due": 20}, 1, "fee-too-early"),
        ("co", "consumo", {"days_past_due": 0}, 1, "fee-not-overdue"),
        ("co", "consumo", {}, 12_001, "fee-above-tariff"),
        ("cl", "consumo", {"on": date(2026, 3, 29)}, 1, "unit-value-missing"),
        ("co", "consumo", {"on": date(2025, 12, 31)}, 1, "fee-tariff-missing"),
        ("ec", "consumo", {"days_past_due": 45, "overdue_minor": 50}, 1, "fee-tariff-missing"),
        ("ec", "consumo", {"overdue_minor": 50, "charged_on": (date(2026, 3, 2),)}, 1, "fee-once-a-month"),
    ],
)
def test_refusals_by_law_and_tariff(country: str, kind: str, more: dict[str, Any], amount: int, code: str) -> None:
    base: dict[str, Any] = {"on": ON, "currency": "CLP", "overdue_minor": 300_000, "days_past_due": 25}
    with pytest.raises(Refusal) as refusal:
        check_fee(amount, FeeCase(**(base | more)), terms(country, kind, OWN))
    assert refusal.value.code == code


def test_colombia_asks_for_a_disclosed_tariff_and_no_more() -> None:
    assert check_fee(12_000, case(300_000, days=1), terms("co", "consumo", OWN)).citation == "Tarifas"
    with pytest.raises(Refusal, match="informada"):
        check_fee(1, case(300_000), FeeTerms("co", "consumo"))


def test_every_law_is_cited_and_holds_from_its_date_on() -> None:
    assert all(law.citation and law.confidence for law in shipped_laws())
    assert law_for("PE", "consumo", date(2021, 5, 9)) is None
    assert law_for("CL", "hipotecario", ON) == law_for("cl", "consumo", ON)


@given(st.integers(1, 10**9), st.integers(1, 400), st.integers(0, 10**8))
def test_no_accepted_fee_is_above_any_rule(overdue: int, days: int, amount: int) -> None:
    try:
        check_fee(amount + 1, case(overdue, days), terms())
    except Refusal:
        return
    assert days > 20
    assert (amount + 1) * 100 <= overdue * 9


QUESTION: dict[str, Any] = {
    "currency": "CLP",
    "obligation": {
        "schedule": {"given": [{"due_on": "2026-03-03", "principal": "395001"}]},
        "collection_fees": {
            "country": "cl", "kind": "Crédito de consumo",
            "tariff": [{"from": "2026-01-01", "citation": "Contrato, cl. 8", "bands": [{"percent": "9"}]}],
        },
    },
    "unit_values": {"cl/uf": [{"on": "2026-03-28", "value": "39500.12"}]},
    "events": [
        {"on": "2026-03-28", "type": "fee", "amount": "35550", "activity": "a1", "free_activity_on": "2026-03-10"}
    ],
    "as_of": ["2026-03-28"],
}  # fmt: skip


def test_the_replay_charges_within_the_tariff_and_refuses_the_next_peso() -> None:
    answer = answer_replay(QUESTION)
    assert answer["statements"][0]["balance"]["collection_fee"] == "35550"
    assert answer["changes"][0] | {"shares": 0} == {
        "uid": "events[0]", "type": "fee", "on": "2026-03-28", "amount": "35550", "shares": 0, "about": "a1",
    }  # fmt: skip
    question = copy.deepcopy(QUESTION)
    question["events"].append({"on": "2026-03-28", "type": "fee", "amount": "1", "activity": "a2"})
    with pytest.raises(Refusal) as refusal:
        answer_replay(question)
    assert refusal.value.code == "fee-above-tariff"


@pytest.mark.parametrize(
    "row", [{}, {"from": "2026-01-01", "citation": "x", "bands": [{}]}, {"from": "nunca", "citation": "x"}]
)
def test_a_tariff_that_cannot_be_read_is_refused(row: dict[str, Any]) -> None:
    question = copy.deepcopy(QUESTION)
    question["obligation"]["collection_fees"]["tariff"] = [row]
    with pytest.raises(Refusal) as refusal:
        answer_replay(question)
    assert refusal.value.code == "bad-fee-tariff"
