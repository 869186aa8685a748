"""Versions of strategies: saved, sent to review, approved by a second person, put in force, and taken back.

A version in force never changes: a correction is another version.
"""

from datetime import date, datetime
from importlib.resources import files

from django.db import transaction

from acuerdo.base import clock
from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.models import Strategy, StrategyStatus
from acuerdo.strategy.queries import document_of, published_strategy, strategy_version
from acuerdo.strategy.rules.review import Who, require
from acuerdo.strategy.rules.yaml_text import read_strategy

CHAIN = "strategy"
SYSTEM = "sistema"
BASE_STRATEGY = "estrategia_base.yaml"
_IN_FORCE = "strategy-published"  # the lock's name


def base_strategy_text() -> str:
    """The strategy that ships with the product, as YAML."""
    return files("acuerdo.strategy").joinpath("data", BASE_STRATEGY).read_text("utf-8")


@transaction.atomic
def save_strategy(text: str, *, actor: str, now: datetime, change_reason: str = "") -> Strategy:
    """A new draft version of the document's code; the newest version again when nothing changed. Refuses `bad-strategy`."""
    document = read_strategy(text)
    lock_name("strategy", document.code)
    newest = Strategy.objects.filter(code=document.code).order_by("-version").first()
    if newest is not None and newest.document == text:
        return newest
    strategy = Strategy.objects.create(
        code=document.code,
        version=newest.version + 1 if newest is not None else 1,
        document=text,
        change_reason=change_reason[:300],
        created_at=now,
        created_by=actor,
    )
    strategy.refresh_from_db()
    _audit("strategy-saved", strategy, actor, now)
    return strategy


@transaction.atomic
def edit_draft(strategy_id: int, text: str, *, seen: str, who: Who, now: datetime, change_reason: str = "") -> Strategy:
    """Change a draft in place. `seen` is the text the editor started from: somebody else's later change is not overwritten.

    Refuses `bad-strategy`, `strategy-state`, `strategy-forbidden`, `strategy-changed`, `strategy-code` (the code is its name).
    """
    document = read_strategy(text)
    strategy = _locked(strategy_id)
    require("save", who, status=strategy.status)
    if strategy.document != seen:
        raise Refusal(
            "strategy-changed",
            "Otra persona cambió este borrador mientras usted lo editaba. Abra de nuevo la versión y repita su cambio.",
        )
    if document.code != strategy.code:
        raise Refusal("strategy-code", f"El código de un borrador no cambia: deje «{strategy.code}» o cree otra.")
    strategy.document = text
    strategy.change_reason = change_reason[:300] or strategy.change_reason
    strategy.created_by, strategy.created_at = who.name, now
    strategy.save(update_fields=["document", "change_reason", "created_by", "created_at"])
    _audit("strategy-saved", strategy, who.name, now)
    return strategy


@transaction.atomic
def submit_strategy(strategy_id: int, *, who: Who, now: datetime, change_reason: str = "") -> Strategy:
    """Send a draft to whoever approves. Refuses `strategy-state`, `strategy-forbidden`, `bad-strategy`."""
    strategy = _locked(strategy_id)
    require("submit", who, status=strategy.status)
    document_of(strategy)
    strategy.status = StrategyStatus.IN_REVIEW
    strategy.submitted_at, strategy.submitted_by, strategy.returned_reason = now, who.name, ""
    strategy.change_reason = change_reason[:300] or strategy.change_reason
    strategy.save(update_fields=["status", "submitted_at", "submitted_by", "returned_reason", "change_reason"])
    _audit("strategy-submitted", strategy, who.name, now)
    return strategy


@transaction.atomic
def return_strategy(strategy_id: int, reason: str, *, who: Who, now: datetime) -> Strategy:
    """Back to a draft, saying why. Refuses `strategy-state`, `strategy-forbidden`, `reason-missing`."""
    if not reason.strip():
        raise Refusal("reason-missing", "Diga qué hay que cambiar para que quien la escribió pueda corregirla.")
    strategy = _locked(strategy_id)
    require("return", who, status=strategy.status)
    strategy.status, strategy.returned_reason = StrategyStatus.DRAFT, reason.strip()[:300]
    strategy.save(update_fields=["status", "returned_reason"])
    _audit("strategy-returned", strategy, who.name, now)
    return strategy


