"""Fees, waivers, pauses, write-offs and loaded caps: success, each refusal, and nothing changed on refusal."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.base.models import AuditEntry, Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, CertifiedCap, Entry
from acuerdo.ledger.public import (
    load_rate_caps,
    pause_late_interest,
    post_fee,
    refresh_states,
    statement,
    statement_view,
    waive,
    write_off,
)
from acuerdo.ledger.rules.rate_caps import RateCap
from tests.factories import allow_fees
from tests.module.ledger.test_payments import late_minor, legs, make_account, pay

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
WHO: dict[str, Any] = {"now": NOW, "actor": "mesa"}
BY: dict[str, Any] = {"now": NOW, "by": User(username="mesa", role=Role.DIRECTOR)}

pytestmark = pytest.mark.django_db


def test_a_fee_needs_its_activity_and_is_charged_once_for_it() -> None:
    make_account(late=None)
    allow_fees(1)
    first = post_fee(1, 1500, charged_on=TODAY, activity="llamada-1", **WHO)
    assert post_fee(1, 9900, charged_on=TODAY, activity="llamada-1", **WHO).pk == first.pk
    assert Account.objects.get().collection_fee_minor == 1500
    assert sorted(legs(event=first)) == sorted([("collection_fee", 1, 1500), ("fee_income", None, -1500)])
    paid = pay(amount_minor=2000)
    assert [(share.component, share.amount_minor) for share in paid.allocation][:2] == [
        ("collection_fee", 1500),
        ("contract_interest", 500),
    ]


def test_a_waiver_forgives_and_is_posted_against_income_given_up() -> None:
    make_account()
    owed = statement(1, TODAY).balance["late_interest"]
    event = waive(1, "late_interest", owed, waived_on=TODAY, reason="acuerdo", **BY)
    assert statement(1, TODAY).balance["late_interest"] == 0
    assert Account.objects.get().late_interest_minor == 0
    assert sum(amount for component, _, amount in legs(event=event) if component == "waived") == owed
    assert sum(amount for _, _, amount in legs(event=event)) == 0
    audit = AuditEntry.objects.get(chain="ledger")
    assert (audit.action, audit.payload["amount_minor"]) == ("post_waiver", owed)


def test_a_pause_stops_late_interest_and_not_the_days() -> None:
    make_account()
    refresh_states(TODAY, now=NOW)
    pause_late_interest(1, from_on=date(2026, 2, 16), to_on=date(2026, 3, 20), reason="disputa", **WHO)
    account = Account.objects.get()
    assert (account.late_interest_minor, account.days_past_due) == (late_minor(8000, 10), 43)
    refresh_states(date(2026, 3, 25), now=NOW + timedelta(days=5))
    account.refresh_from_db()
    assert account.late_interest_minor == late_minor(8000, 15) + late_minor(8000, 5)


def test_money_of_the_day_of_a_write_off_is_no_recovery_wherever_it_is_told() -> None:
    make_account(late=None)
    event = write_off(1, written_off_on=TODAY, reason="castigo", **BY)
    done = pay(amount_minor=5000, ref="mismo-dia")
    assert set(Entry.objects.filter(payment_id=done.payment_id).values_list("kind", flat=True)) == {"payment"}
    # What was lost is what was owed at the end of that day.
    assert sum(minor for part, _, minor in legs(event=event) if part == "loss") == -23_000
    document = statement_view(1, TODAY).document
    assert [line.is_recovery for line in document.payments] == [False]
    later = pay(amount_minor=1000, paid_on=TODAY + timedelta(days=1), ref="despues", now=NOW + timedelta(days=1))
    assert set(Entry.objects.filter(payment_id=later.payment_id).values_list("kind", flat=True)) == {"recovery"}


def test_a_write_off_changes_the_stage_and_later_money_is_a_recovery() -> None:
    make_account(late=None)
    event = write_off(1, written_off_on=TODAY, reason="castigo", **BY)
    account = Account.objects.get()
    assert (account.status, account.stage, account.written_off_on, account.balance_minor) == (
        "written_off",
        "written_off",
        TODAY,
        28000,
    )
    assert sorted(legs(event=event)) == [("loss", None, -28000), ("written_off", None, 28000)]
    assert write_off(1, written_off_on=TODAY, reason="otra vez", **BY).pk == event.pk
    pay(amount_minor=5000, paid_on=TODAY + timedelta(days=1), now=NOW + timedelta(days=1))
    account.refresh_from_db()
    assert (account.balance_minor, account.stage) == (23000, "written_off")
    assert set(Entry.objects.filter(payment__isnull=False).values_list("kind", flat=True)) == {"recovery"}
    refresh_states(date(2026, 3, 25), now=NOW + timedelta(days=5))
    account.refresh_from_db()
    assert (account.status, account.stage) == ("written_off", "written_off")


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda: post_fee(1, 100, charged_on=TODAY, activity="", **WHO), "fee-without-activity"),
        (lambda: post_fee(1, 0, charged_on=TODAY, activity="a", **WHO), "bad-amount"),
        (lambda: post_fee(9, 100, charged_on=TODAY, activity="a", **WHO), "unknown-account"),
        (lambda: post_fee(2, 100, charged_on=TODAY, activity="a", **WHO), "not-our-books"),
        (lambda: waive(1, "principal", 99_999_999, waived_on=TODAY, reason="", **BY), "waiver-above-balance"),
        (lambda: waive(1, "gift", 1, waived_on=TODAY, reason="", **BY), "bad-component"),
        (lambda: waive(2, "principal", 1, waived_on=TODAY, reason="", **BY), "not-our-books"),
        (lambda: pause_late_interest(1, from_on=TODAY, to_on=TODAY - timedelta(days=1), reason="", **WHO), "bad-dates"),
        (lambda: write_off(3, written_off_on=TODAY, reason="", **BY), "nothing-owed"),
    ],
)
def test_refusals_change_nothing(attempt: Callable[[], Any], code: str) -> None:
    make_account()
    make_account(2, balance_source="core")
    Account.objects.create(id=3, currency="COP", balance_source="ledger", updated_at=NOW)
    before = list(Account.objects.order_by("pk").values())
    with pytest.raises(Refusal) as refusal:
        attempt()
    assert refusal.value.code == code
    assert list(Account.objects.order_by("pk").values()) == before
    assert not AccountEvent.objects.exists()
    assert not Entry.objects.exists()


CAP = "co/consumo_y_ordinario"
APRIL = RateCap(date(2026, 4, 1), date(2026, 4, 30), Decimal("0.26"), "Resolución de prueba")


def test_a_loaded_cap_fills_the_month_that_was_missing() -> None:
    make_account(late={"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": CAP})
    with pytest.raises(Refusal, match="2026-04"):
        statement(1, date(2026, 4, 3))
    done = load_rate_caps({CAP: [APRIL]}, **WHO)
    assert (done.added, done.changed, done.unchanged) == (1, 0, 0)
    assert statement(1, date(2026, 4, 3)).days_past_due == 57
    again = load_rate_caps({CAP: [APRIL]}, **WHO)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    corrected = load_rate_caps({CAP: [RateCap(APRIL.from_on, APRIL.to_on, Decimal("0.27"))]}, **WHO)
    assert (corrected.changed, CertifiedCap.objects.get().annual) == (1, Decimal("0.27"))
    assert AuditEntry.objects.filter(action="load_rate_cap").count() == 2


def test_a_loaded_cap_comes_before_the_shipped_one_and_may_not_overlap_another() -> None:
    march = RateCap(date(2026, 3, 1), date(2026, 3, 31), Decimal("0.10"))
    make_account(late={"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": CAP})
    before = statement(1, TODAY).balance["late_interest"]
    load_rate_caps({CAP: [march]}, **WHO)
    assert statement(1, TODAY).balance["late_interest"] < before
    with pytest.raises(Refusal) as refusal:
        load_rate_caps({CAP: [RateCap(date(2026, 3, 15), date(2026, 4, 15), Decimal("0.2"))]}, **WHO)
    assert refusal.value.code == "bad-rate-cap"
    assert CertifiedCap.objects.count() == 1
