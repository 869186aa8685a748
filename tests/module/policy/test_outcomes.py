"""What a disposition brings about the moment it is recorded, and how an attempt's status moves."""

from datetime import date, timedelta
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.policy.models import Attempt, Hold, PolicyReading, Verdict
from tests.factories import NOW, make_phone
from tests.module.policy.worlds import consent, permit, planned

pytestmark = pytest.mark.django_db


def refused(code: str) -> Any:
    return pytest.raises(Refusal, check=lambda error: error.code == code)


def call(obligation: Any, codes: Any, *, fields: Any = None, **outcome: Any) -> policy.Outcome:
    point = make_phone(obligation.debtor)
    contact = planned(obligation, "call", contact_point_id=point.pk)
    return policy.log_contact(contact, codes, actor="gestor1", now=NOW, fields=fields, **outcome)


def test_promise_is_a_two_way_contact_that_commits(obligation: Any) -> None:
    done = call(obligation, "CD-PTP", fields={"amount": 18_000_000, "due_on": "2026-07-17"}, note="Pagará por PSE")
    assert done.commits
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.right_party, attempt.is_two_way, attempt.counts) == ("answered", True, True, True)
    assert attempt.details == {"fields": {"amount": 18_000_000, "due_on": "2026-07-17"}, "secondary": []}
    assert attempt.contact_point.ownership == 100
    assert Hold.objects.count() == 0


def test_conversation_locks_the_channel_of_the_week(obligation: Any) -> None:
    call(obligation, "CD-INT")
    next_day = NOW + timedelta(days=1)
    assert permit(obligation, "sms", at=next_day).verdict.first_rule == "co.ley2300.art3.channel"
    assert permit(obligation, "call", at=next_day).is_allowed


def test_no_answer_counts_for_the_day_only(obligation: Any) -> None:
    call(obligation, "NC-NCO")
    assert permit(obligation, "sms", at=NOW + timedelta(hours=1)).verdict.first_rule == "co.ley2300.art3.daily"
    assert permit(obligation, "sms", at=NOW + timedelta(days=1)).is_allowed


def test_number_that_does_not_exist_counts_for_nothing_and_is_closed(obligation: Any) -> None:
    done = call(obligation, "NC-NEX")
    done.attempt.contact_point.refresh_from_db()
    assert (done.attempt.counts, done.attempt.status) == (False, "failed")
    assert (done.attempt.contact_point.is_valid, done.attempt.contact_point.invalid_reason) == (False, "disconnected")
    assert permit(obligation, "sms", at=NOW + timedelta(hours=1)).is_allowed


@pytest.mark.parametrize(
    ("code", "fields", "kind", "scope"),
    [
        ("CD-YAP", {"paid_on": "2026-07-14", "means": "PSE"}, "already_paid", "obligation"),
        ("CD-RCL", {"category": "pago", "text": "No es mío"}, "dispute", "obligation"),
        ("CD-VUL", {"need": "apoyo"}, "vulnerable", "person"),
        ("CD-NOL", {"scope": "todos"}, "do_not_contact", "person"),
        ("CD-NOL", {"scope": "canal"}, "do_not_contact", "channel"),
        ("CI-FAL", {}, "deceased", "person"),
    ],
)
def test_stops_begin_with_their_code(obligation: Any, code: str, fields: Any, kind: str, scope: str) -> None:
    (hold,) = call(obligation, code, fields=fields).holds
    assert (hold.kind, hold.ends_at) == (kind, None)
    assert hold.obligation_id == (obligation.pk if scope == "obligation" else None)
    assert hold.channel == ("call" if scope == "channel" else "")


