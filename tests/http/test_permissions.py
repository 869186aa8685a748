"""Who may open which screen: a table over the fixed cast. A view that is in no row fails the first test."""

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.http.conftest import CAST, World

# Answer of each screen to: anonymous, agent, supervisor, director, compliance, admin, own agency's agent, rival agency's agent.
# 302 for anonymous is the way to the log-in.
TABLE: dict[str, tuple[int, ...]] = {
    "queue": (302, 200, 200, 403, 403, 403, 200, 200),
    "board": (302, 403, 200, 200, 200, 403, 403, 403),
    "board_export": (302, 403, 200, 200, 200, 403, 403, 403),
    "decisions": (302, 403, 200, 200, 200, 403, 403, 403),
    "approvals": (302, 403, 200, 200, 403, 403, 403, 403),
    "core": (302, 403, 200, 200, 403, 200, 403, 403),
    "core_export": (302, 403, 200, 200, 403, 200, 403, 403),
    "approvals_count": (302, 403, 200, 200, 403, 403, 403, 403),
    "portfolio": (302, 403, 200, 200, 200, 200, 403, 403),
    "portfolio_export": (302, 403, 200, 200, 200, 403, 403, 403),
    "compliance": (302, 403, 403, 200, 200, 403, 403, 403),
    "compliance_export": (302, 403, 403, 200, 200, 403, 403, 403),
    "compliance_period": (302, 403, 403, 200, 200, 403, 403, 403),
    "compliance_period_export": (302, 403, 403, 200, 200, 403, 403, 403),
    "bureau_cases": (302, 403, 403, 200, 200, 403, 403, 403),
    "bureau_export": (302, 403, 403, 200, 200, 403, 403, 403),
    "erasures": (302, 403, 200, 200, 200, 403, 403, 403),
    "petitions": (302, 403, 200, 200, 200, 403, 403, 403),
    "petitions_export": (302, 403, 200, 200, 200, 403, 403, 403),
    "holds": (302, 403, 200, 200, 200, 403, 403, 403),
    "rules": (302, 403, 200, 200, 200, 200, 403, 403),
    "strategy": (302, 403, 200, 200, 200, 200, 403, 403),
    "templates": (302, 403, 200, 200, 200, 200, 403, 403),
    "users": (302, 403, 403, 403, 403, 200, 403, 403),
    "new_user": (302, 403, 403, 403, 403, 200, 403, 403),
    "day": (302, 403, 200, 200, 403, 200, 403, 403),
    "day_progress": (302, 403, 200, 200, 403, 200, 403, 403),
    "search": (302, 200, 200, 200, 200, 200, 200, 200),
    # about one person: the rival agency's agent is told that they do not exist
    "debtor": (302, 200, 200, 200, 200, 200, 200, 404),
    "light": (302, 200, 200, 200, 200, 200, 200, 404),
    "habit": (302, 200, 200, 200, 200, 200, 200, 404),
    "plan_card": (302, 200, 200, 200, 200, 200, 200, 404),
    "timeline": (302, 200, 200, 200, 200, 200, 200, 404),
    "contact_calendar": (302, 200, 200, 200, 200, 200, 200, 404),
    "new_petition": (302, 200, 200, 200, 200, 403, 200, 404),
    "bureau": (302, 403, 403, 200, 200, 403, 403, 403),
    "incoming": (302, 200, 200, 403, 403, 403, 200, 404),
    "outcome_fields": (302, 200, 200, 403, 403, 403, 200, 404),
}
# The same for what changes something (POST); 422 is a form sent empty, 409 a refusal, 302 done.
POSTS: dict[str, tuple[int, ...]] = {
    "unmask": (302, 200, 200, 403, 200, 403, 200, 404),
    "place_hold": (302, 422, 422, 403, 422, 403, 422, 404),
    "new_petition": (302, 422, 422, 422, 422, 403, 422, 404),
    "bureau": (302, 403, 403, 422, 422, 403, 403, 403),
    "call": (302, 200, 200, 403, 403, 403, 200, 404),
    # nobody has contacted this person: there is nothing to put in one
    "expediente": (302, 403, 403, 409, 409, 403, 403, 403),
    "next_person": (302, 302, 302, 403, 403, 403, 302, 302),
    "run_day": (302, 403, 302, 302, 403, 302, 403, 403),
    "next_day": (302, 403, 302, 302, 403, 302, 403, 403),
    "new_user": (302, 403, 403, 403, 403, 422, 403, 403),
    "switch_user": (302, 403, 403, 403, 403, 302, 403, 403),
    "reset_password": (302, 403, 403, 403, 403, 200, 403, 403),
}
OPEN = {
    "login", "logout", "language", "home", "short_link", "stop", "customer_agreement", "own_contacts", "public_appointment",
    "public_appointment_entry",
}  # fmt: skip
# Tested where their circumstances are made: test_calls, test_holds, test_documents, test_compliance_screens, test_agreements,
# test_agreement_codes, test_room, test_visits.
ELSEWHERE = {
    "petition_attach",
    "petition_sheet",
    "petition_write",
    "core_mark",
    "customer_accept",
    "customer_code",
    "customer_decline",
    "customer_paper",
    "decide_approval",
    "queue_bulk",
    "saved_filters",
    "consult",
    "contact_role",
    "visit",
    "record",
    "give_up",
    "undo",
    "lift_hold",
    "strategy_version",
    "petition",
    "petition_step",
    "reading",
}
QUERY = {"outcome_fields": "?code=CD-PTP"}


