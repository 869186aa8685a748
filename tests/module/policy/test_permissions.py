"""Consents, holds, own hours and readings: who may change them, what is refused, and what the audit keeps."""

from datetime import timedelta
from typing import Any

import pytest

from acuerdo.base.audit import verify_chain
from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.policy.models import Consent, ContactPreference, Hold, PolicyReading
from tests.factories import NOW, TODAY, make_debtor, make_user
from tests.module.policy.worlds import permit

pytestmark = pytest.mark.django_db


def refused(code: str) -> Any:
    return pytest.raises(Refusal, check=lambda error: error.code == code)


def place(debtor: Any, kind: str = "dispute", **fields: Any) -> Hold:
    base = {"reason": "No reconoce el cobro", "actor": "gestor1", "now": NOW}
    return policy.place_hold(debtor.pk, kind, **{**base, **fields})


def test_consent_opens_a_channel_and_revoking_closes_it(obligation: Any) -> None:
    assert not permit(obligation, "whatsapp").is_allowed
    policy.grant_consent(obligation.debtor_id, "whatsapp", source="chat", proof="«sí»", actor="gestor1", now=NOW)
    assert permit(obligation, "whatsapp").is_allowed
    assert policy.revoke_consent(obligation.debtor_id, "whatsapp", actor="gestor1", now=NOW + timedelta(hours=1)) == 1
    next_day = NOW + timedelta(days=1)
    assert not permit(obligation, "whatsapp", at=next_day).is_allowed
    assert [entry.action for entry in AuditEntry.objects.order_by("sequence")] == ["consent-granted", "consent-revoked"]
    assert verify_chain("policy").broken is None


def test_granting_twice_keeps_the_first() -> None:
    debtor = make_debtor()
    first = policy.grant_consent(debtor.pk, "sms", source="contrato", actor="a", now=NOW)
    again = policy.grant_consent(debtor.pk, "sms", source="chat", actor="b", now=NOW + timedelta(days=1))
    assert again.pk == first.pk
    assert Consent.objects.count() == 1


def test_revoking_nothing_changes_nothing() -> None:
    assert policy.revoke_consent(make_debtor().pk, "sms", actor="a", now=NOW) == 0
    assert AuditEntry.objects.count() == 0


def test_future_consent_is_refused() -> None:
    with refused("consent-in-future"):
        policy.grant_consent(
            make_debtor().pk, "sms", source="x", actor="a", now=NOW, granted_at=NOW + timedelta(seconds=1)
        )
    assert Consent.objects.count() == 0


def test_same_hold_again_keeps_the_later_end() -> None:
    debtor = make_debtor()
    first = place(debtor, "cooling_off", ends_at=NOW + timedelta(days=3))
    again = place(debtor, "cooling_off", ends_at=NOW + timedelta(days=1))
    assert (again.pk, again.ends_at) == (first.pk, NOW + timedelta(days=3))
    assert place(debtor, "cooling_off").ends_at is None
    assert Hold.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "siesta"}, "unknown-hold"),
        ({"channel": "fax"}, "unknown-channel"),
        ({"reason": "  "}, "hold-reason-missing"),
        ({"ends_at": NOW}, "hold-end-past"),
    ],
)
def test_senseless_holds_are_refused(fields: dict[str, Any], code: str) -> None:
    with refused(code):
        place(make_debtor(), **fields)
    assert Hold.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "role", "may"),
    [
        ("do_not_contact", "agent", False),
        ("do_not_contact", "supervisor", False),
        ("do_not_contact", "director", False),
        ("do_not_contact", "admin", False),
        ("do_not_contact", "compliance", True),
        ("dispute", "supervisor", False),
        ("dispute", "compliance", True),
        ("already_paid", "agent", False),
        ("already_paid", "supervisor", True),
    ],
)
def test_who_may_lift_a_hold(obligation: Any, kind: str, role: str, may: bool) -> None:
    hold = place(obligation.debtor, kind)
    user = make_user(role)
    if not may:
        with refused("hold-lift-not-permitted"):
            policy.lift_hold(hold.pk, user=user, reason="Se aclaró", now=NOW)
        assert not permit(obligation).is_allowed
        return
    policy.lift_hold(hold.pk, user=user, reason="Se aclaró", now=NOW)
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lift_reason) == (user.username, "Se aclaró")
    assert permit(obligation).is_allowed


def test_lifting_needs_a_reason_and_happens_once() -> None:
    hold = place(make_debtor())
    user = make_user("compliance")
    with refused("hold-reason-missing"):
        policy.lift_hold(hold.pk, user=user, reason=" ", now=NOW)
    policy.lift_hold(hold.pk, user=user, reason="ok", now=NOW)
    with refused("hold-already-lifted"):
        policy.lift_hold(hold.pk, user=user, reason="ok", now=NOW)
    with refused("hold-unknown"):
        policy.lift_hold(0, user=user, reason="ok", now=NOW)


def test_the_system_ends_a_pause_but_never_a_stop() -> None:
    debtor = make_debtor()
    policy.release_hold(place(debtor, "already_paid").pk, actor="conciliación", reason="Pago encontrado", now=NOW)
    with refused("hold-lift-not-permitted"):
        policy.release_hold(place(debtor, "dispute").pk, actor="conciliación", reason="x", now=NOW)
    assert Hold.objects.filter(lifted_at__isnull=True).count() == 1


def test_own_hours_bind_until_cleared(obligation: Any) -> None:
    policy.set_own_hours(obligation.debtor_id, {"mon-fri": [["18:00", "19:00"]]}, actor="gestor1", now=NOW)
    assert not permit(obligation).is_allowed
    policy.clear_own_hours(obligation.debtor_id, actor="gestor1", now=NOW)
    assert permit(obligation).is_allowed


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ({}, "invalid-windows"),
        ({"mon": [["18:00", "17:00"]]}, "invalid-windows"),
        ({"lunes": [["18:00", "19:00"]]}, "invalid-windows"),
        ({"mon": [["08:00", "09:00"], ["18:00", "19:00"]]}, "own-hours-two-spans"),
    ],
)
def test_senseless_hours_are_refused(hours: dict[str, Any], code: str) -> None:
    with refused(code):
        policy.set_own_hours(make_debtor().pk, hours, actor="a", now=NOW)
    assert ContactPreference.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "name", "value", "reason", "code"),
    [
        ("agent", "frequency_policy", "lenient_after_two_way", "SFC", "reading-not-permitted"),
        ("compliance", "frequency_policy", "as_you_like", "SFC", "unknown-reading"),
        ("compliance", "color", "azul", "SFC", "unknown-setting"),
        ("compliance", "frequency_policy", "lenient_after_two_way", "", "reading-reason-missing"),
    ],
)
def test_readings_that_nobody_may_approve(
    obligation: Any, role: str, name: str, value: str, reason: str, code: str
) -> None:
    with refused(code):
        policy.approve_reading(
            obligation.creditor_id, "co", name, value, user=make_user(role), approved_on=TODAY, reason=reason, now=NOW
        )
    assert PolicyReading.objects.count() == 0


def test_approved_reading_takes_effect_after_its_date(obligation: Any) -> None:
    user = make_user("compliance")
    policy.approve_reading(
        obligation.creditor_id, "co", "frequency_policy", "lenient_after_two_way",
        user=user, approved_on=TODAY, reason="SFC, Consejo Asesor 2024", now=NOW,
    )  # fmt: skip
    tomorrow = NOW + timedelta(days=1)
    assert permit(obligation, at=tomorrow).is_allowed
    assert permit(obligation, at=tomorrow + timedelta(hours=1)).is_allowed
