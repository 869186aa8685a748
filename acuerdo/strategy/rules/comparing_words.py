"""Comparisons and estimates in words, Spanish first: for a director, on a screen or in a terminal alike."""

from collections.abc import Mapping
from typing import Any

from acuerdo.kernel.money import format_minor
from acuerdo.strategy.rules.comparing import Arm
from acuerdo.strategy.rules.guarding import Breach

GOALS = {
    "cured_30_days": ("se pusieron al día", "became up to date"),
    "paid_30_days": ("pagaron algo", "paid something"),
    "promise_kept": ("cumplieron una promesa", "kept a promise"),
    "answered": ("contestaron", "answered"),
}
METRICS = {
    "complaints_per_1000": ("Quejas por mil contactos", "Complaints per thousand contacts"),
    "opt_outs_per_1000": ("Pidieron no ser contactados, por mil contactos", "Opt-outs per thousand contacts"),
    "blocked_percent": ("Contactos bloqueados, en %", "Contacts blocked, in %"),
    "broken_promise_percent": ("Promesas incumplidas, en %", "Promises broken, in %"),
    "cost_per_contact": ("Costo por contacto", "Cost per contact"),
}
METHODS = {
    "ips": ("Inversa de la probabilidad (IPS)", "Inverse propensity (IPS)"),
    "snips": ("La misma, normalizada (SNIPS)", "The same, self-normalised (SNIPS)"),
    "dr": ("Doblemente robusta (DR)", "Doubly robust (DR)"),
}
_VERDICTS = {
    "first": ("Con esta se comparan las demás.", "The others are compared with this one."),
    "better": ("El intervalo entero está por encima.", "The whole interval lies above."),
    "worse": ("El intervalo entero está por debajo.", "The whole interval lies below."),
    "unclear": ("Aún no se ve una diferencia.", "No difference is seen yet."),
    "too_few": ("Aún son muy pocas personas para concluir.", "Still too few people to conclude."),
}
_STATES = {
    "too_early": (
        "Aún es pronto: hacen falta {horizon_days} días después de cada decisión para saber quién pagó.",
        "Too early: {horizon_days} days must pass after each decision to know who paid.",
    ),
    "no_decisions": (
        "No hay decisiones registradas en esos días con saldo exigible: no hay con qué estimar.",
        "No decisions with a balance due are logged on those days: there is nothing to estimate from.",
    ),
    "no_support": (
        "En {missing} % de los casos haría lo que la vigente nunca pudo hacer: solo un experimento o un grupo de control diría su efecto.",
        "In {missing} % of the cases it would do what the one in force never could: only an experiment or a control group would tell.",
    ),
    "too_few": (
        "Son muy pocas las decisiones que coinciden ({effective} efectivas): no se puede concluir.",
        "Too few decisions coincide ({effective} effective): nothing can be concluded.",
    ),
    "done": (
        "Estimado con {people} personas y {rows} decisiones; cada una se mira {horizon_days} días después.",
        "Estimated from {people} people and {rows} decisions, each looked at {horizon_days} days later.",
    ),
}


def _in(pair: tuple[str, str], language: str) -> str:
    return pair[0 if language == "es" else 1]


def goal_words(goal: str, language: str) -> str:
    return _in(GOALS[goal], language)


def verdict_sentence(arm: Arm, language: str) -> str:
    """What may be said of the arm, and how many people it still lacks while nothing can."""
    said = _in(_VERDICTS[arm.verdict], language)
    if arm.verdict not in ("too_few", "unclear") or not arm.missing:
        return said
    more = (
        f"Faltan cerca de {arm.missing} para ver una diferencia de 5 puntos.",
        f"About {arm.missing} more would show a difference of 5 points.",
    )
    return f"{said} {_in(more, language)}"


def breach_sentence(breach: Breach, language: str) -> str:
    """A guard that is broken, in words."""
    metric, value = _in(METRICS[breach.metric], language), f"{breach.value:.1f}"
    if language == "es":
        return f"{metric}: {value.replace('.', ',')}, y se admite hasta {str(breach.worst).replace('.', ',')}."
    return f"{metric}: {value}, and up to {breach.worst} is admitted."


def estimate_sentence(estimate: Mapping[str, Any], language: str) -> str:
    """Whether the log says anything, and why not when it does not."""
    told = {
        **estimate,
        "missing": round(100 * (1 - estimate.get("supported", 1))),
        "effective": round(estimate.get("effective", 0)),
    }
    return _in(_STATES[estimate["state"]], language).format(**told)


def estimate_rows(estimate: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    """Each method with its figures and intervals; empty where nothing may be said."""
    found: Mapping[str, Any] = estimate.get("estimates", {})
    pairs = zip(found.get("paid", []), found.get("recovered_minor", []), strict=True)
    return [
        {
            "method": _in(METHODS[paid["method"]], language),
            "paid": _percent(paid["value"], language),
            "paid_interval": f"{_percent(paid['low'], language)} – {_percent(paid['high'], language)}",
            "recovered": _money(money["value"], estimate["currency"]),
            "recovered_interval": f"{_money(money['low'], estimate['currency'])} – {_money(money['high'], estimate['currency'])}",
        }
        for paid, money in pairs
    ]


def seen_row(estimate: Mapping[str, Any], language: str) -> dict[str, str] | None:
    """What really happened on those days."""
    seen = estimate.get("seen")
    if not seen:
        return None
    return {
        "paid": _percent(seen["paid"], language),
        "recovered": _money(seen["recovered_minor"], estimate["currency"]),
    }


def _percent(share: float, language: str) -> str:
    told = f"{100 * share:.1f} %"
    return told.replace(".", ",") if language == "es" else told


def _money(amount: float, currency: str) -> str:
    return format_minor(round(amount), currency)
