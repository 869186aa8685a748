"""Early signs that somebody's habit of paying changes, and twenty-four months of it: what a good agent notices first. Read only.

A sign is a fact that the person's own records show, never a guess about why.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from acuerdo.kernel.calendar import add_months
from acuerdo.workspace import wording
from acuerdo.workspace.tables import Instalment, Payment, Promise

MONTHS = 24
FRESH = timedelta(days=45)
KEPT, FAILED = ("kept",), ("broken", "partly_kept")


@dataclass(frozen=True, slots=True)
class Signal:
    word: str
    detail: str
    tone: str


@dataclass(frozen=True, slots=True)
class Month:
    """`state` is on_time (all that fell due in it was paid in it), part, none, or quiet (nothing fell due)."""

    first: date
    due_minor: int
    paid_minor: int
    state: str
    word: str


@dataclass(frozen=True, slots=True)
class Habit:
    signals: list[Signal]
    currency: str
    months: list[Month]


def habit_of(lines: Sequence[Any], debtor_id: int, today: date) -> Habit:
    """What the records of these obligations (with `id`, `currency`, `days_past_due`, `due_since`) show; three queries.

    Months are of the currency that most of them have.
    """
    ids = [line.pk for line in lines]
    since = add_months(today.replace(day=1), 1 - MONTHS)
    decided = list(
        Promise.objects.filter(obligation_id__in=ids, debtor_id=debtor_id, decided_on__isnull=False)
        .exclude(state__in=["cancelled", "rescheduled"]).order_by("-decided_on", "-pk").values_list("state", flat=True)[:8]
    )  # fmt: skip
    currencies = [line.account.currency for line in lines]
    currency = max(sorted(set(currencies)), key=currencies.count, default="")
    same = [line.pk for line in lines if line.account.currency == currency]
    due = _by_month(
        Instalment.objects.filter(account_id__in=same, due_on__gte=since, due_on__lt=today), "due_on", "total_minor"
    )
    paid = _by_month(Payment.objects.filter(account_id__in=same, paid_on__gte=since), "paid_on", "amount_minor")
    months = [_month(add_months(since, number), due, paid) for number in range(MONTHS)]
    return Habit(_signals(lines, decided, months, today), currency, months)


def _by_month(found: Any, column: str, amount: str) -> dict[date, int]:
    rows = found.order_by().annotate(month=TruncMonth(column)).values_list("month").annotate(total=Sum(amount))
    sums: dict[date, int] = defaultdict(int)
    sums.update(dict(rows))
    return sums


def _month(first: date, due: dict[date, int], paid: dict[date, int]) -> Month:
    owed, came = due[first], max(paid[first], 0)
    if not owed:
        state, word = "quiet", _("Nada vencía") if not came else _("Pagó sin tener cuota")
    elif came >= owed:
        state, word = "on_time", _("Completo en su mes")
    else:
        state, word = ("part", _("En parte")) if came else ("none", _("Sin pago en su mes"))
    return Month(first, owed, came, state, word)


def _signals(lines: Sequence[Any], decided: Sequence[str], months: Sequence[Month], today: date) -> list[Signal]:
    found = [_first_late(lines, months, today), _partial(months), _promises_fall(decided), _stopped(months)]
    return [one for one in found if one is not None]


def _first_late(lines: Sequence[Any], months: Sequence[Month], today: date) -> Signal | None:
    """In arrears for the first time: since a short while, and every earlier month was complete."""
    since = [line.account.due_since for line in lines if line.account.days_past_due > 0 and line.account.due_since]
    if not since or today - min(since) > FRESH:
        return None
    before = [month for month in months if month.first < min(since).replace(day=1) and month.state != "quiet"]
    if len(before) < 3 or any(month.state != "on_time" for month in before):
        return None
    day = wording.short_day(min(since))
    return Signal(_("Primer atraso"), _("Pagaba a tiempo; en mora desde el %(day)s.") % {"day": day}, "info")


def _partial(months: Sequence[Month]) -> Signal | None:
    """Two of the last three months with something due were paid only in part."""
    last = [month for month in months if month.state != "quiet"][-3:]
    count = sum(month.state == "part" for month in last)
    if count < 2:
        return None
    text = ngettext("%(n)d de sus últimos meses.", "%(n)d de sus últimos tres meses.", count) % {"n": count}
    return Signal(_("Pagos parciales"), text, "warn")


def _promises_fall(decided: Sequence[str]) -> Signal | None:
    """Kept fewer of the last three than of the ones before; newest first."""
    recent, before = decided[:3], decided[3:]
    if len(recent) < 2 or not before:
        return None
    now, then = _share(recent), _share(before)
    if now >= then:
        return None
    told = {"now": sum(state in KEPT for state in recent), "all": len(recent)}
    return Signal(_("Cumple menos que antes"), _("Cumplió %(now)d de sus últimas %(all)d promesas.") % told, "warn")


def _stopped(months: Sequence[Month]) -> Signal | None:
    """Paid something for months and then nothing, two months in a row."""
    with_due = [month for month in months if month.state != "quiet"]
    if len(with_due) < 5 or any(month.state != "none" for month in with_due[-2:]):
        return None
    if any(month.state == "none" for month in with_due[-5:-2]):
        return None
    return Signal(_("Dejó de pagar"), _("Pagaba y lleva dos meses sin hacerlo."), "bad")


def _share(states: Sequence[str]) -> float:
    return sum(state in KEPT for state in states) / len(states)
