"""Rehearsing a strategy: asked for in a transaction, worked by a job, stored with its figures."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from acuerdo.base import clock, jobs
from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.actions.comparisons import evidence_for
from acuerdo.strategy.actions.day import snapshot_folder
from acuerdo.strategy.actions.versions import CHAIN
from acuerdo.strategy.engine.archive import kept_days, kept_snapshot
from acuerdo.strategy.engine.rehearsal import rehearse
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.models import DecisionRun, Rehearsal, Strategy
from acuerdo.strategy.queries import active_models, document_of, models_of_run, paused_on, published_strategy
from acuerdo.strategy.rules.yaml_text import read_strategy

JOB = "strategy:rehearse"
DAYS_MAX = 60
FAILURE_LENGTH_MAX = 300


def archive_folder() -> Path:
    """Where the installation keeps the snapshots of past days."""
    folder = snapshot_folder()
    return folder.parent / f"{folder.name}-days"


def days_kept(from_on: date | None = None, to_on: date | None = None) -> list[date]:
    """The dates that can be rehearsed, the oldest first."""
    found = kept_days(archive_folder())
    return [day for day in found if (from_on is None or from_on <= day) and (to_on is None or day <= to_on)]


@transaction.atomic
def ask_rehearsal(
    text: str,
    *,
    from_on: date,
    to_on: date,
    actor: str,
    now: datetime,
    strategy: Strategy | None = None,
    enqueue: bool = True,
) -> Rehearsal:
    """A rehearsal that waits for its job. Refuses `bad-strategy`, `rehearsal-without-days`, `rehearsal-too-long`."""
    document = read_strategy(text)
    days = days_kept(from_on, to_on)
    if not days:
        raise Refusal(
            "rehearsal-without-days",
            "No hay fotos guardadas de esas fechas: se guarda una con cada corrida del día.",
        )
    if len(days) > DAYS_MAX:
        raise Refusal("rehearsal-too-long", f"Un ensayo cubre hasta {DAYS_MAX} días; elija un período más corto.")
    row = Rehearsal.objects.create(
        code=document.code, document=text, strategy=strategy, against=published_strategy(), from_on=days[0],
        to_on=days[-1], state="waiting", asked_by=actor, asked_at=now,
    )  # fmt: skip
    row.refresh_from_db()
    payload = {"code": document.code, "from_on": days[0], "to_on": days[-1]}
    write_audit(
        chain=CHAIN, action="strategy-rehearsed", actor=actor, subject=("rehearsal", str(row.uid)), payload=payload, now=now
    )  # fmt: skip
    if enqueue:
        jobs.app.configure_task(JOB).defer(rehearsal_id=row.pk)
    return row


def run_rehearsal(
    rehearsal_id: int, now: Callable[[], datetime], on_day: Callable[[date], None] = lambda _day: None
) -> Rehearsal:
    """Do the work; a rehearsal that is done is left as it is, one that was killed half-way starts over.

    Beside what would be done, the result tells what it would have earned by the logged decisions of those days (`estimate`).
    """
    row = Rehearsal.objects.select_related("against").get(pk=rehearsal_id)
    if row.state == "done":
        return row
    _note(row, state="running", days_done=0, failure="")
    archive = archive_folder()
    days = [partial(kept_snapshot, archive, day) for day in days_kept(row.from_on, row.to_on)]
    done = 0

    def told(day: date) -> None:
        nonlocal done
        done += 1
        _note(row, days_done=done)
        on_day(day)

    try:
        against, document = document_of(row.against) if row.against is not None else None, read_strategy(row.document)
        evidence = evidence_for(document, clock.business_date())

        def gathered(snapshot: Snapshot, rows: Any) -> None:
            run = DecisionRun.objects.select_related("strategy").filter(run_on=snapshot.on).first()
            if run is not None:
                paused = paused_on(run.strategy.code, snapshot.on)
                evidence.add(snapshot, document_of(run.strategy), rows, paused, models_of_run(run))

        result = rehearse(
            days, document, against, zone=settings.TIME_ZONE, models=active_models(), on_day=told, on_rows=gathered
        )
        result["estimate"] = evidence.estimate()
    except Refusal as refusal:
        _note(row, state="failed", failure=refusal.message[:FAILURE_LENGTH_MAX], finished_at=now())
        return row
    _note(row, state="done", result=result, finished_at=now())
    return row


def _note(row: Rehearsal, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