@pytest.mark.parametrize(
    ("code", "fields", "review_on"),
    [
        (
            "CD-YAP",
            {"paid_on": "2026-07-14", "means": "PSE"},
            date(2026, 7, 23),
        ),  # 5 business days; the 20th is a holiday
        ("CD-VUL", {"need": "apoyo"}, date(2026, 9, 13)),  # 60 days
        ("CD-NOL", {"scope": "todos"}, None),
    ],
)
def test_when_a_person_looks_again(obligation: Any, code: str, fields: Any, review_on: Any) -> None:
    assert call(obligation, code, fields=fields).holds[0].review_on == review_on


def test_cooling_off_ends_by_itself(obligation: Any) -> None:
    (hold,) = call(obligation, "CD-INC").holds
    assert (hold.kind, hold.ends_at) == ("cooling_off", NOW + timedelta(days=3))
    assert permit(obligation, "call", at=NOW + timedelta(days=2)).verdict.first_rule == "common.hold.pause"
    assert permit(obligation, "call", at=NOW + timedelta(days=6)).is_allowed


def test_protective_code_becomes_the_primary_one(obligation: Any) -> None:
    fields = {"amount": 1, "due_on": "2026-07-17", "scope": "todos"}
    done = call(obligation, ["CD-PTP", "CD-NOL"], fields=fields)
    assert done.attempt.disposition == "CD-NOL"
    assert done.attempt.details["secondary"] == ["CD-PTP"]
    assert len(done.holds) == 1


def test_wrong_person_closes_the_number(obligation: Any) -> None:
    done = call(obligation, "CI-EQU")
    done.attempt.contact_point.refresh_from_db()
    assert not done.attempt.contact_point.is_valid
    assert (done.attempt.right_party, done.attempt.is_two_way, done.attempt.counts) == (False, False, True)


@pytest.mark.parametrize(
    ("codes", "outcome", "code"),
    [
        ("XX-XXX", {}, "unknown-disposition"),
        ([], {}, "disposition-missing"),
        (["CD-INT", "CD-ACT", "CD-TRF", "CD-HUM", "CD-IDI"], {}, "too-many-dispositions"),
        ("CD-PTP", {"fields": {"amount": 1}}, "disposition-field-missing"),
        ("CD-INT", {"is_identity_verified": False}, "identity-not-verified"),
        ("NC-ABA", {}, "disposition-not-for-people"),
    ],
)
def test_outcomes_that_cannot_be_recorded(obligation: Any, codes: Any, outcome: Any, code: str) -> None:
    attempt = permit(obligation, "call").attempt
    with refused(code):
        policy.record_outcome(attempt.pk, codes, actor="gestor1", now=NOW, **outcome)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.disposition) == ("reserved", "")


