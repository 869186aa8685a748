"""Contact checks over HTTP: the gate's own verdicts, within the key's scope, with no way round by any input."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acuerdo.policy.models import Attempt, Consent, Receipt, Verdict
from acuerdo.policy.public import PlannedContact, permit_and_log, place_hold
from acuerdo.policy.rules.vocabulary import CHANNELS, PURPOSES
from acuerdo.portfolio.models import ObligationParty
from tests import factories
from tests.factories import NOW
from tests.http.conftest import World
from tests.http.test_api import CALLERS, make_key, problem, secrets  # noqa: F401 - a fixture

SCOPED = (401, 200, 200, 200, 200, 200, 200, 200, 200, 401)  # another's obligation: 200, with a problem inside


@pytest.fixture
def key(world: World) -> str:
    """A director's key, and a debtor who authorised every channel."""
    long_ago = NOW - timedelta(days=60)
    Consent.objects.bulk_create(
        Consent(debtor=world.debtor, channel=channel, granted_at=long_ago, source="contrato", recorded_by="x")
        for channel in CHANNELS
    )
    return make_key("consultas")


def check(secret: str, *checks: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    body = {"checks": list(checks)}
    return Client().post("/api/v1/contact-checks", body, content_type="application/json", headers=headers)


def asked(world: World, **changes: Any) -> dict[str, Any]:
    return {"obligation": str(world.obligation.uid), "channel": "call", **changes}


def test_a_single_check_is_the_gates_verdict_and_stores_nothing(world: World, key: str) -> None:
    (told,) = check(key, asked(world)).json()["checks"]
    assert (told["verdict"], told["rules"], told["recipient"], told["problem"]) == ("allow", [], "debtor", None)
    assert permit_and_log(
        PlannedContact(world.debtor.pk, world.creditor.pk, "call", obligation_id=world.obligation.pk),
        actor="x",
        now=NOW,
    ).is_allowed
    (after,) = check(key, asked(world)).json()["checks"]
    assert after["verdict"] == "deny"
    assert after["next_allowed_at"] == "2026-07-16T07:00:00-05:00"
    rule = next(one for one in after["rules"] if one["id"] == "co.ley2300.art3.daily")
    assert "Ley 2300" in rule["citation"]
    assert rule["reason"]
    assert rule["reason_en"]
    assert (Verdict.objects.count(), Attempt.objects.count(), Receipt.objects.count()) == (1, 1, 1)


def test_who_may_ask_and_what_they_see(world: World, key: str, secrets: dict[str, str]) -> None:  # noqa: F811
    answers = {who: check(secrets[who], asked(world)) for who in CALLERS}
    assert {who: answer.status_code for who, answer in answers.items()} == dict(zip(CALLERS, SCOPED, strict=True))
    for who in ("rival_agency", "other_creditor"):
        (told,) = answers[who].json()["checks"]
        assert (told["verdict"], told["problem"]["code"]) == (None, "not-found")
    for who in ("agent", "director", "own_agency"):
        assert answers[who].json()["checks"][0]["verdict"] == "allow"


def test_what_does_not_exist_spoils_only_its_own_answer(world: World, key: str) -> None:
    stranger = factories.make_debtor("Ajena")
    strange_phone = factories.make_phone(stranger)
    told = check(
        key,
        asked(world, obligation=str(uuid4())),
        asked(world),
        asked(world, debtor=str(stranger.uid)),
        asked(world, contact_point=str(strange_phone.uid)),
        asked(world, contact_point=str(world.phone.uid)),
    ).json()["checks"]
    assert [one["verdict"] for one in told] == [None, "allow", None, None, "allow"]
    assert {one["problem"]["code"] for one in told if one["problem"]} == {"not-found"}


def test_a_reference_is_judged_as_what_the_records_say(world: World, key: str) -> None:
    reference = factories.make_debtor("Referencia Ficticia")
    ObligationParty.objects.create(obligation=world.obligation, debtor=reference, relation="reference")
    (told,) = check(key, asked(world, debtor=str(reference.uid))).json()["checks"]
    assert (told["verdict"], told["recipient"], told["next_allowed_at"]) == ("deny", "reference", None)


@pytest.mark.parametrize(
    "checks",
    [
        [],
        [{"channel": "call"}],
        [{"obligation": "no", "channel": "call"}],
        [{"obligation": str(uuid4()), "channel": "fax"}],
        [{"obligation": str(uuid4()), "channel": "call", "purpose": "otra"}],
        [{"obligation": str(uuid4()), "channel": "call", "evidence": ["inventada"]}],
        [{"obligation": str(uuid4()), "channel": "call"}] * 10_001,
    ],
)
def test_malformed_requests_are_refused_whole(world: World, key: str, checks: list[dict[str, Any]]) -> None:
    assert problem(check(key, *checks)) == (422, "invalid-request")


def test_a_thousand_take_the_statements_of_one(world: World, key: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        few = check(key, asked(world, contact_point=str(world.phone.uid), debtor=str(world.debtor.uid)))
    with django_assert_max_num_queries(12):
        many = check(key, *[asked(world, channel=channel) for channel in CHANNELS for _ in range(140)])
    assert (few.status_code, many.status_code, len(many.json()["checks"])) == (200, 200, 980)


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.just("debtor"))
tricks = st.fixed_dictionaries(
    {"channel": st.sampled_from(CHANNELS)},
    optional={
        "purpose": st.sampled_from(PURPOSES),
        "evidence": st.lists(st.sampled_from(["visit_authorisation", "unreachable_documented"]), max_size=2),
        **dict.fromkeys(("recipient", "timezone", "at", "holds", "consents", "settings", "history", "force"), anything),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trick=tricks)
def test_no_input_talks_the_gate_into_a_held_contact(world: World, key: str, trick: dict[str, Any]) -> None:
    """Whatever else the body says, a person who must not be contacted is not."""
    place_hold(world.debtor.pk, "do_not_contact", reason="Lo pidió", actor="x", now=NOW)
    answer = check(key, asked(world, **trick))
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        (told,) = answer.json()["checks"]
        # What the customer asked for, and confirmations, go out as the law has it (Ley 2300 de 2023, art. 8).
        assert told["verdict"] == "deny" or trick.get("purpose") in ("requested", "service")
