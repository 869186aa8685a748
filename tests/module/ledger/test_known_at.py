"""What did we believe on the 3rd: balance and days past due as they were known, whatever was recorded afterwards."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import load_rate_caps, record_payment, statement, statement_view, waive
from acuerdo.ledger.rules.rate_caps import RateCap
from tests.module.ledger.test_payments import make_account

THIRD = date(2026, 3, 3)
THEN = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
LATER = THEN + timedelta(days=10)
CAP = "co/consumo_y_ordinario"

pytestmark = pytest.mark.django_db


def pay(amount_minor: int, paid_on: date, ref: str, now: datetime) -> Any:
    return record_payment(
        1, amount_minor=amount_minor, paid_on=paid_on, source="banco", external_ref=ref, now=now, actor="caja"
    )


def test_a_back_dated_payment_changes_what_we_know_and_not_what_we_knew() -> None:
    make_account()
    believed = statement(1, THIRD)
    pay(10_000, date(2026, 2, 5), "r1", LATER)
    assert statement(1, THIRD, known_at=THEN) == believed
    assert (believed.days_past_due, statement(1, THIRD).days_past_due) == (26, 0)
    view = statement_view(1, THIRD, known_at=THEN)
    assert (view.document.statement, view.document.payments, view.transactions) == (believed, (), {})


def test_every_later_fact_is_left_out() -> None:
    make_account()
    pay(1_000, date(2026, 2, 20), "r1", THEN)
    believed = statement(1, THIRD)
    waive(
        1,
        "principal",
        500,
        waived_on=date(2026, 3, 1),
        reason="acuerdo",
        now=LATER,
        by=User(username="mesa", role=Role.DIRECTOR),
    )
    assert statement(1, THIRD, known_at=THEN) == believed
    assert statement(1, THIRD).balance_minor < believed.balance_minor


def test_a_cap_loaded_later_was_not_known_then() -> None:
    make_account(late={"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": CAP})
    april = RateCap(date(2026, 4, 1), date(2026, 4, 30), Decimal("0.26"), "Resolución de prueba")
    load_rate_caps({CAP: [april]}, now=LATER, actor="riesgo")
    assert statement(1, date(2026, 4, 3)).days_past_due == 57
    with pytest.raises(Refusal) as refusal:
        statement(1, date(2026, 4, 3), known_at=THEN)
    assert refusal.value.code == "rate-cap-missing"
