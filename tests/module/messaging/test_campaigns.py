"""A campaign from its draft to its figures: two people, one message each, taken back by a pause, ended by a stop."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Payment
from acuerdo.messaging.models import Campaign, CampaignPerson, Inbound, Message, SandboxDelivery, Template
from acuerdo.messaging.public import (
    Addressed,
    CampaignText,
    approve_campaign,
    campaign_figures,
    campaign_rows,
    deliver_all_due,
    enrol_people,
    keep_preview,
    pause_campaign,
    plan_campaign,
    preview_campaign,
    resume_campaign,
    save_campaign,
    send_back_campaign,
    stop_campaign,
    submit_campaign,
)
from acuerdo.policy.models import Attempt, Consent, Hold
from acuerdo.policy.public import load_registry
from acuerdo.portfolio.models import ContactPoint
from tests.factories import NOW, TODAY, make_payment, make_user

pytestmark = pytest.mark.django_db
FIELDS = {"fecha_desde": "1 de agosto de 2026", "medio": "Efecty", "detalle": "Lleve su número de documento."}
END = NOW + timedelta(hours=6)


@pytest.fixture
def writer(db: None) -> Any:
    return make_user("supervisor")


@pytest.fixture
def reader(db: None) -> Any:
    return make_user("director")


def told(world: Any, **fields: Any) -> CampaignText:
    base = CampaignText(
        name="Ya puede pagar en Efecty", creditor_id=world.creditor.pk, segment="days_past_due >= 0",
        template="nuevo_medio_pago", channel="email", starts_at=NOW, ends_at=END, fields=FIELDS,
    )  # fmt: skip
    return replace(base, **fields)


def people(world: Any, count: int) -> list[Addressed]:
    rows = [world.obligation() for _ in range(count)]
    return [Addressed(row.debtor_id, (row.pk,)) for row in rows]


def begun(world: Any, writer: Any, reader: Any, audience: list[Addressed], **fields: Any) -> Campaign:
    row = save_campaign(told(world, **fields), by=writer, now=NOW)
    keep_preview(row.pk, preview_campaign(row, audience, NOW, message_costs_minor={"email": 100}), NOW)
    submit_campaign(row.pk, by=writer, now=NOW)
    approve_campaign(row.pk, by=reader, now=NOW)
    enrol_people(row.pk, audience, NOW)
    return Campaign.objects.get(pk=row.pk)


def test_everybody_gets_it_once_with_its_own_words(world: Any, sandbox: Any, writer: Any, reader: Any) -> None:
    row = begun(world, writer, reader, people(world, 6))
    assert plan_campaign(row.pk, END) == {"scheduled": 6}
    assert plan_campaign(row.pk, END) == {}
    assert deliver_all_due(END, sandbox).sent == 6
    body = SandboxDelivery.objects.first().body
    assert "Efecty" in body
    assert "1 de agosto de 2026" in body
    assert Campaign.objects.get().state == "finished"
    assert {attempt.purpose for attempt in Attempt.objects.all()} == {"service"}


def test_moments_are_spread_and_kept(world: Any, writer: Any, reader: Any) -> None:
    audience = people(world, 4)
    row = begun(world, writer, reader, audience)
    moments = list(CampaignPerson.objects.order_by("slot_at").values_list("slot_at", flat=True))
    assert moments == [NOW + timedelta(minutes=90 * number) for number in range(4)]
    assert enrol_people(row.pk, audience, NOW) == 0
    assert plan_campaign(row.pk, NOW + timedelta(minutes=100)) == {"scheduled": 2}


def test_two_subjects_compete(world: Any, sandbox: Any, writer: Any, reader: Any) -> None:
    row = begun(world, writer, reader, people(world, 30), subject_b="{acreedor}: pague donde le quede cerca")
    plan_campaign(row.pk, END)
    deliver_all_due(END, sandbox)
    a, b = campaign_figures(row.pk)
    assert (a.subject, b.subject, a.sent + b.sent) == ("a", "b", 30)
    subjects = {delivery.subject for delivery in SandboxDelivery.objects.all()}
    assert subjects == {
        "Banco Andino: pague donde le quede cerca",
        "Banco Andino: desde el 1 de agosto de 2026 también puede pagar por Efecty",
    }
    assert SandboxDelivery.objects.filter(subject__endswith="cerca").count() == b.sent


def test_a_pause_takes_back_what_has_not_left_and_nobody_gets_two(
    world: Any, sandbox: Any, writer: Any, reader: Any
) -> None:
    row = begun(world, writer, reader, people(world, 4))
    plan_campaign(row.pk, NOW)
    deliver_all_due(NOW, sandbox)
    plan_campaign(row.pk, NOW + timedelta(minutes=200))
    pause_campaign(row.pk, by=writer, now=NOW + timedelta(minutes=200))
    later = NOW + timedelta(minutes=210)
    assert (plan_campaign(row.pk, later), deliver_all_due(later, sandbox).sent) == ({}, 0)
    resume_campaign(row.pk, by=writer, now=later)
    plan_campaign(row.pk, END)
    deliver_all_due(END, sandbox)
    assert sorted(delivery.receiver for delivery in SandboxDelivery.objects.all()) == sorted(
        Message.objects.values_list("receiver", flat=True).distinct()
    )
    assert SandboxDelivery.objects.count() == 4
    assert Message.objects.filter(failure="campaign-paused").count() == 2


def test_a_stop_ends_it_for_good(world: Any, sandbox: Any, writer: Any, reader: Any) -> None:
    row = begun(world, writer, reader, people(world, 4))
    plan_campaign(row.pk, NOW + timedelta(minutes=200))
    stop_campaign(row.pk, by=writer, now=NOW)
    assert deliver_all_due(END, sandbox).taken == 0
    with pytest.raises(Refusal) as caught:
        resume_campaign(row.pk, by=writer, now=NOW)
    assert caught.value.code == "campaign-state"
    (figures,) = campaign_figures(row.pk)
    assert (figures.people, figures.cancelled, figures.waiting) == (4, 3, 1)


def test_the_gate_judges_each_message(world: Any, sandbox: Any, writer: Any, reader: Any) -> None:
    """Advertising asks for its own authorisation and for the registry of excluded numbers; these people gave neither."""
    Template.objects.filter(code="nuevo_medio_pago", channel="sms").update(purpose="marketing")
    row = begun(world, writer, reader, people(world, 3), channel="sms")
    blocked = row.preview["blocked"]
    assert (row.purpose, row.preview["could_leave"], sum(one["people"] for one in blocked)) == ("marketing", 0, 3)
    assert plan_campaign(row.pk, END) == {"blocked": 3}
    assert not SandboxDelivery.objects.exists()


def test_an_excluded_number_gets_no_advertising(world: Any, sandbox: Any, writer: Any, reader: Any) -> None:
    """Both authorised advertising; one of them is in the country's registry (RNE), which the gate reads once it was loaded."""
    Template.objects.filter(code="nuevo_medio_pago", channel="sms").update(purpose="marketing")
    audience = people(world, 2)
    for one in audience:
        granted = {"granted_at": NOW - timedelta(days=90), "source": "contrato", "recorded_by": "prueba"}
        Consent.objects.create(debtor_id=one.debtor_id, channel="sms", purpose="marketing", **granted)
    numbers = dict(ContactPoint.objects.filter(kind="phone").values_list("debtor_id", "value"))
    excluded, other = numbers[audience[0].debtor_id], numbers[audience[1].debtor_id]
    content = f"numero,fecha_inscripcion\n{excluded.removeprefix('+57')},2026-06-01\n".encode()
    load_registry(content, country="co", file_name="rne.csv", actor="oficial", now=NOW)
    row = begun(world, writer, reader, audience, channel="sms")
    (rule,) = row.preview["blocked"]
    assert (row.purpose, row.preview["could_leave"], rule["people"]) == ("marketing", 1, 1)
    assert rule["rule"] == "co.rne.advertising"
    assert plan_campaign(row.pk, END) == {"blocked": 1, "scheduled": 1}
    deliver_all_due(END, sandbox)
    assert [delivery.receiver for delivery in SandboxDelivery.objects.all()] == [other]
    stopped = CampaignPerson.objects.get(debtor_id=audience[0].debtor_id)
    assert (stopped.state, stopped.reason) == ("blocked", rule["rule"])


