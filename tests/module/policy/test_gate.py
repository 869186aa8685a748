"""The gate on real tables: what it lets out, what it refuses, what it stores, and in how many statements."""

import json
from datetime import timedelta
from typing import Any

import pytest

from acuerdo.policy.actions.gate import BATCH_MAX
from acuerdo.policy.models import Attempt, Consent, ContactPreference, Hold, PolicyReading, Receipt, Verdict
from acuerdo.policy.public import PlannedContact, ask_gate, judge_contacts, mark_attempts, permit_and_log, permit_batch
from tests.factories import NOW, TODAY, make_creditor, make_debtor, make_obligation, make_phone
from tests.module.policy.worlds import consent, permit, planned

pytestmark = pytest.mark.django_db


def test_allowed_contact_is_reserved_with_its_verdict(obligation: Any) -> None:
    done = permit(obligation, balance_stated_minor=180_000_00)
    assert done.is_allowed
    assert done.attempt.verdict_id == done.verdict.pk
    stored = Attempt.objects.get()
    assert (stored.status, stored.channel, stored.recipient, stored.counts) == ("reserved", "sms", "debtor", True)
    assert stored.balance_stated_minor == 180_000_00
    assert stored.verdict.verdict == "allow"
    assert stored.verdict.pack_version.startswith("2026.11+")


def test_second_contact_of_the_day_is_refused_and_stored(obligation: Any) -> None:
    permit(obligation)
    refused = permit(obligation, at=NOW + timedelta(hours=2))
    assert not refused.is_allowed
    assert Attempt.objects.count() == 1
    stored = Verdict.objects.get(verdict="deny")
    assert stored.first_rule == "co.ley2300.art3.daily"
    assert stored.next_allowed_at.isoformat() == "2026-07-16T12:00:00+00:00"
    assert stored.rules[0]["citation"] == "Ley 2300 de 2023, art. 3"


def test_batch_sees_its_own_reservations(obligation: Any) -> None:
    first, second = permit_batch([planned(obligation), planned(obligation, "email")], actor="prueba", now=NOW)
    assert first.is_allowed
    assert not second.is_allowed
    assert second.verdict.first_rule == "co.ley2300.art3.daily"


def test_failed_attempt_leaves_the_day_open(obligation: Any) -> None:
    done = permit(obligation)
    Attempt.objects.filter(pk=done.attempt.pk).update(status="failed", counts=False)
    assert permit(obligation, "email", at=NOW + timedelta(hours=1)).is_allowed


def test_attempt_of_a_clock_ahead_counts_at_once(obligation: Any) -> None:
    permit(obligation, at=NOW + timedelta(seconds=30))
    assert not permit(obligation).is_allowed


def no_consent(obligation: Any) -> PlannedContact:
    Consent.objects.update(revoked_at=NOW - timedelta(days=1))
    return planned(obligation)


def hold(obligation: Any) -> PlannedContact:
    Hold.objects.create(debtor=obligation.debtor, kind="dispute", starts_at=NOW, reason="r", placed_by="p")
    return planned(obligation)


def hold_by_co_debtor(obligation: Any) -> PlannedContact:
    base = {"kind": "dispute", "starts_at": NOW, "reason": "r", "placed_by": "p"}
    Hold.objects.create(debtor=make_debtor("Otro"), obligation=obligation, **base)
    return planned(obligation)


def nothing_due(obligation: Any) -> PlannedContact:
    obligation.account.balance_due_minor = 0
    obligation.account.save()
    return planned(obligation)


def stale_balance(obligation: Any) -> PlannedContact:
    return planned(obligation, balance_stated_minor=1)


def reference(obligation: Any) -> PlannedContact:
    person = make_debtor("Referencia")
    consent(person, "sms")
    obligation.parties.create(debtor=person, relation="reference")
    return planned(obligation, debtor_id=person.pk)


def stranger(obligation: Any) -> PlannedContact:
    person = make_debtor("Extraña")
    consent(person, "sms")
    return planned(obligation, debtor_id=person.pk)


def bad_point(obligation: Any) -> PlannedContact:
    return planned(obligation, contact_point_id=make_phone(obligation.debtor, is_valid=False).pk)


def doubtful_point(obligation: Any) -> PlannedContact:
    return planned(obligation, contact_point_id=make_phone(obligation.debtor, ownership=19).pk)


def own_hours(obligation: Any) -> PlannedContact:
    hours = {"mon-fri": [["18:00", "20:00"]]}
    ContactPreference.objects.create(debtor=obligation.debtor, hours=hours, instrument="", given_at=NOW)
    return planned(obligation)


