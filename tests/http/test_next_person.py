"""The next person by button: by value, permitted now, the promised call first; kept for one agent until it expires."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from acuerdo.agenda.models import Appointment
from acuerdo.agenda.public import set_profile
from acuerdo.base import clock
from acuerdo.policy.public import grant_consent
from acuerdo.portfolio.models import Obligation
from acuerdo.strategy.models import Decision
from acuerdo.workspace.models import Reservation
from tests import factories
from tests.http.conftest import World
from tests.http.worklist import plan_call


def call_to(world: World, score: int, **debtor: Any) -> Obligation:
    """Somebody on today's worklist whom the law lets us call."""
    made = factories.make_obligation(factories.make_debtor(**debtor), world.creditor)
    factories.make_phone(made.debtor)
    grant_consent(made.debtor_id, "call", source="contrato", actor="prueba", now=factories.NOW - timedelta(days=9))
    plan_call(made, score=score)
    return made


def pull(world: World, who: str = "agent", **told: str) -> str:
    return str(world.client(who).post(reverse("workspace:next_person"), told).headers["Location"])


def page_of(obligation: Obligation) -> str:
    return reverse("workspace:debtor", args=[obligation.debtor.uid])


def promise_call(world: World, obligation: Obligation, minutes: int, *, actor: str = "agent", **fields: Any) -> Any:
    agent = world.users.get(actor) or factories.make_user("agent", username=actor)
    base = {
        "kind": "phone", "starts_at": factories.NOW + timedelta(minutes=minutes), "minutes": 15, "made_by": actor,
        "made_at": factories.NOW - timedelta(days=1), "updated_at": factories.NOW, "agent": agent,
    }  # fmt: skip
    return Appointment.objects.create(
        debtor=obligation.debtor, creditor=world.creditor, obligation=obligation, **{**base, **fields}
    )


def test_the_best_is_given_to_one_agent_only(world: World) -> None:
    low, high = call_to(world, 1), call_to(world, 9)
    assert [pull(world, "agent"), pull(world, "supervisor")] == [page_of(high), page_of(low)]
    assert pull(world, "agent") == page_of(high)  # still theirs
    assert Reservation.objects.count() == 2


def test_a_reservation_ends(world: World) -> None:
    only = call_to(world, 9)
    assert pull(world, "agent") == page_of(only)
    assert pull(world, "supervisor") == reverse("workspace:queue")
    clock.set_now(factories.NOW + timedelta(minutes=11))
    assert pull(world, "supervisor") == page_of(only)


def test_whom_the_law_protects_is_passed_over(world: World) -> None:
    plan_call(world.obligation, score=99)  # has authorised no calls
    allowed = call_to(world, 1)
    assert pull(world) == page_of(allowed)


def test_the_one_left_is_not_given_again(world: World) -> None:
    first, second = call_to(world, 9), call_to(world, 1)
    assert pull(world, leave=str(first.debtor.uid)) == page_of(second)


def test_a_rival_gets_nobody_of_others(world: World) -> None:
    call_to(world, 9)
    assert pull(world, "rival_agency_agent") == reverse("workspace:queue")
    assert not Reservation.objects.exists()


def test_somebody_of_the_agent_s_language_comes_first(world: World) -> None:
    call_to(world, 9, language="en")
    spoken = call_to(world, 1)
    assert pull(world) == page_of(spoken)


@pytest.mark.parametrize(
    ("minutes", "actor", "comes"),
    [
        (0, "agent", True),  # its minute
        (30, "agent", False),  # not yet
        (-2, "otra", False),  # another agent's, and they are about to make it
        (-11, "otra", True),  # nobody made it
    ],
)
def test_a_promised_call_comes_first_at_its_minute(world: World, minutes: int, actor: str, comes: bool) -> None:
    best = call_to(world, 9)
    waits = factories.make_obligation(factories.make_debtor(), world.creditor)
    grant_consent(waits.debtor_id, "call", source="contrato", actor="prueba", now=factories.NOW - timedelta(days=9))
    promise_call(world, waits, minutes, actor=actor)
    assert pull(world) == page_of(waits if comes else best)


def test_a_promised_call_that_was_made_does_not_come_back(world: World) -> None:
    promise_call(world, world.obligation, 0, state="held")
    assert pull(world) == reverse("workspace:queue")


def test_a_follow_up_comes_after_promised_calls_and_before_the_queue(world: World) -> None:
    queued, followed, promised = call_to(world, 9), call_to(world, 1), call_to(world, 2)
    promise_call(world, followed, -60, kind="follow_up")
    promise_call(world, promised, 0)
    got = [pull(world), pull(world, leave=str(promised.debtor.uid))]
    assert got == [page_of(promised), page_of(followed)]
    Appointment.objects.update(state="held")
    assert pull(world) == page_of(queued)


def test_only_calls_of_the_agent_s_skills(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hard, easy = call_to(world, 9), call_to(world, 1)
    Decision.objects.filter(obligation=hard).update(step="juridica")
    skills = {"juridica": "legal", "temprana_8": "general"}
    monkeypatch.setattr("acuerdo.workspace.queries.queue._skills_on", lambda _on: skills)
    set_profile(world.users["agent"], skills=["general"], languages=[], by=world.users["supervisor"], now=factories.NOW)
    assert [pull(world), pull(world, "supervisor")] == [page_of(easy), page_of(hard)]


def test_languages_of_the_profile_count(world: World) -> None:
    english = call_to(world, 1, language="en")
    call_to(world, 9)
    set_profile(world.users["agent"], skills=[], languages=["en"], by=world.users["supervisor"], now=factories.NOW)
    assert pull(world) == page_of(english)