def test_each_person_is_told_by_the_first_channel_that_can_and_may(
    world: Any, sandbox: Any, writer: Any, reader: Any
) -> None:
    both, unwilling, no_mail, nowhere = (
        world.debtor(), world.debtor(channels=("sms",)), world.debtor(), world.debtor(channels=())
    )  # fmt: skip
    no_mail.contact_points.filter(kind="email").delete()
    nowhere.contact_points.all().delete()
    Hold.objects.create(
        debtor=unwilling, kind="do_not_contact", channel="email", starts_at=NOW, reason="prueba", placed_by="prueba"
    )
    rows = [world.obligation(debtor=debtor) for debtor in (both, unwilling, no_mail, nowhere)]
    audience = [Addressed(row.debtor_id, (row.pk,)) for row in rows]
    row = begun(world, writer, reader, audience, further_channels=("sms", "email"))
    assert row.channels == ["email", "sms"]
    assert row.preview["by_channel"] == {"email": 1, "sms": 2}
    assert (row.preview["could_leave"], [one["rule"] for one in row.preview["blocked"]]) == (3, ["no-contact-point"])
    assert {one["channel"] for one in row.preview["samples"]} == {"email", "sms"}
    assert plan_campaign(row.pk, END) == {"scheduled": 3, "failed": 1}
    assert deliver_all_due(END, sandbox).sent == 3
    told_by = dict(Message.objects.filter(state="sent").values_list("debtor_id", "channel"))
    assert told_by == {both.pk: "email", unwilling.pk: "sms", no_mail.pk: "sms"}


