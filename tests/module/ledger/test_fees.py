"""Collection fees on real accounts: the law and the disclosed tariff decide, and the data they rest on is kept."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, DisclosedTariff, UnitValue
from acuerdo.ledger.public import disclose_tariff, load_unit_values, post_fee, statement
from tests.factories import allow_fees
from tests.module.ledger.test_payments import make_account

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
WHO: dict[str, Any] = {"now": NOW, "actor": "mesa"}
RULE: dict[str, Any] = {"from": "2026-01-01", "citation": "Contrato, cl. 8", "bands": [{"percent": "9"}]}

pytestmark = pytest.mark.django_db


def chilean_account() -> None:
    make_account(
        currency="CLP",
        terms={"collection_fees": {"country": "CL", "kind": "consumo", "tariff": "contrato"}},
    )
    disclose_tariff("contrato", RULE, **WHO)
    load_unit_values("cl/uf", {TODAY: Decimal("39500.12")}, **WHO)


def test_a_fee_within_law_and_tariff_keeps_what_it_rests_on() -> None:
    chilean_account()
    # 20,000 overdue is under 10 UF: 9 %.
    event = post_fee(1, 1_800, charged_on=TODAY, activity="a1", free_activity_on=date(2026, 2, 10), **WHO)
    assert event.details == {"tariff": "contrato", "from": "2026-01-01", "citation": "Contrato, cl. 8"}
    with pytest.raises(Refusal) as refusal:
        post_fee(1, 1, charged_on=TODAY, activity="a2", free_activity_on=date(2026, 2, 10), **WHO)
    assert refusal.value.code == "fee-above-tariff"
    assert statement(1, TODAY).balance["collection_fee"] == 1_800


@pytest.mark.parametrize(
    ("governed", "code"),
    [
        ({}, "fee-tariff-missing"),
        ({"country": "CO", "kind": "vivienda", "tariff": "contrato"}, "fee-forbidden"),
        ({"country": "PE", "kind": "Crédito de consumo", "tariff": "contrato"}, "fee-forbidden"),
        ({"country": "CO", "kind": "consumo", "tariff": "otra"}, "fee-tariff-missing"),
        ({"country": "CO", "kind": "consumo", "tariff": "contrato"}, "fee-above-tariff"),
    ],
)
def test_refusals_charge_nothing(governed: dict[str, str], code: str) -> None:
    chilean_account()
    Account.objects.update(terms={"collection_fees": governed})
    with pytest.raises(Refusal) as refusal:
        post_fee(1, 5_000, charged_on=TODAY, activity="a1", **WHO)
    assert refusal.value.code == code
    assert not AccountEvent.objects.exists()


def test_a_debt_in_order_bears_no_fee_and_a_missing_unit_refuses() -> None:
    chilean_account()
    for on, code in ((date(2026, 2, 5), "fee-not-overdue"), (date(2026, 3, 19), "unit-value-missing")):
        with pytest.raises(Refusal) as refusal:
            post_fee(1, 1, charged_on=on, activity="a1", **WHO)
        assert refusal.value.code == code


def test_what_was_disclosed_is_not_rewritten() -> None:
    disclose_tariff("contrato", RULE, **WHO)
    disclose_tariff("contrato", RULE, **WHO)
    disclose_tariff("contrato", {**RULE, "from": "2026-06-01", "bands": [{"percent": "5"}]}, **WHO)
    assert DisclosedTariff.objects.count() == 2
    with pytest.raises(Refusal) as refusal:
        disclose_tariff("contrato", {**RULE, "bands": [{"percent": "12"}]}, **WHO)
    assert refusal.value.code == "tariff-in-force"


def test_a_days_unit_value_is_loaded_once() -> None:
    days = {TODAY: Decimal("39500.12"), date(2026, 3, 21): Decimal("39510.4")}
    assert (load_unit_values("cl/uf", days, **WHO), load_unit_values("cl/uf", days, **WHO)) == (2, 0)
    for wrong, code in ((Decimal(1), "unit-value-differs"), (Decimal(0), "bad-unit-value")):
        with pytest.raises(Refusal) as refusal:
            load_unit_values("cl/uf", {TODAY: wrong}, **WHO)
        assert refusal.value.code == code
    assert UnitValue.objects.count() == 2


def test_an_accepted_fee_stays_when_the_past_is_told_anew() -> None:
    make_account(late=None)
    allow_fees(1, amount="100")
    post_fee(1, 10_000, charged_on=TODAY, activity="a1", **WHO)
    from tests.module.ledger.test_payments import pay

    pay(amount_minor=20_000, paid_on=date(2026, 3, 4))
    assert statement(1, TODAY).balance["collection_fee"] == 10_000