def _address(name: str, world: World) -> str:
    person = ("debtor", "light", "timeline", "habit", "plan_card", "unmask", "incoming", "outcome_fields", "place_hold", "expediente",
        "contact_calendar", "new_petition", "bureau")  # fmt: skip
    if name in person:
        return reverse(f"workspace:{name}", args=[world.debtor.uid])
    if name == "call":
        return reverse("workspace:call", args=[world.debtor.uid, world.phone.uid])
    if name in ("switch_user", "reset_password"):
        return reverse(f"workspace:{name}", args=[world.users["director"].uid])
    return reverse(f"workspace:{name}")


def _views(resolver: URLResolver, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found[f"{prefix}{entry.name}"] = entry.callback
        else:
            inside = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            found.update(_views(entry, inside))
    return found


def test_every_view_says_who_may_open_it() -> None:
    views = {name: view for name, view in _views(get_resolver()).items() if name.startswith("workspace:")}
    assert len(views) > 30
    assert [name for name, view in views.items() if not hasattr(view, "allowed_roles")] == []


def test_every_screen_is_in_the_table() -> None:
    views = {name.removeprefix("workspace:") for name in _views(get_resolver()) if name.startswith("workspace:")}
    own = {name for name in views if ":" not in name}
    assert own == set(TABLE) | set(POSTS) | OPEN | ELSEWHERE


@pytest.mark.parametrize("name", TABLE)
def test_screen(world: World, name: str) -> None:
    address = _address(name, world) + QUERY.get(name, "")
    answers = tuple(world.client(who).get(address).status_code for who in CAST)
    assert dict(zip(CAST, answers, strict=True)) == dict(zip(CAST, TABLE[name], strict=True))


@pytest.mark.parametrize("name", POSTS)
def test_change(world: World, name: str) -> None:
    address = _address(name, world)
    answers = tuple(world.client(who).post(address).status_code for who in CAST)
    assert dict(zip(CAST, answers, strict=True)) == dict(zip(CAST, POSTS[name], strict=True))


@pytest.mark.parametrize("text", ["Carlos Prueba", "id_number", "number", "phone"])
def test_rival_agency_finds_nobody_by_search(world: World, text: str) -> None:
    known = {"id_number": world.debtor.id_number, "number": world.obligation.number, "phone": world.phone.value}
    address = reverse("workspace:search")
    own = world.client("own_agency_agent").get(address, {"q": known.get(text, text)})
    rival = world.client("rival_agency_agent").get(address, {"q": known.get(text, text)})
    assert own.status_code == 302
    assert str(world.debtor.uid) in own["Location"]
    assert rival.status_code == 200
    assert world.debtor.full_name not in rival.content.decode()


def test_rival_agency_supervisor_exports_nothing_of_others(world: World) -> None:
    from tests import factories

    supervisor = factories.make_user("supervisor", agency=world.users["rival_agency_agent"].agency)
    client = world.client_of(supervisor)
    exported = client.get(reverse("workspace:portfolio_export")).content.decode()
    assert world.obligation.number not in exported
    assert client.get(reverse("workspace:debtor", args=[world.debtor.uid])).status_code == 404


def test_agency_user_loses_sight_when_the_placement_is_recalled(world: World) -> None:
    client = world.client("own_agency_agent")
    address = reverse("workspace:debtor", args=[world.debtor.uid])
    assert client.get(address).status_code == 200
    world.obligation.placements.update(recalled_on="2026-07-14")
    assert client.get(address).status_code == 404