def visit(obligation: Any) -> PlannedContact:
    consent(obligation.debtor, "visit")
    return planned(obligation, "visit")


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (no_consent, ["co.ley2300.art2.channel"]),
        (hold, ["common.hold.pause"]),
        (hold_by_co_debtor, ["common.hold.pause"]),
        (nothing_due, ["common.balance"]),
        (stale_balance, ["common.balance"]),
        (reference, ["common.party.reference", "co.ley2300.art4.references"]),
        (stranger, ["common.party.third_party"]),
        (bad_point, ["common.point"]),
        (doubtful_point, ["common.point"]),
        (own_hours, ["common.own_hours"]),
        (visit, ["co.ley2300.art6.visits"]),
    ],
)
def test_each_fact_stops_the_contact(obligation: Any, change: Any, rules: list[str]) -> None:
    contact = change(obligation)
    (judged,) = judge_contacts([contact], NOW)
    assert [outcome.id for outcome in judged.verdict.rules] == rules
    assert not permit_and_log(contact, actor="prueba", now=NOW).is_allowed
    assert Attempt.objects.count() == 0


def test_co_debtor_is_contacted_on_the_same_terms(obligation: Any) -> None:
    person = make_debtor("Codeudora")
    consent(person, "sms")
    obligation.parties.create(debtor=person, relation="co_debtor")
    done = permit(obligation, debtor_id=person.pk)
    assert done.is_allowed
    assert done.attempt.recipient == "co_debtor"


def test_own_hours_with_their_instrument_open_the_evening(obligation: Any) -> None:
    ContactPreference.objects.create(
        debtor=obligation.debtor,
        hours={"mon-fri": [["18:00", "20:00"]]},
        instrument="Correo del 3 de marzo",
        given_at=NOW,
    )
    evening = NOW + timedelta(hours=9, minutes=30)  # 19:30 in Bogotá
    assert permit(obligation, at=evening).is_allowed


def test_hold_on_one_obligation_leaves_the_other_free(obligation: Any) -> None:
    other = make_obligation(obligation.debtor, obligation.creditor)
    Hold.objects.create(
        debtor=obligation.debtor, obligation=obligation, kind="dispute", starts_at=NOW, reason="r", placed_by="p"
    )
    assert not permit(obligation).is_allowed
    assert permit(other).is_allowed


def test_lifted_and_ended_holds_bind_nobody(obligation: Any) -> None:
    base = {"debtor": obligation.debtor, "starts_at": NOW - timedelta(days=9), "reason": "r", "placed_by": "p"}
    Hold.objects.create(kind="dispute", lifted_at=NOW, **base)
    Hold.objects.create(kind="hardship", ends_at=NOW, **base)
    assert permit(obligation).is_allowed


def test_contact_point_of_somebody_else_is_refused(obligation: Any) -> None:
    done = permit(obligation, contact_point_id=make_phone(make_debtor("Otra")).pk)
    assert done.verdict.verdict == "refuse"
    assert done.verdict.first_rule == "common.refused.contact-point-mismatch"


def test_unknown_zone_is_refused_and_the_rest_of_the_batch_goes_on(obligation: Any) -> None:
    lost = make_obligation(make_debtor("Perdida", timezone="America/Atlantida"), obligation.creditor)
    consent(lost.debtor, "sms")
    first, second = permit_batch([planned(lost), planned(obligation)], actor="prueba", now=NOW)
    assert (first.verdict.verdict, first.verdict.first_rule) == ("refuse", "common.refused.unknown-timezone")
    assert second.is_allowed


def test_creditor_of_another_country_is_judged_by_its_own_pack() -> None:
    lima = make_obligation(make_debtor("Limeña", timezone="America/Lima"), make_creditor(country="PE"))
    done = permit(lima)
    assert done.is_allowed
    assert done.verdict.pack == "pe"


def test_country_without_a_pack_is_refused() -> None:
    obligation = make_obligation(creditor=make_creditor(country="ZZ"))
    done = permit(obligation)
    assert (done.verdict.verdict, done.verdict.first_rule) == ("refuse", "common.refused.unknown-pack")


def test_approved_reading_is_used(obligation: Any) -> None:
    PolicyReading.objects.create(
        creditor=obligation.creditor, pack="co", name="frequency_policy", value="lenient_after_two_way",
        approved_by="Comité", approved_on=TODAY - timedelta(days=30), reason="SFC 2024", recorded_at=NOW,
    )  # fmt: skip
    permit(obligation)
    assert permit(obligation, at=NOW + timedelta(hours=1)).is_allowed


def test_asking_stores_a_verdict_and_reserves_nothing(obligation: Any) -> None:
    verdict = ask_gate(planned(obligation), actor="plan", now=NOW)
    assert verdict.verdict == "allow"
    assert Verdict.objects.count() == 1
    assert Attempt.objects.count() == 0