def test_outcome_is_recorded_once(obligation: Any) -> None:
    attempt = call(obligation, "NC-NCO").attempt
    with refused("outcome-already-recorded"):
        policy.record_outcome(attempt.pk, "NC-OCU", actor="gestor1", now=NOW)
    with refused("attempt-unknown"):
        policy.record_outcome(0, "NC-OCU", actor="gestor1", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_forbidden_contact_cannot_be_logged_and_leaves_its_verdict(obligation: Any) -> None:
    night = NOW + timedelta(hours=10)
    with refused("contact-not-permitted"):
        policy.log_contact(planned(obligation, "call"), "NC-NCO", actor="gestor1", now=night)
    assert Attempt.objects.count() == 0
    assert Verdict.objects.get().first_rule == "co.ley2300.art3.hours"


def test_inbound_contact_is_never_refused_nor_counted(obligation: Any) -> None:
    sunday = NOW + timedelta(days=4, hours=8)
    done = policy.log_inbound(
        planned(obligation, "whatsapp"), "CD-INF", actor="gestor1", now=sunday, fields={"request": "saldo"}
    )
    assert (done.attempt.direction, done.attempt.counts, done.attempt.right_party) == ("in", False, True)
    assert done.attempt.is_two_way is False
    assert permit(obligation, "whatsapp", at=sunday, purpose="requested").is_allowed


def test_delivery_moves_only_forward(obligation: Any) -> None:
    attempt = permit(obligation).attempt
    assert policy.mark_attempts([attempt.pk], "sent", now=NOW) == 1
    assert policy.mark_attempts([attempt.pk], "read", now=NOW) == 1
    assert policy.mark_attempts([attempt.pk], "delivered", now=NOW) == 0
    attempt.refresh_from_db()
    assert (attempt.status, attempt.counts) == ("read", True)


def test_what_never_left_frees_the_cap_and_what_left_does_not(obligation: Any) -> None:
    kept = permit(obligation).attempt
    assert policy.mark_attempts([kept.pk], "failed", now=NOW) == 1
    sent = permit(obligation, "email", at=NOW + timedelta(hours=1)).attempt
    policy.mark_attempts([sent.pk], "sent", now=NOW)
    assert policy.mark_attempts([sent.pk], "failed", now=NOW) == 1
    assert not permit(obligation, at=NOW + timedelta(hours=2)).is_allowed
    assert list(Attempt.objects.order_by("pk").values_list("counts", flat=True)) == [False, True]


def test_statements_of_an_outcome(obligation: Any, django_assert_num_queries: Any) -> None:
    consent(obligation.debtor, "voice")
    attempt = permit(obligation, "voice").attempt
    # savepoint, whose, lock, row, update, whose receipt, salt, receipt, release
    with django_assert_num_queries(9):
        policy.record_outcome(attempt.pk, "NC-NCO", actor="gestor1", now=NOW)


@pytest.mark.parametrize(
    ("code", "fields", "stands"),
    [
        ("CD-INC", {}, False),
        ("CD-NOL", {"scope": "todos"}, True),
        ("CD-RCL", {"category": "pago", "text": "No es mío"}, True),
    ],
)
def test_correction_lifts_a_pause_but_never_a_stop(obligation: Any, code: str, fields: Any, stands: bool) -> None:
    done = call(obligation, code, fields=fields)
    policy.undo_outcome(
        done.attempt.pk, actor="gestor1", now=NOW + timedelta(minutes=1), recorded_at=NOW,
        hold_ids=[hold.pk for hold in done.holds],
    )  # fmt: skip
    assert Hold.objects.filter(lifted_at__isnull=True).exists() is stands
    assert not permit(obligation, "call", at=NOW + timedelta(hours=1)).is_allowed


def test_form_to_be_corrected_does_not_use_up_the_day(obligation: Any) -> None:
    with refused("disposition-field-missing"):
        policy.log_contact(planned(obligation, "call"), "CD-PTP", actor="gestor1", now=NOW, fields={"amount": 1})
    assert Attempt.objects.count() == Verdict.objects.count() == 0
    fields = {"amount": 1, "due_on": "2026-07-17"}
    assert policy.log_contact(planned(obligation, "call"), "CD-PTP", actor="gestor1", now=NOW, fields=fields).commits


def test_review_is_counted_from_the_creditors_own_date(obligation: Any) -> None:
    late = NOW + timedelta(hours=10, minutes=30)  # 20:30 on the 15th in Bogotá, the 16th in UTC
    done = policy.log_inbound(
        planned(obligation, "call"), "CD-VUL", actor="gestor1", now=late, fields={"need": "apoyo"}
    )
    assert done.holds[0].review_on == date(2026, 9, 13)


def test_no_note_is_kept_where_the_creditor_reads_the_law_so(obligation: Any) -> None:
    PolicyReading.objects.create(
        creditor=obligation.creditor, pack="co", name="volunteered_reason", value="never", approved_by="Comité",
        approved_on=NOW.date() - timedelta(days=30), reason="Acta 12", recorded_at=NOW,
    )  # fmt: skip
    with refused("note-not-kept"):
        call(obligation, "CD-INT", note="Se quedó sin empleo")
    attempt = Attempt.objects.get()
    assert (attempt.note, attempt.disposition) == ("", "")
    assert policy.record_outcome(attempt.pk, "CD-INT", actor="gestor1", now=NOW).attempt.note == ""