@transaction.atomic
def approve_strategy(
    strategy_id: int,
    *,
    who: Who,
    now: datetime,
    today: date,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Strategy:
    """A second person puts it in force, at once or on a date, until it is replaced or `ends_on` has passed.

    Refuses `strategy-state`, `strategy-forbidden`, `strategy-same-person`, `strategy-dates`, `bad-strategy`.
    """
    lock_name(_IN_FORCE)
    strategy = _locked(strategy_id)
    require("approve", who, status=strategy.status, authors=(strategy.created_by, strategy.submitted_by))
    document_of(strategy)
    if (ends_on and ends_on < (starts_on or today)) or (starts_on and starts_on < today):
        raise Refusal("strategy-dates", "Revise las fechas: empieza hoy o después, y termina después de empezar.")
    strategy.starts_on, strategy.ends_on = starts_on, ends_on
    strategy.published_at, strategy.published_by = now, who.name
    if starts_on and starts_on > today:
        strategy.status = StrategyStatus.SCHEDULED
        strategy.save(update_fields=["status", "starts_on", "ends_on", "published_at", "published_by"])
        _audit("strategy-scheduled", strategy, who.name, now)
        return strategy
    return _put_in_force(strategy, who.name, now)


@transaction.atomic
def roll_back_strategy(*, who: Who, now: datetime) -> Strategy:
    """Return to the version that was in force before. Refuses `strategy-none-before`, `strategy-forbidden`."""
    lock_name(_IN_FORCE)
    current = published_strategy()
    if current is None:
        raise Refusal("strategy-none-before", "No hay una estrategia vigente.")
    require("roll_back", who, status=current.status)
    return _bring_back(current, who.name, now)


@transaction.atomic
def publish_strategy(code: str, version: int | None = None, *, actor: str, now: datetime) -> Strategy:
    """Put a version in force from the console of the installation, whose operator answers for it; screens ask two people.

    Refuses `strategy-unknown`, `strategy-retired`.
    """
    lock_name(_IN_FORCE)
    strategy = strategy_version(code, version)
    if strategy.status == StrategyStatus.PUBLISHED:
        return strategy
    if strategy.status == StrategyStatus.RETIRED:
        raise Refusal(
            "strategy-retired",
            f"La versión {strategy.version} de «{code}» ya fue retirada: guárdela como una versión nueva.",
        )
    document_of(strategy)  # written by an earlier release, perhaps
    strategy.published_at, strategy.published_by = now, actor
    return _put_in_force(strategy, actor, now)


def ensure_published_strategy(now: datetime, on: date | None = None) -> Strategy:
    """The strategy in force on a date; an installation that has none starts with the one that ships.

    A version approved for a date starts with the first run of that date; one past its end gives way to the one before.
    """
    keep_dates(on or clock.business_date(), now)
    found = published_strategy()
    if found is not None:
        return found
    saved = save_strategy(base_strategy_text(), actor=SYSTEM, now=now)
    return publish_strategy(saved.code, saved.version, actor=SYSTEM, now=now)


@transaction.atomic
def keep_dates(on: date, now: datetime) -> None:
    """End what is past its end date and start what was approved for this date."""
    lock_name(_IN_FORCE)
    current = published_strategy()
    if current is not None and current.ends_on is not None and current.ends_on < on:
        if current.replaced is not None:
            _bring_back(current, SYSTEM, now)
        else:
            _retire(current, SYSTEM, now)
    due = Strategy.objects.filter(status=StrategyStatus.SCHEDULED, starts_on__lte=on).order_by("starts_on", "pk")
    for strategy in due:
        if strategy.ends_on is not None and strategy.ends_on < on:
            _retire(strategy, SYSTEM, now)
        else:
            _put_in_force(strategy, SYSTEM, now)


def _bring_back(current: Strategy, actor: str, now: datetime) -> Strategy:
    before = current.replaced
    if before is None:
        raise Refusal("strategy-none-before", "No hay una versión anterior a la cual regresar.")
    _retire(current, actor, now)
    before.status, before.retired_at, before.ends_on = StrategyStatus.PUBLISHED, None, None
    before.save(update_fields=["status", "retired_at", "ends_on"])
    _audit("strategy-rolled-back", before, actor, now)
    return before


def _put_in_force(strategy: Strategy, actor: str, now: datetime) -> Strategy:
    before = published_strategy()
    for other in Strategy.objects.filter(status=StrategyStatus.PUBLISHED):
        _retire(other, actor, now)
    strategy.status, strategy.replaced, strategy.retired_at = StrategyStatus.PUBLISHED, before, None
    strategy.save()
    _audit("strategy-published", strategy, actor, now)
    return strategy


def _retire(strategy: Strategy, actor: str, now: datetime) -> None:
    strategy.status, strategy.retired_at = StrategyStatus.RETIRED, now
    strategy.save(update_fields=["status", "retired_at"])
    _audit("strategy-retired", strategy, actor, now)


def _locked(strategy_id: int) -> Strategy:
    found = Strategy.objects.select_for_update().filter(pk=strategy_id).first()
    if found is None:
        raise Refusal("strategy-unknown", "No existe esa versión de la estrategia.")
    return found


def _audit(action: str, strategy: Strategy, actor: str, now: datetime) -> None:
    payload = {"code": strategy.code, "version": strategy.version}
    write_audit(
        chain=CHAIN, action=action, actor=actor, subject=("strategy", str(strategy.uid)), payload=payload, now=now
    )