def test_service_notice_does_not_use_up_the_day(obligation: Any) -> None:
    assert permit(obligation, purpose="service").is_allowed
    assert permit(obligation, "email", at=NOW + timedelta(hours=1)).is_allowed


@pytest.mark.parametrize("size", [1, 20])
def test_batch_takes_the_same_statements_whatever_its_size(size: int, django_assert_num_queries: Any) -> None:
    creditor = make_creditor()
    obligations = [make_obligation(make_debtor(), creditor) for _ in range(size)]
    for obligation in obligations:
        consent(obligation.debtor, "sms")
    # savepoint, facts under the locks, all answers at once, release
    with django_assert_num_queries(4):
        done = permit_batch([planned(obligation) for obligation in obligations], actor="prueba", now=NOW)
    assert all(one.is_allowed for one in done)


def test_batch_above_the_limit_is_a_bug(obligation: Any) -> None:
    with pytest.raises(ValueError, match="at most 1000"):
        permit_batch([planned(obligation)] * (BATCH_MAX + 1), actor="prueba", now=NOW)


def approve(obligation: Any, name: str, value: str) -> None:
    PolicyReading.objects.create(
        creditor=obligation.creditor, pack="co", name=name, value=value, approved_by="Comité",
        approved_on=TODAY - timedelta(days=30), reason="Acta 12", recorded_at=NOW,
    )  # fmt: skip


def test_no_call_is_begun_at_closing_time_until_somebody_approves_it(obligation: Any) -> None:
    consent(obligation.debtor, "call")
    at_closing = NOW.replace(hour=23, minute=57)  # 18:57 in Bogotá
    assert permit(obligation, "call", at=at_closing).verdict.first_rule == "co.ley2300.art3.hours.closing"
    assert permit(obligation, "sms", at=at_closing).is_allowed
    approve(obligation, "before_closing", "none")
    assert permit(obligation, "call", at=at_closing + timedelta(days=1)).is_allowed


def test_a_confirmation_counts_where_the_creditor_reads_it_so(obligation: Any) -> None:
    approve(obligation, "confirmations", "count")
    assert permit(obligation, purpose="service").is_allowed
    later = {"at": NOW + timedelta(hours=1)}
    assert permit(obligation, **later).verdict.first_rule == "co.ley2300.art3.daily"
    assert permit(obligation, purpose="service", **later).verdict.first_rule == "co.ley2300.art3.daily"


def test_a_confirmation_that_never_left_does_not_count(obligation: Any) -> None:
    approve(obligation, "confirmations", "count")
    done = permit(obligation, purpose="service")
    assert mark_attempts([done.attempt.pk], "failed", now=NOW) == 1
    assert permit(obligation, at=NOW + timedelta(hours=1)).is_allowed


def guarantor_of(obligation: Any) -> Any:
    person = make_debtor("Avalista")
    consent(person, "sms")
    obligation.parties.create(debtor=person, relation="guarantor")
    return person


def test_debtor_and_guarantor_have_caps_of_their_own(obligation: Any) -> None:
    guarantor = guarantor_of(obligation)
    assert permit(obligation).is_allowed
    assert permit(obligation, debtor_id=guarantor.pk, at=NOW + timedelta(hours=1)).is_allowed


def test_who_is_bound_by_one_debt_shares_one_cap_where_the_creditor_reads_it_so(obligation: Any) -> None:
    approve(obligation, "bound_together", "joint")
    guarantor = guarantor_of(obligation)
    assert permit(obligation, debtor_id=guarantor.pk).is_allowed
    for about in (obligation.pk, None):
        refused = permit(obligation, obligation_id=about, at=NOW + timedelta(hours=1))
        assert refused.verdict.first_rule == "co.ley2300.art3.daily"
    other = make_obligation(obligation.debtor, obligation.creditor)
    assert permit(obligation, obligation_id=other.pk, at=NOW + timedelta(hours=1)).is_allowed


def test_one_batch_keeps_a_shared_cap(obligation: Any) -> None:
    approve(obligation, "bound_together", "joint")
    guarantor = guarantor_of(obligation)
    contacts = [planned(obligation), planned(obligation, debtor_id=guarantor.pk)]
    assert [one.is_allowed for one in permit_batch(contacts, actor="prueba", now=NOW)] == [True, False]


def test_the_receipt_holds_the_contacts_with_others_that_were_counted(obligation: Any) -> None:
    approve(obligation, "bound_together", "joint")
    done = permit(obligation, debtor_id=guarantor_of(obligation).pk)
    permit(obligation, at=NOW + timedelta(hours=1))
    facts = json.loads(Receipt.objects.order_by("-sequence").values_list("payload", flat=True)[0])["facts"]
    assert facts["history"] == []
    assert [row[0] for row in facts["history_of_others"]] == [str(done.attempt.uid)]
