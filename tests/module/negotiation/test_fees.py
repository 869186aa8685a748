"""A collection fee stands on a contact of the log that was carried out, about its obligation, once."""

from datetime import timedelta
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent
from acuerdo.ledger.public import disclose_tariff, statement
from acuerdo.negotiation.public import charge_collection_fee
from acuerdo.policy.models import Attempt
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY
from tests.module.negotiation.plans import make_loan

pytestmark = pytest.mark.django_db
RULE = {"from": "2026-01-01", "citation": "Contrato, cl. 8", "bands": [{"percent": "9"}]}


def loan() -> Obligation:
    made = make_loan()
    Account.objects.filter(pk=made.pk).update(
        terms={"collection_fees": {"country": "CO", "kind": "consumo", "tariff": "contrato"}}
    )
    disclose_tariff("contrato", RULE, now=NOW, actor="mesa")
    return made


def contact(about: Obligation, **changes: Any) -> Attempt:
    values = {"debtor": about.debtor, "creditor": about.creditor, "obligation": about, "at": NOW,
              "channel": "call", "status": "answered", "actor": "gestor1"}  # fmt: skip
    return Attempt.objects.create(**{**values, **changes})


def charge(attempt_id: int, amount_minor: int = 5_000_00, **changes: Any) -> Any:
    return charge_collection_fee(
        attempt_id, amount_minor, **{"charged_on": TODAY, "actor": "mesa", "now": NOW, **changes}
    )


def test_a_fee_is_charged_once_for_its_activity() -> None:
    made = loan()
    call = contact(made)
    first = charge(call.pk)
    assert charge(call.pk).pk == first.pk
    call.refresh_from_db()
    assert first.activity == str(call.uid)
    assert statement(made.pk, TODAY).balance["collection_fee"] == 5_000_00


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "reserved"}, "fee-activity-not-done"),
        ({"status": "failed"}, "fee-activity-not-done"),
        ({"direction": "in"}, "fee-activity-not-done"),
        ({"obligation": None}, "fee-activity-unknown"),
        ({"at": NOW + timedelta(days=1)}, "fee-activity-later"),
    ],
)
def test_without_a_real_activity_nothing_is_charged(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        charge(contact(loan(), **changes).pk)
    assert refused.value.code == code
    assert not AccountEvent.objects.exists()


def test_an_activity_that_is_nobody_s_and_an_amount_above_the_tariff_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        charge(0)
    assert refused.value.code == "fee-activity-unknown"
    with pytest.raises(Refusal) as above:
        charge(contact(loan()).pk, 900_000_00)
    assert above.value.code == "fee-above-tariff"
    assert not AccountEvent.objects.exists()
