"""A text of prior notice that left is the notice that the law asks for: recorded once, from the day on which it left."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.actions.letters import note_fetched, note_posted
from acuerdo.messaging.models import Message, Template
from acuerdo.messaging.public import deliver_due, note_bureau_notices, plan_batch
from acuerdo.messaging.tasks import note_notices_that_left
from acuerdo.policy.models import BureauNotice, Receipt
from acuerdo.policy.public import bureau_answers
from tests.factories import NOW, TODAY, make_debtor, make_user
from tests.module.messaging.conftest import FailingChannel, World

pytestmark = pytest.mark.django_db


def asked() -> list[list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'message_ids' FROM procrastinate_jobs WHERE task_name = 'messaging:note_bureau_notices' ORDER BY id"
        )
        return [json.loads(ids) for (ids,) in cursor.fetchall()]


def send(world: World, obligation: Any, sandbox: Any, **fields: Any) -> Message:
    plan_batch([world.wish(obligation, **{"template": "aviso_previo", **fields})], NOW)
    deliver_due(NOW, sandbox)
    return Message.objects.get()


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_notice_that_left_is_recorded_once(world: World, sandbox: Any, channel: str) -> None:
    obligation = world.obligation(days_past_due=70)
    sent = send(world, obligation, sandbox, channel=channel)
    assert asked() == [[sent.pk]]
    for _ in range(2):
        note_notices_that_left([sent.pk])
    notice = BureauNotice.objects.get()
    assert (notice.obligation_id, notice.sent_on, notice.channel) == (obligation.pk, TODAY, channel)
    assert str(sent.uid) in notice.proof
    assert Receipt.objects.filter(kind="bureau").count() == 1
    told = bureau_answers([obligation], TODAY + timedelta(days=1))[obligation.pk]
    assert "notice-missing" not in told.reasons


def test_another_text_is_no_notice(world: World, sandbox: Any) -> None:
    send(world, world.obligation(), sandbox, template="temprana_8")
    assert asked() == []


def test_what_did_not_leave_is_no_notice(world: World) -> None:
    broken = FailingChannel([ExternalError("refused", "no", permanent=True)])
    send(world, world.obligation(days_past_due=70), {"email": broken})
    assert asked() == []
    assert note_bureau_notices([Message.objects.get().pk], NOW) == 0


def test_a_text_to_a_guarantor_is_not_the_debtors_notice(world: World, sandbox: Any) -> None:
    obligation = world.obligation(days_past_due=70)
    sent = send(world, obligation, sandbox)
    Message.objects.filter(pk=sent.pk).update(debtor=make_debtor("Avalista"))
    assert note_bureau_notices([sent.pk], NOW) == 0
    assert BureauNotice.objects.count() == 0


def test_a_letter_counts_from_the_post(world: World) -> None:
    obligation = world.obligation(days_past_due=70)
    template = Template.objects.filter(situation="aviso_previo", channel="letter").first()
    letter = Message.objects.create(
        plan_key="carta", debtor=obligation.debtor, creditor=obligation.creditor, obligation=obligation, channel="letter",
        template=template, receiver="Ana\nCalle 1", subject="Aviso", body="Hola", scheduled_for=NOW, created_at=NOW,
        updated_at=NOW, state="sent", sent_at=NOW, provider_ref="20260715-a.pdf",
    )  # fmt: skip
    assert note_bureau_notices([letter.pk], NOW) == 0
    by, later = make_user("supervisor"), NOW + timedelta(days=2)
    note_fetched("20260715-a.pdf", by=by, now=NOW)
    note_posted("20260715-a.pdf", by=by, now=later)
    assert asked() == [[letter.pk]]
    assert note_bureau_notices([letter.pk], later) == 1
    assert BureauNotice.objects.get().sent_on == TODAY + timedelta(days=2)
