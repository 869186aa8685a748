"""Petitions as cases: what they bring about at once, their steps, and that nothing changes on a refusal."""

from datetime import date, timedelta
from typing import Any

import pytest

from acuerdo.base.audit import verify_chain
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.models import BureauNotice, Consent, Hold, Petition
from acuerdo.policy.public import (
    PlannedContact,
    abandon_petitions,
    answer_petition,
    ask_to_complete,
    authorise_bureau_report,
    bureau_answers,
    complete_petition,
    count_complaints,
    extend_petition,
    log_inbound,
    open_petition,
    open_petitions,
    petitions_visible_to,
    place_hold,
    record_bureau_notice,
    revoke_bureau_authorisation,
    take_petition,
    transfer_petition,
    withdraw_petition,
)
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY, make_agency, make_creditor, make_debtor, make_obligation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed() -> Any:
    return make_obligation(make_debtor(), make_creditor())


@pytest.fixture
def lawyer() -> Any:
    return make_user("compliance", username="cumplimiento")


def opened(owed: Any, kind: str, **more: Any) -> Petition:
    told = {"text": "Pide lo suyo", "source": "call", "actor": "gestor", "now": NOW, "obligation_id": owed.pk}
    return open_petition(owed.debtor_id, owed.creditor_id, kind, **told | more)


