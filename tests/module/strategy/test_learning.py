"""Models on the installation's own history, and variants on pause, on real PostgreSQL."""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.models import Attempt, Hold
from acuerdo.strategy.models import ArrearsEpisode, Decision, ModelVersion, VariantPause
from acuerdo.strategy.public import (
    Who,
    activate_model,
    deactivate_model,
    decide_day,
    judge_guards,
    model_drift,
    pause_variant,
    paused_variants,
    publish_strategy,
    resume_variant,
    save_strategy,
    train_model,
    variant_figures,
)
from acuerdo.strategy.rules.guarding import VariantFigures
from tests import factories as make
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = make.TODAY
TEXT = """\
code: una
title: Una
segments: [{code: todos, title: Todos}]
steps:
  - {code: reto, title: Reto, day: 1, channels: [sms], template: temprana_1, variants: [tono/reto]}
  - {code: base, title: Base, day: 1, channels: [email], template: temprana_1}
experiments:
  - code: tono
    title: Tono
    variants: [{code: base, title: Base, percent: 1}, {code: reto, title: Reto, percent: 99}]
    guards: [{metric: complaints_per_1000, worst: 5, contacts_min: 1}]
"""


def calls(rows: int, *, is_learnable: bool) -> None:
    """Calls answered in the evening and by WhatsApp never, or by chance alone."""
    random, debt = Random(4), reachable(make.make_creditor(), 8)
    made = []
    for number in range(rows):
        hour = random.choice([9, 18])
        chance = (0.6 if hour == 18 else 0.1) if is_learnable else 0.3
        at = (DAWN - timedelta(days=300) + timedelta(hours=number * 6)).replace(hour=hour + 5)
        made.append(
            Attempt(
                debtor=debt.debtor, creditor=debt.creditor, at=at, channel="call", status="sent", actor="prueba",
                is_two_way=random.random() < chance,
            )
        )  # fmt: skip
    Attempt.objects.bulk_create(made)


def test_a_model_that_beats_the_rule_may_be_switched_on_and_off() -> None:
    calls(900, is_learnable=True)
    version = train_model("answers", on=TODAY, actor="ana", now=DAWN)
    assert (version.version, version.is_active, version.report["beats_the_rule"]) == (1, False, True)
    assert version.report["weights"][0]["feature"] == "hour"
    assert version.report["calibration_error"] < 0.12
    active = activate_model("answers", 1, actor="eva", now=DAWN)
    assert (active.is_active, active.activated_by) == (True, "eva")
    assert isinstance(model_drift(active, TODAY, days=300), list)
    assert deactivate_model("answers", actor="eva", now=DAWN) == 1
    assert not ModelVersion.objects.filter(is_active=True).exists()


def test_a_model_that_learnt_nothing_stays_off() -> None:
    calls(700, is_learnable=False)
    version = train_model("answers", on=TODAY, actor="ana", now=DAWN)
    assert not version.report["beats_the_rule"]
    for code, number in (("model-not-better", version.version), ("model-unknown", 99)):
        with pytest.raises(Refusal) as refused:
            activate_model("answers", number, actor="eva", now=DAWN)
        assert refused.value.code == code
    assert not ModelVersion.objects.filter(is_active=True).exists()


@pytest.mark.parametrize(
    ("question", "code"),
    [("pays_alone", "too-little-history"), ("keeps_promise", "too-little-history"), ("otra", "unknown-question")],
)
def test_without_history_the_rule_decides(question: str, code: str) -> None:
    debt = reachable(make.make_creditor(), 8)
    ArrearsEpisode.objects.create(
        obligation=debt, began_on=TODAY - timedelta(days=90), ended_on=TODAY - timedelta(days=80)
    )
    with pytest.raises(Refusal) as refused:
        train_model(question, on=TODAY, actor="ana", now=DAWN)
    assert refused.value.code == code
    assert not ModelVersion.objects.exists()


def test_a_paused_variant_falls_back_to_the_champion(tmp_path: Path) -> None:
    people = [reachable(make.make_creditor(f"Banco {n}"), 1) for n in range(4)]
    publish_strategy(save_strategy(TEXT, actor="x", now=DAWN).code, actor="x", now=DAWN)
    decide_day(TODAY, DAWN, folder=tmp_path)
    before = dict(Decision.objects.values_list("obligation_id", "step"))
    assert "reto" in before.values()
    figures = {one.variant: one for one in variant_figures(TODAY)}
    assert sum(one.planned for one in figures.values()) == len(people)
    pause_variant("una", "tono/reto", "prueba", actor="ana", now=DAWN)
    pause_variant("una", "tono/reto", "otra vez", actor="ana", now=DAWN)
    assert paused_variants("una") == ["tono/reto"]
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert set(Decision.objects.values_list("step", flat=True)) == {"base"}
    with pytest.raises(Refusal):
        resume_variant("una", "tono/reto", who=Who("x", "agent"), now=DAWN)
    assert resume_variant("una", "tono/reto", who=Who("eva", "director"), now=DAWN) == 1
    assert paused_variants("una") == []


def test_a_guard_pauses_the_challenger_and_never_the_champion(tmp_path: Path) -> None:
    publish_strategy(save_strategy(TEXT, actor="x", now=DAWN).code, actor="x", now=DAWN)
    bad: dict[str, Any] = {"contacts": 900, "complaints": 40}
    paused = judge_guards([VariantFigures("tono/base", **bad), VariantFigures("tono/reto", **bad)], now=DAWN)
    assert [one.variant for one in paused] == ["tono/reto"]
    assert VariantPause.objects.get().reason.startswith("complaints_per_1000")
    assert judge_guards([VariantFigures("tono/reto", contacts=900)], now=DAWN) == []


def test_complaints_of_a_variants_people_are_counted_from_their_first_contact(tmp_path: Path) -> None:
    debt = reachable(make.make_creditor(), 1)
    publish_strategy(save_strategy(TEXT, actor="x", now=DAWN).code, actor="x", now=DAWN)
    decide_day(TODAY, DAWN, folder=tmp_path)
    for days in (-40, 1):
        starts = DAWN + timedelta(days=days)
        Hold.objects.create(
            debtor=debt.debtor, kind="complaint", starts_at=starts, ends_at=starts, reason="r", placed_by="p"
        )
    (found,) = variant_figures(TODAY)
    assert (found.complaints, found.opt_outs, found.planned) == (1, 0, 1)


def test_the_guards_of_the_whole_strategy_warn_of_what_contacts_cost_and_pause_a_challenger(tmp_path: Path) -> None:
    text = (
        TEXT + "guards: [{metric: cost_per_contact, worst: 30, contacts_min: 1}]\ncosts: {COP: {sms: 40, email: 5}}\n"
    )
    bank = make.make_creditor()
    for _ in range(3):
        reachable(bank, 1)
    publish_strategy(save_strategy(text, actor="x", now=DAWN).code, actor="x", now=DAWN)
    first = decide_day(TODAY, DAWN, folder=tmp_path)
    assert first["warnings"] == []
    Decision.objects.filter(channel="sms").update(state="done")
    second = decide_day(TODAY + timedelta(days=1), DAWN + timedelta(days=1), folder=tmp_path)
    assert second["warnings"] == ["cost_per_contact: 40.0, y se admite hasta 30"]
    assert paused_variants("una") == ["tono/reto"]
