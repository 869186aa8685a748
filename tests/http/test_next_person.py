"""The next person by button: by value, permitted now, the promised call first; kept for one agent until it expires."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.policy.models import Attempt
from acuerdo.policy.public import grant_consent
from acuerdo.portfolio.models import Obligation
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


def promise_call(world: World, obligation: Obligation, minutes: int, *, actor: str = "agent") -> Attempt:
    call_at = (factories.NOW + timedelta(minutes=minutes)).isoformat()
    return Attempt.objects.create(
        debtor=obligation.debtor, creditor=world.creditor, obligation=obligation, at=factories.NOW - timedelta(days=1),
        channel="call", status="answered", disposition="CD-VOL", counts=False, actor=actor,
        details={"fields": {"call_at": call_at}, "secondary": []},
    )  # fmt: skip


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
    promised = promise_call(world, world.obligation, 0)
    promised.pk, promised.uid = None, Attempt._meta.get_field("uid").get_default()
    promised.at, promised.disposition = factories.NOW - timedelta(minutes=5), "CD-PTP"
    promised.save()
    assert pull(world) == reverse("workspace:queue")
