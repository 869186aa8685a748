"""Groups of the strategy in force and estimates of another, from logged decisions and payments on real PostgreSQL."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from acuerdo.base import clock
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.models import Obligation
from acuerdo.strategy.models import Decision
from acuerdo.strategy.public import (
    ask_rehearsal,
    compare_variants,
    decide_day,
    publish_strategy,
    run_rehearsal,
    save_strategy,
)
from acuerdo.strategy.rules.comparing import Arm
from tests import factories as make
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = make.TODAY
LATER = TODAY + timedelta(days=40)
HEAD = """\
code: una
title: Una
segments: [{code: todos, title: Todos}]
costs: {COP: {email: 1, sms: 2}}
"""
STEPS = """\
steps:
  - {code: reto, title: Reto, day: 1, open_days: 9, channels: [sms], template: temprana_1, variants: [tono/reto]}
  - {code: base, title: Base, day: 1, open_days: 9, channels: [email], template: temprana_1}
experiments:
  - code: tono
    title: Tono
    goal: paid_30_days
    variants: [{code: base, title: Base, percent: 50}, {code: reto, title: Reto, percent: 50}]
"""
PLAIN = """\
steps: [{code: base, title: Base, day: 1, open_days: 9, channels: [email], template: temprana_1}]
"""
ALL_SMS = HEAD.replace("una", "otra") + PLAIN.replace("[email]", "[sms]")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def world(people: int) -> list[Obligation]:
    bank = make.make_creditor()
    return [reachable(bank, 8) for _ in range(people)]


def decided(text: str) -> None:
    publish_strategy(save_strategy(text, actor="x", now=DAWN).code, actor="x", now=DAWN)
    decide_day(TODAY, DAWN)


def pay(debts: list[Obligation], chance: dict[str, int]) -> None:
    """Of every ten people of a channel, so many pay on the third day."""
    seen: dict[str, int] = {}
    for decision in (
        Decision.objects.filter(obligation__in=debts).order_by("obligation_id").select_related("obligation")
    ):
        seen[decision.channel] = seen.get(decision.channel, 0) + 1
        if seen[decision.channel] % 10 < chance[decision.channel]:
            make.make_payment(decision.obligation, 100_000_00, paid_on=TODAY + timedelta(days=3))


def arms() -> list[Arm]:
    found = compare_variants(LATER)
    assert found is not None
    return found.experiments[0].arms


def test_without_a_strategy_or_a_division_nothing_is_compared() -> None:
    assert compare_variants(LATER) is None
    world(2)
    decided(HEAD + PLAIN)
    found = compare_variants(LATER)
    assert found is not None
    assert (found.control, found.experiments, found.people) == ([], [], 2)


def test_the_better_variant_is_told_with_its_interval() -> None:
    debts = world(300)
    decided(HEAD + STEPS)
    pay(debts, {"sms": 7, "email": 2})
    champion, challenger = arms()
    assert (champion.verdict, challenger.verdict) == ("first", "better")
    assert champion.counted.people + challenger.counted.people == 300
    assert challenger.difference_low is not None
    assert 0.3 < challenger.difference_low < 0.5 < (challenger.difference_high or 0) < 0.7
    assert challenger.recovered_each_minor > champion.recovered_each_minor > 0


def test_few_people_and_people_still_within_their_time_are_told_so() -> None:
    debts = world(12)
    decided(HEAD + STEPS)
    pay(debts, {"sms": 10, "email": 0})
    assert {arm.verdict for arm in arms()} == {"first", "too_few"}
    found = compare_variants(TODAY + timedelta(days=5))
    assert found is not None
    assert sum(arm.counted.waiting for arm in found.experiments[0].arms) == 12
    assert sum(arm.counted.people for arm in found.experiments[0].arms) == 0


def test_the_control_group_is_compared_with_everybody_else() -> None:
    debts = world(60)
    decided(HEAD + PLAIN.replace("steps", "control_percent: 50\nsteps"))
    drawn = Decision.objects.filter(reasons__0="control-group").count()
    pay(debts, {"email": 5, "": 5})
    found = compare_variants(LATER)
    assert found is not None
    assert [arm.counted.people for arm in found.control] == [drawn, 60 - drawn]
    assert 10 < drawn < 50


@pytest.mark.parametrize("days", [0, 61])
def test_days_to_see_a_result_have_bounds(days: int) -> None:
    with pytest.raises(Refusal) as refused:
        compare_variants(LATER, days=days)
    assert refused.value.code == "comparison-days"


def estimated(text: str, monkeypatch: pytest.MonkeyPatch, on: Any = LATER) -> dict[str, Any]:
    monkeypatch.setattr(clock, "business_date", lambda: on)
    row = ask_rehearsal(text, from_on=TODAY, to_on=TODAY, actor="ana", now=DAWN, enqueue=False)
    found: dict[str, Any] = run_rehearsal(row.pk, lambda: DAWN).result["estimate"]
    return found


def test_what_another_strategy_would_have_earned_holds_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    debts = world(400)
    decided(HEAD + STEPS)
    pay(debts, {"sms": 7, "email": 2})
    found = estimated(ALL_SMS, monkeypatch)
    assert (found["state"], found["groups"], found["supported"], found["people"]) == ("done", 2, 1.0, 400)
    assert 0.35 < found["seen"]["paid"] < 0.55
    for one in found["estimates"]["paid"]:
        assert one["low"] < 0.7 < one["high"]
        assert found["seen"]["paid"] < one["low"]
    money = {one["method"]: one for one in found["estimates"]["recovered_minor"]}
    assert money["dr"]["low"] < 0.7 * 100_000_00 < money["dr"]["high"]


def test_what_chance_never_did_is_not_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    world(30)
    decided(HEAD + PLAIN)
    found = estimated(ALL_SMS, monkeypatch)
    assert (found["state"], found["supported"], "estimates" in found) == ("no_support", 0.0, False)
    assert estimated(HEAD + PLAIN, monkeypatch)["state"] == "too_few"  # the same strategy, thirty people


def test_decisions_of_yesterday_are_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    world(3)
    decided(HEAD + STEPS)
    assert estimated(ALL_SMS, monkeypatch, TODAY + timedelta(days=1))["state"] == "too_early"