def test_the_preview_says_who_how_many_what_it_costs_and_how_it_reads(world: Any, writer: Any) -> None:
    audience = people(world, 5)
    nowhere = world.debtor(channels=())
    nowhere.contact_points.all().delete()
    audience.append(Addressed(nowhere.pk, (world.obligation(debtor=nowhere).pk,)))
    row = save_campaign(told(world, channel="sms"), by=writer, now=NOW)
    seen = preview_campaign(row, audience, NOW, message_costs_minor={"sms": 1_000})
    assert (seen["people"], seen["judged"], seen["could_leave"]) == (6, 6, 5)
    assert seen["blocked"] == [{"rule": "no-contact-point", "reason": "", "people": 1}]
    assert seen["cost_minor"] == round(5 * 1_000 * seen["parts_average"])
    assert len(seen["samples"]) == 3
    assert "Efecty" in seen["samples"][0]["body"]
    assert seen["worst"]["parts"] >= seen["parts_average"]
    assert not Message.objects.exists()
    assert not Attempt.objects.exists()


def test_what_came_of_it_is_counted(world: Any, sandbox: Any, writer: Any, reader: Any) -> None:
    audience = people(world, 3)
    row = begun(world, writer, reader, audience)
    plan_campaign(row.pk, END)
    deliver_all_due(END, sandbox)
    first, second, _third = Message.objects.order_by("pk")
    Message.objects.filter(pk=first.pk).update(state="read")
    for message, intent in ((first, "wants_to_pay"), (second, "stop")):
        Inbound.objects.create(
            debtor_id=message.debtor_id, answers=message, provider="x", key=str(message.pk), channel="email",
            sender="a@b.invalid", body="", intent=intent, at=END, received_at=END,
        )  # fmt: skip
    make_payment(first.obligation, 50_000_00, paid_on=TODAY + timedelta(days=15))
    make_payment(second.obligation, 70_000_00, paid_on=TODAY + timedelta(days=16))
    third_paid = make_payment(_third.obligation, 90_000_00, paid_on=TODAY)
    Payment.objects.create(
        account_id=_third.obligation_id, amount_minor=-90_000_00, currency="COP", paid_on=TODAY, source="prueba",
        external_ref="reversa", reverses=third_paid, recorded_at=NOW, recorded_by="prueba",
    )  # fmt: skip
    (figures,) = campaign_figures(row.pk)
    assert (figures.sent, figures.delivered, figures.read) == (3, 1, 1)
    assert (figures.answered, figures.stopped, figures.paid, figures.paid_minor) == (1, 1, 1, 50_000_00)
    lines = list(campaign_rows(row))
    assert [line[3] for line in lines] == [message.state for message in Message.objects.order_by("scheduled_for", "pk")]
    assert not any("correo.invalid" in str(cell) for line in lines for cell in line)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "campaign-name"),
        ({"template": "temprana_8"}, "campaign-text"),  # collects, so it is the strategy's to send
        ({"template": "no_existe"}, "campaign-text"),
        ({"further_channels": ("letter",)}, "campaign-text"),  # nobody wrote it for that channel
        ({"fields": {"medio": "Efecty"}}, "campaign-fields"),
        ({"fields": {**FIELDS, "detalle": "Si no paga, le vamos a embargar el sueldo."}}, "campaign-tone"),
        ({"subject_b": "Le vamos a embargar el sueldo"}, "campaign-tone"),
        ({"subject_b": "Hola, {nombre_preferid}"}, "campaign-subject"),
        ({"ends_at": NOW - timedelta(days=1)}, "campaign-period"),
        ({"share_b": 0}, "campaign-share"),
    ],
)
def test_what_cannot_be_sent_is_refused_when_it_is_written(world: Any, writer: Any, fields: Any, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        save_campaign(told(world, **fields), by=writer, now=NOW)
    assert caught.value.code == code
    assert not Campaign.objects.exists()


def test_two_people_and_a_count_before_anything_leaves(world: Any, writer: Any, reader: Any) -> None:
    row = save_campaign(told(world), by=reader, now=NOW)
    for act, by, code in (
        (lambda by: submit_campaign(row.pk, by=by, now=NOW), reader, "campaign-not-counted"),
        (lambda by: approve_campaign(row.pk, by=by, now=NOW), reader, "campaign-state"),
        (lambda by: save_campaign(told(world), by=by, now=NOW), make_user("agent"), "not-allowed"),
    ):
        with pytest.raises(Refusal) as caught:
            act(by)
        assert caught.value.code == code
    keep_preview(row.pk, preview_campaign(row, [], NOW, message_costs_minor={}), NOW)
    with pytest.raises(Refusal, match="no encuentra a nadie"):
        submit_campaign(row.pk, by=reader, now=NOW)
    keep_preview(row.pk, preview_campaign(row, people(world, 1), NOW, message_costs_minor={}), NOW)
    submit_campaign(row.pk, by=reader, now=NOW)
    with pytest.raises(Refusal, match="Otra persona"):
        approve_campaign(row.pk, by=reader, now=NOW)
    with pytest.raises(Refusal, match="Diga qué"):
        send_back_campaign(row.pk, " ", by=make_user("compliance"), now=NOW)
    assert send_back_campaign(row.pk, "Acorte el detalle", by=make_user("compliance"), now=NOW).state == "draft"
    assert save_campaign(told(world), by=reader, now=NOW, campaign_id=row.pk).previewed_at is None


def test_hundreds_take_the_queries_of_one_batch(
    world: Any, writer: Any, reader: Any, django_assert_max_num_queries: Any
) -> None:
    row = begun(world, writer, reader, people(world, 12))
    with django_assert_max_num_queries(40):
        assert plan_campaign(row.pk, END) == {"scheduled": 12}
