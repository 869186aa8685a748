"""What was scarce in a date's run, in words: for whoever decides about people and budget."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from acuerdo.base.models import User
from acuerdo.strategy.rules.price_words import Told, gap_sentence, price_sentences
from acuerdo.workspace.tables import Agency, Creditor, DecisionRun


@dataclass(frozen=True, slots=True)
class Scarcity:
    gap: str
    lines: list[Told]


def scarcity_of(user: User, day: date) -> Scarcity | None:
    """The date's capacities, the dearest first; None without a run, or for whoever sees only part of the portfolio."""
    if not user.sees_all_creditors or user.agency_id is not None:
        return None
    run = DecisionRun.objects.filter(run_on=day).exclude(allocation={}).first()
    if run is None or not run.allocation.get("resources"):
        return None
    language = "en" if (get_language() or "es").startswith("en") else "es"
    return Scarcity(
        gap_sentence(run.allocation, language), price_sentences(run.allocation, language, _groups(run.allocation))
    )


def _groups(allocation: dict[str, Any]) -> dict[str, str]:
    """Names of the groups of agents; none when there is only one."""
    codes = [one["code"].partition(":")[2] for one in allocation["resources"] if one["code"].startswith("agents:")]
    if len(codes) < 2:
        return {}
    agencies = dict(Agency.objects.values_list("pk", "name"))
    creditors = dict(Creditor.objects.values_list("pk", "name"))
    named = {}
    for code in codes:
        agency, _colon, listed = code.partition(":")
        who = agencies.get(int(agency), _("de la casa")) if agency.isdigit() else _("de la casa")
        what = [creditors.get(int(one), "") for one in listed.split(",") if one.isdigit()]
        named[code] = f"{who}: {', '.join(filter(None, what))}" if what else str(who)
    return named
