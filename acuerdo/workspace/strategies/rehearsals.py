"""Rehearsals on screen: asked for, followed while they run, and read: who would be contacted, who not and why, load, cost."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import Wanted, compose_samples
from acuerdo.portfolio.public import visible_to
from acuerdo.strategy.public import ask_rehearsal, days_kept
from acuerdo.strategy.rules.comparing_words import estimate_rows, estimate_sentence, seen_row
from acuerdo.strategy.rules.reasons import say
from acuerdo.strategy.rules.yaml_text import read_strategy
from acuerdo.workspace import wording as words
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.strategies import wording
from acuerdo.workspace.strategies.views import lender_only
from acuerdo.workspace.tables import Rehearsal, Strategy

TOP = 12


@allow(SUPERVISOR, DIRECTOR)
@require_POST
def ask(request: HttpRequest, uid: str) -> HttpResponse:
    """Today's preview is the rehearsal of the last day; `from_on` and `to_on` choose a period."""
    shown = get_object_or_404(Strategy, uid=uid)
    _whole_only(request)
    days = days_kept()
    first = _date(request.POST.get("from_on", "")) or (days[-1] if days else clock.business_date())
    last = _date(request.POST.get("to_on", "")) or first
    try:
        row = ask_rehearsal(
            shown.document,
            from_on=first,
            to_on=max(first, last),
            actor=lender_only(request).name,
            now=clock.now(),
            strategy=shown,
        )
    except Refusal as refusal:
        messages.error(request, in_reader_language(refusal.message))
        return redirect("workspace:strategy_version", uid=uid)
    return redirect("workspace:strategies:rehearsal", uid=row.uid)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def rehearsal(request: HttpRequest, uid: str) -> HttpResponse:
    _whole_only(request)
    return render(request, "workspace/strategies/rehearsal.html", _context(request, uid))


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def progress(request: HttpRequest, uid: str) -> HttpResponse:
    """Asked every second while it runs; the last answer brings the figures."""
    _whole_only(request)
    return render(request, "workspace/strategies/rehearsed.html", _context(request, uid))


def _whole_only(request: HttpRequest) -> None:
    """A rehearsal counts the whole portfolio, so it is for whoever may see it whole."""
    lender_only(request)
    if not user_of(request).sees_all_creditors:
        raise PermissionDenied


def _context(request: HttpRequest, uid: str) -> dict[str, Any]:
    row = get_object_or_404(Rehearsal.objects.select_related("strategy", "against"), uid=uid)
    days = len(days_kept(row.from_on, row.to_on))
    if row.state != "done":
        return {"row": row, "days": days}
    result, document = row.result, read_strategy(row.document)
    new, old = result["total"], result["against"]
    steps = {step.code: step.title for step in document.steps}
    segments = {segment.code: segment.title for segment in document.segments}
    return {
        "row": row,
        "days": days,
        "new": new,
        "old": old,
        "channels": _side_by_side(new, old, "contacts", lambda code: str(words.CHANNELS.get(code, code))),
        "drops": _side_by_side(new, old, "drops", _reason)[:TOP],
        "rules": _side_by_side(new, old, "rules", words.rule_word)[:TOP],
        "costs": _side_by_side(new, old, "cost_minor", str),
        "gains": _side_by_side(new, old, "gain_minor", str),
        "changes": [(wording.SHIFTS[code], rows) for code, rows in result["changes"].items()],
        "load": _load(new["load"]),
        "load_channels": list(new["contacts"]),
        "steps": [(steps.get(code, code), rows) for code, rows in new["steps"].items()],
        "segments": [
            (segments.get(one["code"], one["code"]), one["taken"], one["also"]) for one in result["counts"]["segments"]
        ],
        "left_out": result["counts"]["left_out"],
        "estimate": _estimate(result.get("estimate")),
        "samples": _samples(request, result["sample"], steps),
    }


def _estimate(told: dict[str, Any] | None) -> dict[str, Any] | None:
    """What it would have earned, in words; None for rehearsals older than the estimate."""
    if told is None:
        return None
    language = "en" if get_language() == "en" else "es"
    return {
        "sentence": estimate_sentence(told, language),
        "seen": seen_row(told, language),
        "rows": estimate_rows(told, language),
    }


def _side_by_side(new: dict[str, Any], old: dict[str, Any] | None, part: str, word: Any) -> list[dict[str, Any]]:
    before = old[part] if old else {}
    rows = []
    for code in {**new[part], **before}:
        now, was = new[part].get(code, 0), before.get(code, 0)
        rows.append(
            {
                "code": code,
                "word": word(code),
                "new": now,
                "old": was if old else None,
                "change": now - was if old else None,
            }
        )
    return sorted(rows, key=lambda row: (-row["new"], row["code"]))


def _reason(code: str) -> str:
    return say(code, "en" if get_language() == "en" else "es")


def _load(load: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """Hours with their contacts, and a width of 0–100 against the busiest."""
    busiest = max((sum(channels.values()) for channels in load.values()), default=0)
    return [
        {
            "hour": f"{hour}:00", "channels": channels, "total": sum(channels.values()),
            "width": sum(channels.values()) * 100 // busiest,
        }
        for hour, channels in sorted(load.items())
    ]  # fmt: skip


def _samples(request: HttpRequest, told: list[dict[str, Any]], steps: dict[str, str]) -> list[dict[str, Any]]:
    """The messages as they would read now, of the people whom the user may see."""
    wanted = {one["obligation_ids"][0] for one in told}
    seen = set(visible_to(user_of(request)).filter(pk__in=wanted).values_list("pk", flat=True))
    mine = [one for one in told if one["obligation_ids"][0] in seen]
    wishes = [
        Wanted(one["debtor_id"], one["creditor_id"], tuple(one["obligation_ids"]), one["channel"], one["template"], {})
        for one in mine
    ]
    found = (
        {sample.wanted.obligation_ids[0]: sample for sample in compose_samples(wishes, clock.now())} if wishes else {}
    )
    return [
        {
            "step": steps.get(one["step"], one["step"]),
            "channel": one["channel"],
            "template": one["template"],
            "sample": found[wish.obligation_ids[0]],
        }
        for one, wish in zip(mine, wishes, strict=True)
        if wish.obligation_ids[0] in found
    ]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
