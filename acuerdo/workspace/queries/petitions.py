"""Petitions as the screens show them: filters, how much time is left, which steps are possible now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from acuerdo.kernel.text import search_key
from acuerdo.policy.rules.petitions import OPEN, TRANSITIONS, Terms
from acuerdo.workspace import petition_words as words

SOON = timedelta(days=3)
STATES: dict[str, Promise] = {
    "open": _("Por responder"), "late": _("Vencidas"), "done": _("Terminadas"), "all": _("Todas"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PetitionFilters:
    state: str
    kind: str
    text: str
    reason: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class PetitionRow:
    """`tone` of the clock: ok, warn (three days or less), bad (past due), quiet (ended). `left` says it in words."""

    petition: Any
    kind: str
    state: str
    tone: str
    left: str | Promise
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step that is possible now; `prompt` asks for its text, empty where none is needed."""

    event: str
    label: str
    prompt: str
    has_resolution: bool
    has_owner: bool = False


def read_filters(asked: Mapping[str, str]) -> PetitionFilters:
    state, kind = asked.get("state", "open"), asked.get("kind", "")
    return PetitionFilters(
        state=state if state in STATES else "open",
        kind=kind if kind in words.KINDS else "",
        text=asked.get("q", "")[:80].strip(),
        reason=reason if (reason := asked.get("reason", "")) in words.REASONS else "",
        owner=owner if (owner := asked.get("owner", "")) in words.OWNERS else "",
    )


def narrowed(found: QuerySet[Any], filters: PetitionFilters, *, today: date, me: str) -> QuerySet[Any]:
    """What the filters leave, what is late first."""
    if filters.state == "done":
        found = found.exclude(state__in=sorted(OPEN))
    elif filters.state != "all":
        found = found.filter(state__in=sorted(OPEN))
    if filters.state == "late":
        found = found.filter(due_on__lt=today)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.reason:
        found = found.filter(reason=filters.reason)
    if filters.owner:
        found = found.filter(owner=me if filters.owner == "me" else "")
    for word in search_key(filters.text).split():
        found = found.filter(Q(debtor__search_name__contains=word) | Q(debtor__id_number=word))
    order = ("-ended_at", "-pk") if filters.state == "done" else ("due_on", "pk")
    return found.select_related("debtor", "creditor", "obligation").order_by(*order)


def summary_of(found: QuerySet[Any], today: date) -> dict[str, int]:
    """How many wait, how many of them within three days, and how many are late; one query."""
    waiting = Q(state__in=sorted(OPEN))
    return found.aggregate(
        open=Count("pk", filter=waiting),
        soon=Count("pk", filter=waiting & Q(due_on__gte=today, due_on__lte=today + SOON)),
        late=Count("pk", filter=waiting & Q(due_on__lt=today)),
    )


def shown(one: Any, today: date) -> PetitionRow:
    kind, state = str(words.KINDS[one.kind]), str(words.STATES[one.state])
    reason = str(words.REASONS.get(one.reason, ""))
    if one.state not in OPEN:
        return PetitionRow(one, kind, state, "quiet", "", reason)
    days = (one.due_on - today).days
    if days < 0:
        left = ngettext("venció hace %(days)d día", "venció hace %(days)d días", -days) % {"days": -days}
        return PetitionRow(one, kind, state, "bad", left, reason)
    if not days:
        return PetitionRow(one, kind, state, "warn", _("vence hoy"), reason)
    left = ngettext("queda %(days)d día", "quedan %(days)d días", days) % {"days": days}
    return PetitionRow(one, kind, state, "warn" if days <= SOON.days else "ok", left, reason)


def forms_of(one: Any, terms: Terms, today: date) -> list[StepForm]:
    """What the table of states and the clocks allow now, the answer first."""
    possible = TRANSITIONS[one.state]
    barred = {"abandon"}
    if not terms.extension or one.is_extended or today > one.due_on:
        barred.add("extend")
    if one.complete_by is not None and today > one.complete_by:
        barred.add("ask_to_complete")
    ordered = ("answer", "take", "complete", "ask_to_complete", "extend", "transfer", "withdraw")
    return [
        StepForm(
            event, str(words.STEPS[event][0]), str(words.STEPS[event][1]), event == "answer", has_owner=event == "take"
        )
        for event in ordered
        if event in possible and event not in barred
    ]