def refused(act: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def test_a_complaint_stops_collection_until_compliance_answers(owed: Any, lawyer: Any) -> None:
    case = opened(owed, "complaint")
    assert (case.state, case.due_on, case.legend_on) == ("received", date(2026, 8, 6), None)
    hold = Hold.objects.get(debtor=owed.debtor, kind="complaint", lifted_at=None)
    take_petition(case.pk, owner=lawyer, user=lawyer, now=NOW)
    answer_petition(case.pk, resolution="granted", answer="Se corrigió el trato.", user=lawyer, now=NOW)
    hold.refresh_from_db()
    case.refresh_from_db()
    assert (case.state, case.owner, case.ended_at) == ("answered", "cumplimiento", NOW)
    assert hold.lifted_by == "cumplimiento"
    assert [step.event for step in case.steps.all()] == ["open", "take", "answer"]
    assert verify_chain("policy").broken is None


def test_a_complaint_heard_in_a_call_becomes_a_case(owed: Any) -> None:
    contact = PlannedContact(owed.debtor_id, owed.creditor_id, "call", obligation_id=owed.pk)
    told = {"fields": {"text": "Gritó"}, "note": "Dice que le gritaron"}
    outcome = log_inbound(contact, "CD-QUE", actor="gestor", now=NOW, **told)
    case = Petition.objects.get()
    assert (case.kind, case.text, case.attempt, case.obligation) == (
        "complaint", "Dice que le gritaron", outcome.attempt, owed,
    )  # fmt: skip
    assert Hold.objects.get(kind="complaint", lifted_at=None).reason.startswith("Solicitud ")


def test_a_stop_that_another_case_or_person_placed_stays(owed: Any, lawyer: Any) -> None:
    first, second = opened(owed, "complaint"), opened(owed, "complaint")
    answer_petition(first.pk, resolution="denied", answer="No procede.", user=lawyer, now=NOW)
    assert Hold.objects.filter(kind="complaint", lifted_at=None).count() == 1
    answer_petition(second.pk, resolution="denied", answer="No procede.", user=lawyer, now=NOW)
    assert not Hold.objects.filter(kind="complaint", lifted_at=None).exists()
    place_hold(owed.debtor_id, "dispute", reason="CD-RCL", actor="gestor", now=NOW, obligation_id=owed.pk)
    third = opened(owed, "correction")
    answer_petition(third.pk, resolution="granted", answer="Corregido.", user=lawyer, now=NOW)
    assert Hold.objects.filter(kind="dispute", lifted_at=None).count() == 1  # the agent's own, never ours to lift


def test_a_revocation_ends_every_authorisation_at_once(owed: Any) -> None:
    for channel in ("sms", "call"):
        Consent.objects.create(
            debtor=owed.debtor, channel=channel, granted_at=NOW - timedelta(days=9), source="c", recorded_by="x"
        )
    opened(owed, "revocation")
    assert not Consent.objects.filter(revoked_at=None).exists()


def test_an_incomplete_claim_is_completed_or_abandoned(owed: Any, lawyer: Any) -> None:
    case = opened(owed, "deletion")
    case = ask_to_complete(case.pk, missing="Falta el documento", user=lawyer, now=NOW)
    assert (case.state, case.abandoned_on) == ("incomplete", date(2026, 9, 15))
    later = NOW + timedelta(days=20)
    case = complete_petition(case.pk, text="Lo envió", user=lawyer, now=later)
    assert (case.state, case.started_on, case.due_on) == ("in_study", date(2026, 8, 4), date(2026, 8, 27))
    other = ask_to_complete(opened(owed, "deletion").pk, missing="Falta", user=lawyer, now=NOW)
    assert abandon_petitions(NOW, today=date(2026, 9, 14)) == 0
    assert abandon_petitions(NOW, today=date(2026, 9, 15)) == 1
    assert abandon_petitions(NOW, today=date(2026, 9, 15)) == 0
    other.refresh_from_db()
    assert other.state == "withdrawn"


def test_one_extension_and_in_time(owed: Any, lawyer: Any) -> None:
    case = extend_petition(opened(owed, "access").pk, reason="Archivo externo", user=lawyer, now=NOW)
    assert case.due_on == date(2026, 8, 6)  # 30 July and five more
    assert refused(lambda: extend_petition(case.pk, reason="otra", user=lawyer, now=NOW)) == "petition-extended-already"
    late = opened(owed, "access")
    after = NOW + timedelta(days=40)
    assert refused(lambda: extend_petition(late.pk, reason="x", user=lawyer, now=after)) == "petition-step-late"
    assert refused(lambda: ask_to_complete(opened(owed, "deletion").pk, missing="x", user=lawyer, now=after)) == (
        "petition-step-late"
    )
    complaint = opened(owed, "complaint")
    assert refused(lambda: extend_petition(complaint.pk, reason="x", user=lawyer, now=NOW)) == "petition-no-extension"


def test_refusals_change_nothing(owed: Any, lawyer: Any) -> None:
    stranger = make_obligation(make_debtor(), make_creditor("Otro"))
    assert refused(lambda: opened(owed, "otra")) == "unknown-petition"
    assert refused(lambda: opened(owed, "access", text="  ")) == "petition-text-missing"
    assert refused(lambda: opened(owed, "access", received_at=NOW + timedelta(hours=1))) == "petition-in-future"
    assert refused(lambda: opened(owed, "access", obligation_id=stranger.pk)) == "obligation-mismatch"
    assert not Petition.objects.exists()
    case, agent = opened(owed, "access"), make_user("agent", username="gestor")
    answer = {"resolution": "granted", "answer": "x", "now": NOW}
    assert refused(lambda: answer_petition(case.pk, user=agent, **answer)) == "petition-not-permitted"
    assert refused(lambda: take_petition(case.pk, owner=agent, user=lawyer, now=NOW)) == "petition-not-permitted"
    assert refused(lambda: answer_petition(case.pk, user=lawyer, **answer | {"answer": " "})) == "petition-note-missing"
    assert (
        refused(lambda: answer_petition(case.pk, user=lawyer, **answer | {"resolution": "x"})) == "unknown-resolution"
    )
    assert refused(lambda: answer_petition(0, user=lawyer, **answer)) == "petition-unknown"
    assert refused(lambda: complete_petition(case.pk, text="x", user=lawyer, now=NOW)) == "petition-wrong-state"
    case.refresh_from_db()
    assert (case.state, case.steps.count()) == ("received", 1)


def test_transfer_and_withdrawal_end_it(owed: Any, lawyer: Any) -> None:
    moved = transfer_petition(opened(owed, "access").pk, to="Otra entidad", user=lawyer, now=NOW)
    gone = withdraw_petition(opened(owed, "complaint").pk, reason="La retira", user=lawyer, now=NOW)
    assert (moved.state, gone.state) == ("transferred", "withdrawn")
    assert not Hold.objects.filter(kind="complaint", lifted_at=None).exists()
    assert list(open_petitions(lawyer)) == []


def test_who_sees_which_cases(owed: Any, lawyer: Any) -> None:
    case = opened(owed, "complaint")
    rival = make_user("supervisor", username="rival", agency=make_agency("Rival"))
    assert list(petitions_visible_to(lawyer)) == [case]
    assert list(petitions_visible_to(rival)) == []
    assert count_complaints(NOW - timedelta(days=1), NOW + timedelta(days=1)) == 1
    assert count_complaints(NOW - timedelta(days=1), NOW + timedelta(days=1), creditor_ids=[0]) == 0


def test_what_a_report_to_a_bureau_still_needs(owed: Any, django_assert_num_queries: Any) -> None:
    owed.account.due_since = date(2026, 3, 1)
    owed.account.balance_minor = 900_000_00
    owed.account.save()
    told = Obligation.objects.select_related("account", "creditor").get(pk=owed.pk)
    with django_assert_num_queries(3):
        answer = bureau_answers([told], TODAY)[owed.pk]
    assert answer.reasons == ("not-authorised", "notice-missing")
    give = {"actor": "x", "today": TODAY, "now": NOW}
    authorise_bureau_report(owed.debtor_id, owed.creditor_id, granted_on=date(2026, 1, 2), proof="contrato", **give)
    sent = {"sent_on": date(2026, 6, 20), "channel": "letter", "proof": "guía 1", **give}
    record_bureau_notice(owed.pk, **sent)
    record_bureau_notice(owed.pk, **sent)
    assert BureauNotice.objects.count() == 1
    assert bureau_answers([told], TODAY)[owed.pk].verdict == "allow"
    opened(owed, "correction")
    assert bureau_answers([told], TODAY)[owed.pk].reasons == ("disputed",)
    assert revoke_bureau_authorisation(owed.debtor_id, owed.creditor_id, **give)
    assert bureau_answers([told], TODAY)[owed.pk].reasons == ("not-authorised", "disputed")
    assert refused(lambda: record_bureau_notice(owed.pk, **sent | {"proof": ""})) == "notice-proof-missing"
    assert refused(lambda: record_bureau_notice(owed.pk, **sent | {"sent_on": date(2026, 7, 16)})) == "notice-in-future"
