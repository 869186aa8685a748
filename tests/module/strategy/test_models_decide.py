"""A model that is switched on changes the day's plan, and the debtor's page says by which of its features."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.policy.models import Attempt
from acuerdo.portfolio.models import Obligation
from acuerdo.strategy.models import Decision, DecisionRun, ModelVersion
from acuerdo.strategy.public import decide_day, publish_strategy, save_strategy
from tests import factories as make
from tests.module.strategy.world import DAWN, contacted, reachable
from tests.properties.strategy_models import ANSWERS

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = make.TODAY
TEXT = """\
code: una
title: Una
segments: [{code: todos, title: Todos}]
steps:
  - {code: llamar, title: Llamar, day: 1, open_days: 30, channels: [call], hour: "10:00", hour_policy: best}
capacity: {calls_per_agent: 1}
"""


def switched_on() -> ModelVersion:
    report = {"rate": ANSWERS.rate, "rates": dict(ANSWERS.rates), "beats_the_rule": True}
    return ModelVersion.objects.create(
        question="answers", version=3, trained_at=DAWN, trained_by="ana", rows=900, report=report, is_active=True,
        parameters=ANSWERS.model.as_json(),
    )  # fmt: skip


def two_people() -> tuple[Obligation, Obligation]:
    """One who owes a little more and never answers, one who owes a little less and always does; an agent for one call."""
    bank = make.make_creditor()
    make.make_user()
    silent, answering = reachable(bank, 8), reachable(bank, 8)
    for days in range(10, 30, 3):
        contacted(silent, DAWN - timedelta(days=days), "call")
        contacted(answering, DAWN - timedelta(days=days), "call", is_two_way=True)
    return silent, answering


def called(folder: Path) -> Decision:
    decide_day(TODAY, DAWN, folder=folder)
    return Decision.objects.get(run_on=TODAY, channel="call", is_lead=True)


def test_the_plan_changes_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent, answering = two_people()
    publish_strategy(save_strategy(TEXT, actor="x", now=DAWN).code, actor="x", now=DAWN)
    before = called(tmp_path)
    assert not [code for code in before.reasons if code.startswith("model-")]
    assert before.planned_at is not None
    assert before.planned_at.astimezone(clock.zone()).hour == 10
    Attempt.objects.filter(debtor=before.obligation.debtor).update(is_two_way=False)  # whoever was called never answers
    other = answering if before.obligation_id == silent.pk else silent
    Attempt.objects.filter(debtor=other.debtor).update(is_two_way=True)
    switched_on()
    after = called(tmp_path / "after")
    assert after.obligation_id == other.pk
    assert after.planned_at is not None
    assert after.planned_at.astimezone(clock.zone()).hour == 18
    assert after.reasons == [
        "step-carried", "channel-first", "model-best-hour", "model-answers-hour-more", "model-answers-answers_before-more",
    ]  # fmt: skip
    assert DecisionRun.objects.get(run_on=TODAY).funnel["models"] == {"answers": 3}
    _says_why(other, monkeypatch)


def _says_why(debt: Obligation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "business_date", lambda: TODAY)
    client = Client()
    client.force_login(make.make_user("director"))
    page = client.get(reverse("workspace:debtor", args=[debt.debtor.uid])).content.decode()
    assert "Es más probable que conteste por cómo ha contestado." in page
    assert "Sale a la hora permitida en que es más probable que conteste." in page
