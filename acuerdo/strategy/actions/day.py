"""The day's plan: decided, put in place, handed over, and marked as it is carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name, only_one
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import PlannedMessage, plan_batch
from acuerdo.strategy.actions.episodes import record_episodes
from acuerdo.strategy.actions.learning import judge_guards, strategy_warnings
from acuerdo.strategy.actions.versions import CHAIN, SYSTEM, ensure_published_strategy
from acuerdo.strategy.engine.archive import keep_snapshot
from acuerdo.strategy.engine.run import Plan, decide, seed_of
from acuerdo.strategy.engine.snapshot import Snapshot, refresh_snapshot
from acuerdo.strategy.engine.worklist import attach, drop_leftovers, load_aside
from acuerdo.strategy.models import Decision, DecisionRun, DecisionState, Strategy
from acuerdo.strategy.queries import (
    Wish,
    active_models,
    document_of,
    earlier_prices,
    paused_variants,
    planned_messages,
    variant_figures,
)
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.snapshot import EXTRACTS

BATCH = 500
GUARDED_DAYS = 30
MOVES: Mapping[str, tuple[str, ...]] = {
    "queued": ("planned",),
    "done": ("planned", "queued"),
    "blocked": ("planned", "queued"),
    "planned": ("queued", "done", "blocked"),
}


def decide_day(run_on: date, now: datetime, *, folder: Path | None = None) -> dict[str, Any]:
    """Refresh the snapshot, decide the date and put the plan in place; repeating keeps whatever was already under way.

    Returns the run's funnel with `kept`. Refuses `decision-running` when another run is under way.
    """
    with only_one(
        "decide", code="decision-running", message="Ya se está decidiendo el plan del día. Espere a que termine."
    ):
        strategy = ensure_published_strategy(now, run_on)
        drop_leftovers()
        record_episodes(run_on)
        snapshot = take_snapshot(folder or snapshot_folder(), run_on, now)
        warnings = _judged(document_of(strategy), run_on, now)
        plan = decide(
            snapshot,
            document_of(strategy),
            now=now,
            zone=settings.TIME_ZONE,
            warm=earlier_prices(run_on),
            paused=paused_variants(strategy.code),
            models=active_models(),
            folder=snapshot.folder / "plan",
        )
        load_aside(plan, run_on, strategy.pk)
        keep_snapshot(snapshot, snapshot.folder.parent / f"{snapshot.folder.name}-days")
        plan = replace(plan, funnel={**plan.funnel, "warnings": warnings})
        return {**plan.funnel, "kept": _put_in_place(plan, strategy, run_on, now)}


def _judged(document: StrategyDocument, run_on: date, now: datetime) -> list[str]:
    """Pauses the variants that do harm; what the strategy's own guards warn of."""
    if not document.guards and not any(experiment.guards for experiment in document.experiments):
        return []
    figures = variant_figures(run_on - timedelta(days=GUARDED_DAYS), document)
    judge_guards(figures, now=now)
    return strategy_warnings(document, figures)


@transaction.atomic
def _put_in_place(plan: Plan, strategy: Strategy, run_on: date, now: datetime) -> int:
    kept = attach(run_on)
    run, _made = DecisionRun.objects.update_or_create(
        run_on=run_on,
        defaults={
            "strategy": strategy,
            "seed": seed_of(document_of(strategy)),
            "engine": "polars",
            "started_at": now,
            "finished_at": now,
            "funnel": {**plan.funnel, "kept": kept},
            "allocation": plan.allocation,
        },
    )
    run.refresh_from_db()
    payload = {
        "run_on": run_on,
        "strategy": str(strategy.uid),
        "version": strategy.version,
        "planned": plan.funnel["planned"],
        "kept": kept,
        "warnings": plan.funnel["warnings"],
    }
    write_audit(
        chain=CHAIN,
        action="day-decided",
        actor=SYSTEM,
        subject=("decision_run", str(run.uid)),
        payload=payload,
        now=now,
    )
    return kept


def snapshot_folder() -> Path:
    """Where the installation keeps its snapshot; each database its own."""
    return Path(settings.DATA_FOLDER) / "snapshot" / str(connection.settings_dict["NAME"])


def take_snapshot(folder: Path, on: date, now: datetime) -> Snapshot:
    """The portfolio's present state as Parquet, whole the first time and by what changed afterwards."""
    return refresh_snapshot(folder, EXTRACTS, on, now)


def mark(run_on: date, obligation_ids: Sequence[int], state: str) -> int:
    """Move rows of the worklist to `queued`, `done`, `blocked`, or back to `planned`; returns how many could move."""
    if state not in MOVES:
        raise Refusal("unknown-state", f"«{state}» no es un estado de la lista de trabajo.")
    rows = Decision.objects.filter(run_on=run_on, obligation_id__in=list(obligation_ids), state__in=MOVES[state])
    return rows.update(state=state)


def give_calls(run_on: date, obligation_ids: Sequence[int], agent_id: int | None) -> int:
    """Today's calls that are not made yet go to one agent, or to whoever is free (None); how many went."""
    rows = Decision.objects.filter(
        run_on=run_on, obligation_id__in=list(obligation_ids), channel="call", is_lead=True, state__in=MOVES["done"]
    )
    return rows.update(agent_id=agent_id)


def mark_done(run_on: date, obligation_id: int) -> bool:
    """The person was contacted: whichever obligation was talked about, the person's one contact of the day is done."""
    debtor = Decision.objects.filter(run_on=run_on, obligation_id=obligation_id).values("debtor_id")
    rows = Decision.objects.filter(run_on=run_on, debtor_id__in=debtor, is_lead=True, state__in=MOVES["done"])
    return rows.update(state=DecisionState.DONE) > 0


def dispatch_messages(run_on: date, now: datetime) -> dict[str, int]:
    """Hand the date's planned messages to messaging in batches, each in one transaction with the rows it marks."""
    counts: dict[str, int] = {}
    while True:
        with transaction.atomic():
            lock_name("dispatch", run_on)
            wishes = planned_messages(run_on, limit=BATCH)
            if not wishes:
                return counts
            for state, rows in _hand_over(wishes, now).items():
                counts[state] = counts.get(state, 0) + rows


def _hand_over(wishes: Sequence[Wish], now: datetime) -> dict[str, int]:
    outcomes = plan_batch([_planned(wish) for wish in wishes], now)
    states: dict[str, list[int]] = {}
    counts: dict[str, int] = {}
    for wish, outcome in zip(wishes, outcomes, strict=True):
        state = "queued" if outcome.state in ("scheduled", "sending", "sent", "delivered", "read") else "blocked"
        states.setdefault(state, []).append(wish.obligation_ids[0])
        counts[str(outcome.state)] = counts.get(str(outcome.state), 0) + 1
    for state, obligation_ids in states.items():
        mark(wishes[0].run_on, obligation_ids, state)
    return counts


def _planned(wish: Wish) -> PlannedMessage:
    """One contact a person and date: the key holds across re-runs of the date and changes of strategy."""
    return PlannedMessage(
        plan_key=f"day:{wish.run_on.isoformat()}:{wish.debtor_id}",
        debtor_id=wish.debtor_id,
        creditor_id=wish.creditor_id,
        obligation_ids=wish.obligation_ids,
        channel=wish.channel,
        template=wish.template,
        not_before=wish.planned_at,
        purpose=wish.purpose,
    )
