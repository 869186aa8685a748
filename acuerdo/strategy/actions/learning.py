"""Training models on the installation's own history, and switching on those that beat the plain rule; variants on pause."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.actions.versions import CHAIN
from acuerdo.strategy.engine.learning.additive import Additive
from acuerdo.strategy.engine.learning.history import LABEL, QUESTIONS, WHEN, read_history
from acuerdo.strategy.engine.learning.judging import drift, train_and_judge, watch
from acuerdo.strategy.models import ModelVersion, VariantPause
from acuerdo.strategy.queries import document_of, published_strategy
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.guarding import VariantFigures, breaches, of_all
from acuerdo.strategy.rules.review import Who, require

HISTORY_DAYS = 730
RECENT_DAYS = 30
GUARD = "guard"


def train_model(question: str, *, on: date, actor: str, now: datetime, days: int = HISTORY_DAYS) -> ModelVersion:
    """A new version with its figures on the last part of the history, off. Refuses `unknown-question`, `too-little-history`."""
    rows = read_history(question, on, days)
    asked = QUESTIONS[question]
    trained = train_and_judge(rows, asked.features, LABEL, WHEN, rule=asked.rule)
    with transaction.atomic():
        lock_name("strategy-model", question)
        newest = ModelVersion.objects.filter(question=question).order_by("-version").first()
        version = ModelVersion.objects.create(
            question=question, version=newest.version + 1 if newest else 1, trained_at=now, trained_by=actor,
            rows=rows.height, report=trained.report, parameters=trained.model.as_json(),
        )  # fmt: skip
        version.refresh_from_db()
        _audit("model-trained", version, actor, now)
    return version


@transaction.atomic
def activate_model(question: str, version: int, *, actor: str, now: datetime) -> ModelVersion:
    """Let a version decide, in place of the one before. Refuses `model-unknown`, `model-not-better`."""
    lock_name("strategy-model", question)
    chosen = ModelVersion.objects.filter(question=question, version=version).first()
    if chosen is None:
        raise Refusal("model-unknown", f"No hay una versión {version} del modelo «{question}».")
    if not chosen.report["beats_the_rule"]:
        raise Refusal(
            "model-not-better",
            "Este modelo no superó a la regla simple en el período posterior: sigue apagado hasta que lo haga.",
        )
    ModelVersion.objects.filter(question=question, is_active=True).update(is_active=False)
    chosen.is_active, chosen.activated_by, chosen.activated_at = True, actor, now
    chosen.save(update_fields=["is_active", "activated_by", "activated_at"])
    _audit("model-activated", chosen, actor, now)
    return chosen


@transaction.atomic
def deactivate_model(question: str, *, actor: str, now: datetime) -> int:
    """Back to the plain rule; how many were on."""
    lock_name("strategy-model", question)
    found = list(ModelVersion.objects.filter(question=question, is_active=True))
    for one in found:
        one.is_active = False
        one.save(update_fields=["is_active"])
        _audit("model-deactivated", one, actor, now)
    return len(found)


def model_drift(version: ModelVersion, on: date, days: int = RECENT_DAYS) -> list[tuple[str, float, str]]:
    """Features whose recent population moved away from the training's, with `watch` or `alarm`; empty when none or no rows."""
    rows = read_history(version.question, on, days)
    return watch(drift(Additive.from_json(version.parameters), rows)) if rows.height else []


@transaction.atomic
def pause_variant(strategy_code: str, variant: str, reason: str, *, actor: str, now: datetime) -> VariantPause:
    """Its people are treated as the champion's from the next run on; one on pause already stays as it is."""
    lock_name("strategy-variant", strategy_code)
    standing = VariantPause.objects.filter(strategy_code=strategy_code, variant=variant, lifted_at__isnull=True).first()
    if standing is not None:
        return standing
    pause = VariantPause.objects.create(
        strategy_code=strategy_code, variant=variant, paused_at=now, paused_by=actor, reason=reason[:300]
    )
    pause.refresh_from_db()
    payload = {"strategy": strategy_code, "variant": variant, "reason": pause.reason}
    write_audit(
        chain=CHAIN, action="variant-paused", actor=actor, subject=("variant", str(pause.uid)), payload=payload, now=now
    )  # fmt: skip
    return pause


@transaction.atomic
def resume_variant(strategy_code: str, variant: str, *, who: Who, now: datetime) -> int:
    """Lift a pause; how many stood. Refuses `strategy-forbidden`."""
    require("pause_variant", who, status="published")
    lock_name("strategy-variant", strategy_code)
    found = VariantPause.objects.filter(strategy_code=strategy_code, variant=variant, lifted_at__isnull=True)
    payload = {"strategy": strategy_code, "variant": variant}
    for pause in found:
        write_audit(
            chain=CHAIN, action="variant-resumed", actor=who.name, subject=("variant", str(pause.uid)), payload=payload, now=now
        )  # fmt: skip
    return found.update(lifted_at=now, lifted_by=who.name)


def judge_guards(figures: Sequence[VariantFigures], *, now: datetime) -> list[VariantPause]:
    """Pause every challenger of the strategy in force that breaks a guard of its experiment or of the whole strategy."""
    strategy = published_strategy()
    if strategy is None:
        return []
    paused = []
    by_name = {one.variant: one for one in figures}
    document = document_of(strategy)
    for experiment in document.experiments:
        for variant in experiment.variants[1:]:
            name = f"{experiment.code}/{variant.code}"
            broken = breaches(by_name[name], (*experiment.guards, *document.guards)) if name in by_name else []
            if broken:
                paused.append(pause_variant(strategy.code, name, broken[0].sentence, actor=GUARD, now=now))
    return paused


def strategy_warnings(document: StrategyDocument, figures: Sequence[VariantFigures]) -> list[str]:
    """What the strategy's own guards say of all its contacts together, a sentence each: nothing is stopped, a person decides."""
    return [breach.sentence for breach in breaches(of_all(figures), document.guards)]


def _audit(action: str, version: ModelVersion, actor: str, now: datetime) -> None:
    payload: dict[str, Any] = {"question": version.question, "version": version.version}
    write_audit(chain=CHAIN, action=action, actor=actor, subject=("model", str(version.uid)), payload=payload, now=now)
