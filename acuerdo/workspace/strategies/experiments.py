"""How the groups of the strategy in force fare, its watched figures, and how many people an experiment needs."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.public import (
    Who,
    compare_variants,
    document_of,
    pause_variant,
    published_strategy,
    resume_variant,
)
from acuerdo.strategy.rules.comparing import Arm
from acuerdo.strategy.rules.comparing_words import METRICS, breach_sentence, goal_words, verdict_sentence
from acuerdo.strategy.rules.guarding import figure_of
from acuerdo.strategy.rules.review import may
from acuerdo.strategy.rules.sample_size import people_needed
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.strategies.views import lender_only

HORIZONS = (7, 14, 30)
VERDICTS = {
    "first": (gettext_lazy("Referencia"), "quiet"),
    "better": (gettext_lazy("Mejor"), "ok"),
    "worse": (gettext_lazy("Peor"), "bad"),
    "unclear": (gettext_lazy("Sin diferencia"), "info"),
    "too_few": (gettext_lazy("Muy pocas"), "warn"),
}
PLAN = {"base": "30", "effect": "5", "share": "50", "power": "80", "people_a_day": ""}


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def experiments(request: HttpRequest) -> HttpResponse:
    """The groups side by side; a figure of the whole portfolio, so for whoever may see it whole."""
    whole_only(request)
    asked = request.GET.get("dias", "30")
    days = int(asked) if asked.isdigit() and int(asked) in HORIZONS else HORIZONS[-1]
    found = compare_variants(clock.business_date(), days=days)
    context: dict[str, Any] = {"found": found, "days": days, "horizons": HORIZONS, **_planned(request)}
    if found is not None:
        language = language_of_reader()
        tables = [
            {
                "title": one.title, "goal": goal_words(one.goal, language), "arms": [_told(arm, language) for arm in one.arms],
                "guards": _guards(one, found.document, language), "code": one.code,
            }
            for one in found.experiments
        ]  # fmt: skip
        context |= {
            "tables": tables,
            "control": [_told(arm, language) for arm in found.control],
            "control_goal": goal_words(found.document.experiments[0].goal if found.document.experiments else "cured_30_days", language),
            "warnings": [breach_sentence(one, language) for one in found.warnings],
            "watched": [
                (_metric(guard.metric, language), figure_of(found.whole, guard.metric), guard.worst) for guard in found.document.guards
            ],
            "may_pause": may("pause_variant", user_of(request).role, found.strategy.status),
        }  # fmt: skip
    return render(request, "workspace/strategies/experiments.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Stop a challenger, with the reason, or let it go on."""
    whole_only(request)
    who, strategy, variant = lender_only(request), published_strategy(), request.POST.get("variant", "")[:80]
    if strategy is None or variant not in _challengers(strategy):
        messages.error(request, _("Esa variante no existe en la estrategia vigente, o es la campeona: no se pausa."))
        return redirect("workspace:strategies:experiments")
    try:
        _change(request, who, strategy.code, variant)
    except Refusal as refusal:
        messages.error(request, in_reader_language(refusal.message))
    return redirect("workspace:strategies:experiments")


def whole_only(request: HttpRequest) -> None:
    lender_only(request)
    if not user_of(request).sees_all_creditors:
        raise PermissionDenied


def language_of_reader() -> str:
    return "en" if (get_language() or "es").startswith("en") else "es"


def _change(request: HttpRequest, who: Who, code: str, variant: str) -> None:
    now, reason = clock.now(), request.POST.get("reason", "").strip()
    if request.POST.get("seguir"):
        resume_variant(code, variant, who=who, now=now)
        messages.success(request, _("La variante sigue desde la próxima corrida."))
    elif not reason:
        messages.error(request, _("Diga por qué se pausa: quien la reanude lo leerá."))
    else:
        pause_variant(code, variant, reason, actor=who.name, now=now)
        messages.success(
            request, _("Variante en pausa: desde la próxima corrida sus personas reciben el trato de la campeona.")
        )


def _challengers(strategy: Any) -> set[str]:
    document = document_of(strategy)
    return {f"{one.code}/{variant.code}" for one in document.experiments for variant in one.variants[1:]}


def _told(arm: Arm, language: str) -> dict[str, Any]:
    names = {"control": _("Grupo de control: sin contacto"), "treated": _("Todas las demás")}
    return {
        "arm": arm, "name": names.get(arm.counted.code) or arm.counted.title, "sentence": verdict_sentence(arm, language),
        "word": VERDICTS[arm.verdict][0],
        "tone": VERDICTS[arm.verdict][1], "rate": _points(arm.rate), "interval": _interval(arm.low, arm.high),
        "difference": _points(arm.difference, sign=True), "difference_interval": _interval(arm.difference_low, arm.difference_high),
    }  # fmt: skip


def _guards(one: Any, document: Any, language: str) -> list[dict[str, Any]]:
    """Each variant's watched figures, what it breaks, and whether it stands on pause."""
    watched = list(dict.fromkeys(guard.metric for guard in (*one.guards, *document.guards)))
    return [
        {
            "name": arm.counted.title, "variant": arm.counted.code, "is_champion": place == 0, "is_paused": arm.counted.code in one.paused,
            "contacts": one.figures[arm.counted.code].contacts if arm.counted.code in one.figures else 0,
            "figures": [
                (_metric(metric, language), figure_of(one.figures[arm.counted.code], metric) if arm.counted.code in one.figures else None)
                for metric in watched
            ],
            "broken": [breach_sentence(breach, language) for breach in one.broken.get(arm.counted.code, [])],
        }
        for place, arm in enumerate(one.arms)
    ]  # fmt: skip


def _metric(metric: str, language: str) -> str:
    return METRICS[metric][0 if language == "es" else 1]


def _points(share: float | None, *, sign: bool = False) -> str:
    if share is None:
        return "—"
    told = f"{100 * share:+.1f}" if sign else f"{100 * share:.1f}"
    return (told.replace(".", ",") if language_of_reader() == "es" else told) + " %"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{_points(low)} – {_points(high)}"


def _planned(request: HttpRequest) -> dict[str, Any]:
    """The planner's form with its answer: how many people each group needs to see a difference."""
    given = {name: request.GET.get(name, default)[:8] for name, default in PLAN.items()}
    if "base" not in request.GET:
        return {"plan": given}
    try:
        numbers = {name: float(text.replace(",", ".")) if text else None for name, text in given.items()}
        return {"plan": given, "size": _size(numbers)}
    except ValueError:
        return {"plan": given, "plan_problem": _("Escriba números, como 30 o 2,5.")}
    except Refusal as refusal:
        return {"plan": given, "plan_problem": in_reader_language(refusal.message)}


def _size(numbers: dict[str, float | None]) -> Any:
    return people_needed(
        base_rate=(numbers["base"] or 0) / 100, effect=(numbers["effect"] or 0) / 100, challenger_share=(numbers["share"] or 0) / 100,
        power=(numbers["power"] or 0) / 100, people_a_day=numbers["people_a_day"] or None,
    )  # fmt: skip
