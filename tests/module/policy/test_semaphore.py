"""The semáforo: one light a channel, in words, in ten queries for any number of people."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from acuerdo.policy import public as policy
from acuerdo.policy.public import Subject, semaphore, semaphore_of
from tests.factories import NOW, make_creditor, make_debtor, make_obligation
from tests.module.policy.worlds import consent, permit

pytestmark = pytest.mark.django_db


def lights(obligation: Any, at: Any = NOW) -> dict[str, policy.Light]:
    subject = Subject(obligation.debtor_id, obligation.creditor_id, obligation.pk)
    with translation.override("es"):
        return {light.channel: light for light in semaphore([subject], at)[subject]}


def test_green_where_it_may_go_now(obligation: Any) -> None:
    found = lights(obligation)
    assert list(found) == ["call", "whatsapp", "sms", "email", "voice"]
    assert (found["sms"].colour, found["sms"].when, found["sms"].why) == ("green", "ahora", "")
    assert found["whatsapp"].colour == "red"
    assert found["whatsapp"].when == "no se puede"
    assert found["whatsapp"].why == "La persona no ha autorizado este canal: WhatsApp (art. 2)."


def test_amber_says_when_and_why(obligation: Any) -> None:
    permit(obligation, "call")
    light = lights(obligation, NOW + timedelta(hours=1))["call"]
    assert (light.colour, light.when) == ("amber", "mañana 7:00")
    assert light.why == "Hoy ya se contactó a la persona: máximo una vez al día (art. 3)."


@pytest.mark.parametrize(
    ("hours", "when"),
    [
        (-4, "hoy 7:00"),  # Wednesday 6:00 in Bogotá
        (9, "mañana 7:00"),  # Wednesday 19:00
        (80, "el martes 21 de julio, 7:00"),  # Saturday 18:00 before a Monday holiday
    ],
)
def test_moment_in_words(obligation: Any, hours: int, when: str) -> None:
    assert lights(obligation, NOW + timedelta(hours=hours))["sms"].when == when


def test_reasons_in_english(obligation: Any) -> None:
    permit(obligation, "call")
    subject = Subject(obligation.debtor_id, obligation.creditor_id, obligation.pk)
    with translation.override("en"):
        light = semaphore([subject], NOW, channels=("call",))[subject][0]
    assert light.why == "The person was already contacted today: once a day at most (art. 3)."


@pytest.mark.parametrize("size", [1, 15])
def test_queries_do_not_grow(size: int, django_assert_num_queries: Any) -> None:
    creditor = make_creditor()
    debtors = [make_obligation(make_debtor(), creditor).debtor for _ in range(size)]
    for debtor in debtors:
        consent(debtor, "sms")
    with django_assert_num_queries(2):
        found = semaphore_of([debtor.pk for debtor in debtors], NOW)
    assert {light.colour for light in found[debtors[0].pk] if light.channel == "sms"} == {"green"}


def test_person_without_obligations_has_no_lights() -> None:
    debtor = make_debtor()
    assert semaphore_of([debtor.pk], NOW) == {debtor.pk: []}


def test_log_of_contacts_and_refusals(obligation: Any) -> None:
    permit(obligation, "call")
    permit(obligation, "sms", at=NOW + timedelta(hours=1))
    assert [attempt.channel for attempt in policy.contact_log(obligation.debtor_id)] == ["call"]
    assert [verdict.channel for verdict in policy.refusals(obligation.debtor_id)] == ["sms"]
    day = (NOW - timedelta(hours=12), NOW + timedelta(hours=12))
    assert policy.stopped_by_rule(*day) == {"co.ley2300.art3.daily": 1}
    assert policy.stopped_by_rule(*day, creditor_ids=[]) == {}
    assert policy.attempts_by_channel(*day) == [{"channel": "call", "attempts": 1, "answered": 0, "right_party": 0}]
